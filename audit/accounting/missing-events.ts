import type { Discrepancy } from '../lib/discrepancy.ts';
import type { AccountBook, BookingAccount, PurseAccount } from './account-book.ts';
import type { Holdings } from './compare.ts';
import { tailOf } from './state.ts';

/**
 * Bookings that the ledger has ended, although no event says so: storage holds no open booking of their purse any more, or
 * another one. All that follows from such an omission are differences of sums, none of which names it.
 */
export const missingEnds = (book: AccountBook, holdings: Holdings): Discrepancy[] =>
  [...book.purses].flatMap(([key, purse]) => {
    const open = purse.open === undefined ? undefined : book.bookings.get(purse.open);
    const held = holdings.purses.get(key);
    if (open === undefined || held === undefined || held.tail === tailOf(purse, open)) return [];
    const after = bookedAfter(book, open);
    const isEnded = after !== undefined || held.tail === open.booking.generation + 1n;
    return isEnded ? [missingEnd(purse, open, after)] : [];
  });

/** Another booking of the purse, refused by the recomputation because this one still holds it. */
const bookedAfter = (book: AccountBook, { bookingId }: BookingAccount): Discrepancy | undefined =>
  book.discrepancies.find(({ code, found }) => code === 'booking.purseBusy' && found === bookingId);

function missingEnd(
  { account }: PurseAccount,
  { bookingId, booking }: BookingAccount,
  after: Discrepancy | undefined,
): Discrepancy {
  const storage = 'although storage has ended the booking';
  const later =
    after === undefined ? storage : `although its purse has booked again in transaction ${after.tx}`;
  return {
    code: 'event.missing',
    rule: 'Whatever ends a booking says so in an event.',
    ...{ bookingId, listingId: booking.listingId, account },
    expected: `the event that ended booking ${bookingId}: Settled, SettledAlone, Finalised, NoShowContested, Expired or Canceled`,
    found: `none, ${later}`,
  };
}
