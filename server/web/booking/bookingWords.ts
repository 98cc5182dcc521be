import type { MarketWindows } from '../../../protocol/slots.ts';
import { type MessageId, t } from '../app/words.ts';
import type { StoredBooking } from './storedBookings.ts';
import { timesOf } from './times.ts';

export interface BookingWords {
  label: string;
  tone: 'free' | 'busy' | 'charging' | 'off';
}

const ENDED: Record<string, [MessageId, BookingWords['tone']]> = {
  FULFILLED: ['booking.state.paid', 'free'],
  CANCELED: ['booking.state.cancelled', 'off'],
  NO_SHOW: ['booking.state.noShow', 'off'],
  FAILED: ['booking.state.refunded', 'off'],
};

const words = (id: MessageId, tone: BookingWords['tone']): BookingWords => ({ label: t(id), tone });

/** State of a booking in a few words. */
export function bookingWords(stored: StoredBooking, windows: MarketWindows, nowSec: number): BookingWords {
  if (stored.outcome?.reservationStatus === 'FULFILLED' && stored.outcome.paid === '0')
    return words('booking.state.noEnergy', 'off');
  if (stored.outcome !== undefined)
    return words(...(ENDED[stored.outcome.reservationStatus] ?? (['booking.state.ended', 'off'] as const)));
  if (stored.bookedTx === undefined) return words('booking.state.sending', 'busy');
  const { opens, closes } = timesOf(stored, windows);
  if (stored.cosigned?.reading.isFinal) return words('booking.state.settling', 'busy');
  if (stored.cosigned !== undefined) return words('booking.state.charging', 'charging');
  if (nowSec < opens) return words('booking.state.booked', 'free');
  return nowSec < closes ? words('booking.state.ready', 'charging') : words('booking.state.waiting', 'busy');
}
