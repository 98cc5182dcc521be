import { type BookingTimes, timesOf as timesOfSlots } from '../rules/booking-times.ts';
import { readBookingTerms } from '../rules/listing-terms.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import { openTailOf } from '../rules/state.ts';
import type { BookingAccount, PurseAccount } from './account-book.ts';

/** The purse's tail: the generation, or the state hash of its open booking. */
export const tailOf = (purse: PurseAccount, open: BookingAccount | undefined): bigint =>
  open === undefined ? purse.generation : openTailOf(open.bookingId, open.state);

/** The booking's windows by the terms that it pins and the time of its block. */
export const timesOf = ({ booking, booked }: BookingAccount, market: MarketConstants): BookingTimes =>
  timesOfSlots(
    { ...booking, bookedAt: booked.at },
    readBookingTerms(booking.terms.bookingTerms),
    market.windows,
  );
