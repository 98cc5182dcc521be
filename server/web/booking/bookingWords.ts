import { bookingTimes, type MarketWindows } from '../../../protocol/slots.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import type { KeptBooking } from './storedBookings.ts';

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

/** Where a booking stands, in a word or two. */
export function bookingWords(kept: KeptBooking, windows: MarketWindows, nowSec: number): BookingWords {
  if (kept.ending?.reservationStatus === 'FULFILLED' && kept.ending.paid === '0')
    return { label: 'Nothing charged', tone: 'off' };
  if (kept.ending !== undefined)
    return ENDED[kept.ending.reservationStatus] ?? { label: 'Ended', tone: 'off' };
  if (kept.bookedTx === undefined) return { label: 'On its way to the ledger', tone: 'busy' };
  const { opens, closes } = bookingTimes(
    kept.booking,
    fromTermsStruct(kept.booking.terms).bookingTerms,
    windows,
  );
  if (kept.cosigned?.reading.isFinal) return { label: 'Being settled', tone: 'busy' };
  if (kept.cosigned !== undefined) return { label: 'Charging', tone: 'charging' };
  if (nowSec < opens) return { label: 'Booked', tone: 'free' };
  return nowSec < closes
    ? { label: 'Your time is now', tone: 'charging' }
    : { label: 'Waiting for its end', tone: 'busy' };
}
