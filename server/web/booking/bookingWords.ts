import type { MarketWindows } from '../../../protocol/slots.ts';
import type { StoredBooking } from './storedBookings.ts';
import { timesOf } from './times.ts';

export interface BookingWords {
  label: string;
  tone: 'free' | 'busy' | 'charging' | 'off';
}

const ENDED: Record<string, BookingWords> = {
  FULFILLED: { label: 'Paid', tone: 'free' },
  CANCELED: { label: 'Cancelled', tone: 'off' },
  NO_SHOW: { label: 'Not used, fee paid', tone: 'off' },
  FAILED: { label: 'Refunded', tone: 'off' },
};

/** State of a booking in a few words. */
export function bookingWords(stored: StoredBooking, windows: MarketWindows, nowSec: number): BookingWords {
  if (stored.outcome?.reservationStatus === 'FULFILLED' && stored.outcome.paid === '0')
    return { label: 'No energy charged', tone: 'off' };
  if (stored.outcome !== undefined)
    return ENDED[stored.outcome.reservationStatus] ?? { label: 'Ended', tone: 'off' };
  if (stored.bookedTx === undefined) return { label: 'Being sent to the ledger', tone: 'busy' };
  const { opens, closes } = timesOf(stored, windows);
  if (stored.cosigned?.reading.isFinal) return { label: 'Being settled', tone: 'busy' };
  if (stored.cosigned !== undefined) return { label: 'Charging', tone: 'charging' };
  if (nowSec < opens) return { label: 'Booked', tone: 'free' };
  return nowSec < closes
    ? { label: 'Ready to start', tone: 'charging' }
    : { label: 'Waiting for settlement', tone: 'busy' };
}
