import { type BookingTimes, bookingTimes, type MarketWindows } from '../../../protocol/slots.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import type { StoredBooking } from './storedBookings.ts';

/** The ledger's windows of a stored booking. Until the ledger has said when it was booked, it is when it was signed. */
export const timesOf = (
  { booking, bookedAt, createdAt }: Pick<StoredBooking, 'booking' | 'bookedAt' | 'createdAt'>,
  windows: MarketWindows,
): BookingTimes =>
  bookingTimes(
    { ...booking, bookedAt: bookedAt ?? createdAt },
    fromTermsStruct(booking.terms).bookingTerms,
    windows,
  );
