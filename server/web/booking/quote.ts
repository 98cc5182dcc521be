import { leastCap } from '../../../protocol/bounds.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import type { Terms } from '../../../protocol/terms.ts';
import { max } from '../../../protocol/units.ts';
import { uncappedCost } from '../app/uncappedCost.ts';

export interface Need {
  energyWh: number;
  slotCount: number;
  /** At which the car charges, where that is less than the charger's. */
  powerW?: number;
}

/** Token units, except where a unit is named. */
export interface Quote {
  energyCost: bigint;
  timeCost: bigint;
  flatFee: bigint;
  /** Expected cost of the need: the energy, and the time that the charger takes for it. */
  expected: bigint;
  /** Maximum cost: the need over the whole slot, and the overstay reserve. */
  cap: bigint;
  /** Why the cap is more than the need can cost: the host's least, or five no-show fees. */
  raisedBy: 'MIN_CAP' | 'NO_SHOW_FEE' | undefined;
  overstayReserve: bigint;
  /** Locked against frivolous challenges, and returned at the end. */
  bond: bigint;
  /** Cap and bond: the amount locked until the end. */
  locked: bigint;
  /** Seconds that the charger needs for the energy at full power. */
  chargingSec: number;
}

/** Cost of a need under these terms, by the protocol's own cost function. `centUnits` is a cent of the token. */
export function quoteOf(terms: Terms, need: Need, bondMax: bigint, centUnits: bigint): Quote {
  const { tariff, metering, bookingTerms } = terms;
  const slotSec = need.slotCount * SLOT_SEC;
  const maxPowerW = Number(metering.maxPowerW);
  const powerW = Math.min(need.powerW ?? maxPowerW, maxPowerW);
  const chargingSec = Math.min(slotSec, Math.ceil((need.energyWh * 3_600) / powerW));
  const most = uncappedCost(tariff, need.energyWh, slotSec);
  const slots = BigInt(need.slotCount);
  const least = leastCap(bookingTerms.minCapPerSlot, bookingTerms.noshowFee, slots);
  const needed = roundUp(most + tariff.overstayReserve, centUnits);
  const cap = roundUp(max(needed, least), centUnits);
  const leastOfHost = bookingTerms.minCapPerSlot * slots;
  const reason = least > leastOfHost ? 'NO_SHOW_FEE' : 'MIN_CAP';
  const bond = metering.unsignedCost < bondMax ? metering.unsignedCost : bondMax;
  return {
    energyCost: uncappedCost({ ...tariff, flatFee: 0n, pricePerHour: 0n }, need.energyWh, 0),
    timeCost: uncappedCost({ ...tariff, flatFee: 0n, pricePerKwh: 0n }, 0, chargingSec),
    flatFee: tariff.flatFee,
    expected: uncappedCost(tariff, need.energyWh, chargingSec),
    cap,
    raisedBy: cap > needed && bookingTerms.noshowFee + leastOfHost > 0n ? reason : undefined,
    overstayReserve: tariff.overstayReserve,
    bond,
    locked: cap + bond,
    chargingSec,
  };
}

const roundUp = (value: bigint, step: bigint): bigint => ((value + step - 1n) / step) * step;
