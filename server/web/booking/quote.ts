import { SLOT_SEC } from '../../../protocol/slots.ts';
import type { Tariff, Terms } from '../../../protocol/terms.ts';
import { plainCost } from '../app/uncappedCost.ts';

export interface Need {
  energyWh: number;
  slotCount: number;
}

/** Token units, except where a unit is named. */
export interface Quote {
  energyCost: bigint;
  timeCost: bigint;
  flatFee: bigint;
  /** What the need is expected to cost: the energy, and the time the charger needs for it. */
  expected: bigint;
  /** The most the session may cost: the need over the whole slot, and the overstay reserve. */
  cap: bigint;
  overstayReserve: bigint;
  /** Held against frivolous quarrels, given back at the end. */
  bond: bigint;
  /** Cap and bond: what leaves the purse until the end. */
  locked: bigint;
  /** Seconds the charger needs for the energy at its full power. */
  chargingSec: number;
  /** The most the charger can give within the slot, Wh. */
  mostEnergyWh: number;
}

/** What a need costs under these terms, by the protocol's own cost function. `centUnits` is the token's cent. */
export function quoteOf(terms: Terms, need: Need, bondMax: bigint, centUnits: bigint): Quote {
  const { tariff, metering, bookingTerms } = terms;
  const slotSec = need.slotCount * SLOT_SEC;
  const maxPowerW = Number(metering.maxPowerW);
  const chargingSec = Math.min(slotSec, Math.ceil((need.energyWh * 3_600) / maxPowerW));
  const most = plainCost(tariff, need.energyWh, slotSec);
  const least = bookingTerms.minCapPerSlot * BigInt(need.slotCount);
  // The ledger refuses a cap of nothing, also where power is given away.
  const cap = max(max(roundUp(most + tariff.overstayReserve, centUnits), least), centUnits);
  const bond = metering.unsignedCost < bondMax ? metering.unsignedCost : bondMax;
  return {
    energyCost: plainCost({ ...tariff, flatFee: 0n, pricePerHour: 0n }, need.energyWh, 0),
    timeCost: plainCost({ ...tariff, flatFee: 0n, pricePerKwh: 0n }, 0, chargingSec),
    flatFee: tariff.flatFee,
    expected: plainCost(tariff, need.energyWh, chargingSec),
    cap,
    overstayReserve: tariff.overstayReserve,
    bond,
    locked: cap + bond,
    chargingSec,
    mostEnergyWh: Math.floor((maxPowerW * slotSec) / 3_600),
  };
}

/** Slots the charger needs for the energy, with a quarter of an hour to spare, within what the host allows. */
export function slotsForEnergy(terms: Terms, energyWh: number): number {
  const neededSec = (energyWh * 3_600) / Number(terms.metering.maxPowerW);
  const slots = Math.ceil(neededSec / SLOT_SEC) + 1;
  const { minSlots, maxSlots } = terms.bookingTerms;
  return Math.min(Math.max(slots, Number(minSlots)), Number(maxSlots));
}

/** Energy that a sum of money buys at the tariff's price per kWh, Wh, rounded down; undefined when energy is free. */
export const energyForMoney = (tariff: Tariff, units: bigint): number | undefined =>
  tariff.pricePerKwh === 0n ? undefined : Number((units * 1_000n) / tariff.pricePerKwh);

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

const roundUp = (value: bigint, step: bigint): bigint => ((value + step - 1n) / step) * step;
