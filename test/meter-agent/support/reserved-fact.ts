import type { BookingFact } from '../../../meter-agent/session/booking-facts.ts';
import { type Booking, toBookingStruct } from '../../../protocol/booking.ts';
import { reservedState } from '../../../protocol/state.ts';

/** What an agent knows of a booking that was made then (unix seconds), and of which nothing else is known. */
export const reservedFact = (booking: Booking, bookedAt: number): BookingFact => ({
  ...{ listingId: booking.listingId, connector: booking.connector, booking: toBookingStruct(booking) },
  ...{ state: reservedState(bookedAt), bookedAt },
  ...{ ended: null, paid: null, rawTransaction: null, moments: [], lostAt: null },
});
