import { type Hex, isAddressEqual, parseEventLogs } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { VatJson } from '../../../protocol/api/profiles.ts';
import type { BookingResponse, ConfigResponse } from '../../../protocol/api.ts';
import { type BookingStruct, bookingIdOf, fromBookingStruct } from '../../../protocol/booking.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { api } from '../app/api.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import { termsStructOf } from '../booking/charger.ts';
import { type StoryEvent, storyOf } from './ledgerStory.ts';
import { type ReceiptBooking, type ReceiptFacts, receiptFacts } from './receiptFacts.ts';

/** A booking that has ended, as the ledger has it. */
export interface EndedBooking {
  made: ReceiptBooking;
  facts: ReceiptFacts;
  story: StoryEvent[];
  /** What the host had stated of VAT when it was booked. */
  vat?: VatJson;
}

/** A node may not look through so many blocks: then the receipt has no list of what happened before. */
const storyOrNone = (ledger: Ledger, bookingId: Hex, bookedTx: Hex | undefined): Promise<StoryEvent[]> =>
  bookedTx === undefined ? Promise.resolve([]) : storyOf(ledger, bookingId, bookedTx).catch(() => []);

/** What was stated later says nothing of this booking, and what nobody can say is left out. */
async function vatOf(
  { booking }: ReceiptBooking,
  story: readonly StoryEvent[],
): Promise<VatJson | undefined> {
  const bookedAt = story.find(({ name }) => name === 'Booked')?.at;
  const account = booking.terms.host;
  const profile = await api('getProfile', { params: { account } }).catch(() => undefined);
  const vat = profile?.vat ?? undefined;
  return vat !== undefined && bookedAt !== undefined && vat.since <= bookedAt ? vat : undefined;
}

export async function loadReceipt(
  ledger: Ledger,
  made: ReceiptBooking,
  { bookedTx, endedTx }: { bookedTx: Hex | undefined; endedTx: Hex },
  { bondMax }: Pick<ConfigResponse, 'bondMax'>,
): Promise<EndedBooking> {
  const story = await storyOrNone(ledger, made.bookingId, bookedTx);
  const last = story.findLast(({ state }) => state !== undefined)?.state;
  const facts = await receiptFacts(ledger, made, endedTx, BigInt(bondMax), last);
  const vat = facts.usage === undefined ? undefined : await vatOf(made, story);
  return { made, story, facts, ...(vat === undefined ? {} : { vat }) };
}

const mismatch = (bookingId: Hex): PlugpactError =>
  new PlugpactError({
    code: 'receipt.mismatch',
    value: bookingId,
    rule: 'What the server says of this booking is not what the ledger has.',
    remedy: 'Trust the ledger: ask another page of the same market.',
  });

/**
 * A booking by its id alone. Its words are read from the ledger; only the terms come from the server, and the id is the
 * hash of all of them.
 *
 * @throws PlugpactError `receipt.mismatch`.
 */
export async function publicBooking(ledger: Ledger, response: BookingResponse): Promise<ReceiptBooking> {
  const { bookingId, bookedTx } = response;
  const { logs } = await ledger.client.getTransactionReceipt({ hash: bookedTx });
  const ours = logs.filter(({ address }) => isAddressEqual(address, ledger.ref.market));
  const booked = parseEventLogs({ abi: plugpactMarketAbi, logs: ours, eventName: 'Booked' });
  const args = booked.find((log) => log.args.bookingId === bookingId)?.args;
  if (args === undefined) throw mismatch(bookingId);
  const { purse, session, money, startHash } = args;
  const booking = fromBookingStruct({
    ...{ purse, session, money, startHash },
    terms: termsStructOf(response.terms),
  } satisfies BookingStruct);
  if (bookingIdOf(ledger.ref, booking) !== bookingId) throw mismatch(bookingId);
  return { bookingId, ref: ledger.ref, booking };
}

/** What a public receipt shows: nothing of it needs a key. Undefined while the booking is open. */
export async function loadPublicReceipt(
  ledger: Ledger,
  bookingId: Hex,
  config: Pick<ConfigResponse, 'bondMax'>,
): Promise<EndedBooking | undefined> {
  const response = await api('getBooking', { params: { bookingId } });
  const made = await publicBooking(ledger, response);
  const { bookedTx, endedTx } = response;
  return endedTx === null ? undefined : loadReceipt(ledger, made, { bookedTx, endedTx }, config);
}
