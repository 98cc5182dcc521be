import type { BookingResponse, ConfigResponse, ReadingJson } from '../../../protocol/api.ts';
import type { Booking } from '../../../protocol/booking.ts';
import type { BookingStateStruct } from '../../../protocol/state.ts';
import type { OpenBooking } from './acts.ts';

export const stateOf = ({ state }: Pick<BookingResponse, 'state'>): BookingStateStruct => ({
  head: BigInt(state.head),
  claim: BigInt(state.claim),
});

/** An open booking as the acts take it; undefined once it has ended. */
export function openBookingOf(
  booking: Booking,
  response: Pick<BookingResponse, 'state' | 'bookedAt' | 'endedTx'>,
  config: Pick<ConfigResponse, 'windows' | 'bondMax' | 'forfeitMin'>,
  cosigned: ReadingJson | undefined,
): OpenBooking | undefined {
  if (response.endedTx !== null) return undefined;
  const { windows, bondMax, forfeitMin } = config;
  return {
    booking,
    state: stateOf(response),
    bookedAt: response.bookedAt,
    windows,
    money: { bondMax: BigInt(bondMax), forfeitMin: BigInt(forfeitMin) },
    cosigned,
  };
}
