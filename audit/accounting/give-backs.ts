import { SLOT_SEC } from '../rules/booking-times.ts';
import type { EventOf } from '../rules/events.ts';
import { type AccountBook, type BookingAccount, disagree, type MarketConstants } from './account-book.ts';
import { freeSlots } from './calendar.ts';
import { checkSigned } from './readings.ts';

/**
 * Slots given back in the call that left the booking (rule 30): some of its own, not begun, signed by the agent. Slots
 * that are not its own, or have begun, stay taken.
 */
export async function applySlotsGivenBack(
  book: AccountBook,
  market: MarketConstants,
  event: EventOf<'SlotsGivenBack'>,
  previous: { tx: string; logIndex: number } | undefined,
): Promise<void> {
  const { bookingId } = event.args;
  const account = book.bookings.get(bookingId);
  const subject = { bookingId, tx: event.tx };
  const by = account?.end?.by;
  const isLeaving = by === 'Settled' || by === 'SettledAlone';
  if (account === undefined || !isLeaving || account.end?.stamp !== previous) {
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
  await checkSignature(book, market, account, event, fromSlot === first ? firstSlot : fromSlot);
  freeSlots(book, account, fromSlot);
}

/** The agent may have signed an earlier slot of the booking, where the event names the first that had not begun. */
async function checkSignature(
  book: AccountBook,
  market: MarketConstants,
  { bookingId, booking }: BookingAccount,
  { args, tx }: EventOf<'SlotsGivenBack'>,
  earliest: number,
): Promise<void> {
  const about = {
    code: 'giveBack.signature',
    subject: { bookingId, tx },
    key: booking.terms.agentKey,
    signature: args.agentSignature,
  };
  const before = book.discrepancies.length;
  for (let fromSlot = Number(args.fromSlot); fromSlot >= earliest; fromSlot--) {
    if (await checkSigned(book, market, about, 'GiveBack', { bookingId, fromSlot })) {
      book.discrepancies.length = before;
      return;
    }
  }
  book.discrepancies.length = before + 1;
}
