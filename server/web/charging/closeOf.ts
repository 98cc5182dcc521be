import type { StoredBooking } from '../booking/storedBookings.ts';
import type { LiveState } from './liveState.ts';

/**
 * How a charge ends for this device. The agent reports the end before it has signed the final reading, since that names
 * the evidence of the whole charge: until the reading comes it is awaited, not missing.
 */
export type Close = 'OPEN' | 'AWAITED' | 'SIGNED' | 'REFUSED' | 'WITHOUT';

export function closeOf(
  stored: Pick<StoredBooking, 'cosigned'>,
  { session, reading, refusal }: Pick<LiveState, 'session' | 'reading' | 'refusal'>,
): Close {
  if (stored.cosigned?.reading.isFinal === true) return 'SIGNED';
  if (refusal !== undefined && reading?.isFinal === true) return 'REFUSED';
  if (session?.state === 'SETTLED') return 'WITHOUT';
  return session?.state === 'FINISHED' ? 'AWAITED' : 'OPEN';
}
