import type { SlotRange } from '../../protocol/api.ts';
import { costOfParts } from '../../protocol/cost.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import type { BookingTerms } from '../../protocol/terms.ts';

/** What a driver wants to charge. */
export interface Need {
  energyWh: number;
  /** The most power that the car takes; the charger's alone decides where it is left out. */
  powerW?: number | undefined;
  /** How long the car stays, seconds: it takes no more energy than the charger gives in this time. */
  durationSec?: number | undefined;
  /** Unix seconds: no charge begins before. */
  from?: number | undefined;
  /** Unix seconds: when the energy must be in the car; any time where it is left out. */
  by?: number | undefined;
}

/** Token units, as a row of the map has them. */
export interface Prices {
  pricePerKwh: number;
  pricePerHour: number;
  flatFee: number;
}

const powerAt = ({ powerW = Number.POSITIVE_INFINITY }: Need, maxPowerW: number): number =>
  Math.min(powerW, maxPowerW);

/** Wh that the car gets at a charger: the need, and no more than the charger gives while the car stays, rounded down. */
export const energyAt = (need: Need, maxPowerW: number): number =>
  need.durationSec === undefined
    ? need.energyWh
    : Math.min(need.energyWh, Math.floor((powerAt(need, maxPowerW) * need.durationSec) / 3_600));

/** Seconds that a charger needs for that energy, rounded up. */
export const chargingSec = (need: Need, maxPowerW: number): number =>
  Math.ceil((energyAt(need, maxPowerW) * 3_600) / powerAt(need, maxPowerW));

/** Wh per kWh × seconds per hour, as in protocol/cost.ts. */
const COST_SCALE = 3_600_000;

/** The largest cap that the ledger can store (64 bits). */
const NO_CAP = (1n << 64n) - 1n;

/** Token units: energy, time while it charges, and flat fee, as the ledger would bill them. */
export function costOfNeed(prices: Prices, need: Pick<Need, 'energyWh'>, timeSec: number): bigint {
  const scaled =
    need.energyWh * prices.pricePerKwh * 3_600 +
    timeSec * prices.pricePerHour * 1_000 +
    prices.flatFee * COST_SCALE;
  // A quote prices a thousand chargers: big integers take ten times as long, and few prices need them.
  return Number.isSafeInteger(scaled)
    ? BigInt((scaled - (scaled % COST_SCALE)) / COST_SCALE)
    : exactCost(prices, need, timeSec);
}

const exactCost = (prices: Prices, { energyWh }: Pick<Need, 'energyWh'>, timeSec: number): bigint =>
  costOfParts(
    {
      pricePerKwh: BigInt(prices.pricePerKwh),
      pricePerHour: BigInt(prices.pricePerHour),
      flatFee: BigInt(prices.flatFee),
      overstayPerHour: 0n,
      overstayReserve: 0n,
      discountBp: 0n,
    },
    BigInt(energyWh),
    BigInt(timeSec),
    0n,
    NO_CAP,
  );

/** The slots of a booking, and when the charge in them begins and ends (unix seconds). */
export interface Fit {
  firstSlot: number;
  slotCount: number;
  startsAt: number;
  finishesAt: number;
}

/**
 * The earliest booking in which a charge takes `timeSec` and begins at `fromSec` or later, now at the earliest; undefined
 * where there is none. In a slot that has begun the charge starts then, so that it may need one slot more than from the
 * next one on.
 */
export function earliestFit(
  free: readonly SlotRange[],
  terms: Pick<BookingTerms, 'minSlots' | 'maxSlots'>,
  timeSec: number,
  fromSec: number,
): Fit | undefined {
  for (const [begin, count] of free) {
    const first = Math.max(begin, Math.floor(fromSec / SLOT_SEC));
    const hasBegun = first * SLOT_SEC < fromSec;
    for (const firstSlot of hasBegun ? [first, first + 1] : [first]) {
      const fit = fitFrom(firstSlot, Number(terms.minSlots), timeSec, fromSec);
      const isAllowed = fit.slotCount <= Number(terms.maxSlots);
      if (isAllowed && firstSlot + fit.slotCount <= begin + count) return fit;
    }
  }
  return undefined;
}

function fitFrom(firstSlot: number, minSlots: number, timeSec: number, fromSec: number): Fit {
  const startsAt = Math.max(fromSec, firstSlot * SLOT_SEC);
  const finishesAt = startsAt + timeSec;
  const slotCount = Math.max(minSlots, Math.ceil(finishesAt / SLOT_SEC) - firstSlot);
  return { firstSlot, slotCount, startsAt, finishesAt };
}
