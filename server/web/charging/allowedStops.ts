import { fromTermsStruct } from '../../../protocol/terms.ts';
import { uncappedCost } from '../app/uncappedCost.ts';
import { allowanceLasts, allowedNow } from '../booking/allowance.ts';
import { type SleepStop, sleepStops } from '../booking/sleep.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';

type Kept = Pick<StoredBooking, 'booking' | 'needWh' | 'raise' | 'cosigned' | 'allow'>;

/**
 * The stops that an open booking still has: what was allowed cannot be taken back, so that only the choice to watch
 * lies below it. How long each lasts is counted from the newest co-signed reading.
 */
export function allowedStops(stored: Kept, decimals: number, centUnits: bigint): SleepStop[] {
  const { booking, needWh, cosigned } = stored;
  const terms = fromTermsStruct(booking.terms);
  const chargingSec = Math.ceil((needWh * 3_600) / Number(terms.metering.maxPowerW));
  const expected = uncappedCost(terms.tariff, needWh, chargingSec);
  const allowed = allowedNow(stored);
  const chosen = stored.allow === undefined || stored.allow === 'STEP' ? 0n : stored.allow.upTo;
  const costs = sleepStops(terms, { cap: booking.money.cap, expected }, decimals, centUnits)
    .filter(({ choice, cost }) => choice !== 'STEP' && cost > allowed)
    .map(({ cost }) => cost);
  const all = [...new Set([allowed, ...costs, ...(chosen > allowed ? [chosen] : [])])];
  const lasts = (cost: bigint) => allowanceLasts(booking, cosigned?.reading, cost);
  return [
    { choice: 'STEP', cost: allowed, lastsSec: lasts(allowed) },
    ...all
      .sort((a, b) => (a < b ? -1 : 1))
      .map((cost): SleepStop => ({ choice: { upTo: cost }, cost, lastsSec: lasts(cost) })),
  ];
}

/** The stop that is chosen at present. */
export function chosenStop(stops: readonly SleepStop[], { allow }: Pick<StoredBooking, 'allow'>): number {
  if (allow === undefined || allow === 'STEP') return 0;
  const found = stops.findIndex(({ choice, cost }) => choice !== 'STEP' && cost >= allow.upTo);
  return found === -1 ? stops.length - 1 : found;
}
