import type { BookingResponse } from '../../../protocol/api.ts';
import { api } from '../app/api.ts';
import { outcomeOf, type StoredBooking, updateBooking } from './storedBookings.ts';

/** Reads a booking from the API, and stores its outcome if it has ended. */
export async function refreshBooking(stored: StoredBooking): Promise<BookingResponse> {
  const response = await api('getBooking', { params: { bookingId: stored.bookingId } });
  const outcome = outcomeOf(response);
  if (outcome !== undefined) updateBooking(stored.bookingId, { outcome });
  else if (stored.bookedTx === undefined || stored.bookedAt !== response.bookedAt) {
    const { bookedTx, bookedAt } = response;
    updateBooking(stored.bookingId, { bookedTx, bookedAt });
  }
  return response;
}
