import { isSameAddress, signerOfCompact } from '../lib/signatures.ts';
import { SLOT_SEC } from '../rules/booking-times.ts';
import type { EventOf, Stamp } from '../rules/events.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { digestOf } from '../rules/signed-types.ts';
import { type AccountBook, type BookingAccount, disagree } from './account-book.ts';
import { freeSlots } from './calendar.ts';

/**
 * Slots given back in the call that left the booking (rule 30): some of its own, not begun, signed by the agent. Slots
 * that are not its own, or have begun, stay taken.
 */
export function applySlotsGivenBack(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'SlotsGivenBack'>,
  previous: Stamp | undefined,
): void {
  const { bookingId } = event.args;
  const account = book.bookings.get(bookingId);
  const subject = { bookingId, tx: event.tx };
  const { by, stamp } = account?.end ?? {};
  const isLeaving = (by === 'Settled' || by === 'SettledAlone') && stamp?.tx === event.tx;
  if (account === undefined || !isLeaving || !isAt(stamp, previous)) {
    disagree(book, 'giveBack.apart', subject, 'the event that settled the booking just before', by ?? 'none');
    return;
  }
  const { firstSlot, slotCount } = account.booking;
  const first = Math.max(firstSlot, Math.floor(event.at / SLOT_SEC) + 1);
  const fromSlot = Number(event.args.fromSlot);
  if (fromSlot < first || fromSlot >= firstSlot + slotCount) {
    const wanted = `from ${first} until before ${firstSlot + slotCount}`;
    disagree(book, 'giveBack.slots', subject, wanted, fromSlot);
    return;
  }
  checkSignature(book, market, account, event, fromSlot === first ? firstSlot : fromSlot);
  freeSlots(book, account, fromSlot);
}

const isAt = (one: Stamp | undefined, other: Stamp | undefined): boolean =>
  one?.blockNumber === other?.blockNumber && one?.logIndex === other?.logIndex;

/** The agent may have signed an earlier slot of the booking, where the event names the first that had not begun. */
function checkSignature(
  book: AccountBook,
  market: MarketConstants,
  { bookingId, booking }: BookingAccount,
  { args, tx }: EventOf<'SlotsGivenBack'>,
  earliest: number,
): void {
  const { agentKey } = booking.terms;
  for (let fromSlot = Number(args.fromSlot); fromSlot >= earliest; fromSlot--) {
    const digest = digestOf(market, 'GiveBack', { bookingId, fromSlot });
    const signer = signerOfCompact(digest, args.agentSignature);
    if (signer !== undefined && isSameAddress(signer, agentKey)) return;
  }
  const subject = { bookingId, tx };
  disagree(book, 'giveBack.signature', subject, agentKey, 'no signature of it over these slots');
}
