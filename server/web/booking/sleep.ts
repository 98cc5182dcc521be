import { allowanceAfter, proposedAllowance, secondsFor } from '../../../protocol/allowance.ts';
import type { Booking } from '../../../protocol/booking.ts';
import { type Terms, toTermsStruct } from '../../../protocol/terms.ts';
import { max, min } from '../../../protocol/units.ts';
import { askedAllowance } from './allowance.ts';
import type { Quote } from './quote.ts';
import type { AllowChoice } from './storedBookings.ts';

/** A stop of the slider: what may be paid on the charger's word, and how long a charge goes on by it alone. */
export interface SleepStop {
  choice: AllowChoice;
  /** Token units. */
  cost: bigint;
  /** Seconds of charging at full power; undefined where they cost nothing. */
  lastsSec: number | undefined;
}

const roundUp = (value: bigint, step: bigint): bigint => ((value + step - 1n) / step) * step;

/** What watching allows at the first energy: the charge pauses there once the device sleeps. */
function stepCost(terms: Terms, money: Booking['money']): bigint {
  const reading = { energyWh: 1, beganAt: 0, endedAt: 0, overstaySec: 0 };
  return allowanceAfter({ money, terms: toTermsStruct(terms) }, reading, undefined);
}

/**
 * The stops from "watch every step" to the whole need, rising, none below what the host asks anyway. Amounts are whole
 * cents, `centUnits` each, rounded up, and never above the cap.
 */
export function sleepStops(
  terms: Terms,
  quote: Pick<Quote, 'cap' | 'expected'>,
  decimals: number,
  centUnits: bigint,
): SleepStop[] {
  const { flatFee } = terms.tariff;
  const { cap, expected } = quote;
  const asked = askedAllowance(terms, cap, true);
  const money = { cap, allowedCost: asked, unsignedCost: 0n, relayFee: 0n };
  const lasts = (cost: bigint) => secondsFor(terms, cost - flatFee);
  const watched = stepCost(terms, money);
  const least = max(asked, watched);
  const whole = max(min(roundUp(expected, centUnits), cap), least);
  const wanted = [whole / 4n, whole / 2n, proposedAllowance(whole, decimals), whole].map((cost) =>
    min(roundUp(max(cost, least), centUnits), cap),
  );
  const costs = [...new Set(wanted)].sort((a, b) => (a < b ? -1 : 1));
  return [
    { choice: 'STEP', cost: watched, lastsSec: lasts(watched) },
    ...costs.map((cost) => ({ choice: { upTo: cost }, cost, lastsSec: lasts(cost) })),
  ];
}

/** The stop that the page proposes: the need, at most 2.00 (rule 4). */
export function proposedStop(
  stops: readonly SleepStop[],
  { expected }: Pick<Quote, 'expected'>,
  decimals: number,
): number {
  const proposed = proposedAllowance(expected, decimals);
  const found = stops.findIndex(({ choice, cost }) => choice !== 'STEP' && cost >= proposed);
  return found === -1 ? stops.length - 1 : found;
}

/** Until when a charge goes on by an allowance, unix seconds, at most until its end. */
export const sleepsUntil = (
  { lastsSec }: Pick<SleepStop, 'lastsSec'>,
  begins: number,
  end: number,
): number => (lastsSec === undefined ? end : Math.min(end, begins + lastsSec));
