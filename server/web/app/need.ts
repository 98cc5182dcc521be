import { useSyncExternalStore } from 'react';
import type { PowerType } from '../../../protocol/listing.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import type { BookingTerms } from '../../../protocol/terms.ts';
import { load, save } from './storage.ts';

/** What the reader drives. */
export interface Car {
  batteryWh: number;
  /** The most that the car takes of alternating current. */
  maxAcPowerW: number;
}

/** What the reader wants to charge: energy, or what the charger gives in some hours. */
export interface Need {
  /** Also while `hours` are given: what was last asked for, and what is searched with. */
  energyWh: number;
  /** Instead of the energy: how long the car stays. */
  hours?: number;
  /** Unix seconds: when the energy must be in the car. */
  byAt?: number;
  car?: Car;
}

/** As far as a need depends on a charger. */
export interface ChargerPower {
  maxPowerW: number;
  powerType: PowerType;
}

export const LEAST_NEED_WH = 1_000;
export const MOST_NEED_WH = 200_000;
export const MOST_HOURS = 24;
const DEFAULT_NEED: Need = { energyWh: 20_000 };
const KEY = 'need';
const VERSION = 2;

const isBetween = (value: unknown, least: number, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;

function carOf(value: unknown): Car | undefined {
  const { batteryWh, maxAcPowerW } = (value ?? {}) as Partial<Car>;
  const isCar = isBetween(batteryWh, LEAST_NEED_WH, MOST_NEED_WH) && isBetween(maxAcPowerW, 1_000, 50_000);
  return isCar ? { batteryWh, maxAcPowerW } : undefined;
}

/** A stored need, of this version or the energy alone of the first one; what cannot be read is left out. */
export function needOf(stored: unknown, nowSec: number): Need {
  if (typeof stored === 'number') return needOf({ energyWh: stored }, nowSec);
  const { energyWh, hours, byAt, car } = (stored ?? {}) as Partial<Need>;
  const known = carOf(car);
  return {
    energyWh: isBetween(energyWh, LEAST_NEED_WH, MOST_NEED_WH) ? energyWh : DEFAULT_NEED.energyWh,
    ...(isBetween(hours, 1, MOST_HOURS) ? { hours } : {}),
    ...(isBetween(byAt, nowSec + 1, Number.MAX_SAFE_INTEGER) ? { byAt } : {}),
    ...(known === undefined ? {} : { car: known }),
  };
}

let kept: Need | undefined;
const watchers = new Set<() => void>();

const nowInSec = (): number => Math.floor(Date.now() / 1_000);

function current(): Need {
  const past = kept?.byAt !== undefined && kept.byAt <= nowInSec();
  if (kept === undefined || past) kept = needOf(kept ?? load<unknown>(KEY), nowInSec());
  return kept;
}

/** Keeps another need in this browser; an undefined member is taken away. */
export function changeNeed(change: { [Name in keyof Need]?: Need[Name] | undefined }): void {
  kept = needOf({ ...current(), ...change }, nowInSec());
  try {
    save(KEY, { version: VERSION, ...kept });
  } catch {
    // A browser that stores nothing forgets the need when the page is closed; no money hangs on it.
  }
  for (const tell of watchers) tell();
}

function watch(changed: () => void): () => void {
  watchers.add(changed);
  return () => watchers.delete(changed);
}

/** The reader's need, the same in every part of the page, and kept in this browser. */
export const useNeed = (): Need => useSyncExternalStore(watch, current);

/** The power at which the car charges there: a car's limit is that of its own rectifier, which DC does not pass. */
export const powerFor = ({ car }: Pick<Need, 'car'>, { maxPowerW, powerType }: ChargerPower): number =>
  car === undefined || powerType === 'DC' ? maxPowerW : Math.min(maxPowerW, car.maxAcPowerW);

/** Energy in Wh, rounded down, that a charger gives at this power. */
const deliveredWh = (powerW: number, seconds: number): number => Math.floor((powerW * seconds) / 3_600);

/** The most that the reader can want at all. */
const batteryOf = ({ car }: Need): number => car?.batteryWh ?? MOST_NEED_WH;

/** What a booking of so many seconds promises: the need, and never more than the power gives or the battery holds. */
export function promisedWh(need: Need, powerW: number, seconds: number): number {
  const wanted = need.hours === undefined ? need.energyWh : deliveredWh(powerW, need.hours * 3_600);
  return Math.min(wanted, deliveredWh(powerW, seconds), batteryOf(need));
}

/** Seconds of charging that the need takes, rounded up; a battery that is full before takes no more. */
export function chargingSecOf(need: Need, powerW: number): number {
  const wanted = need.hours === undefined ? need.energyWh : Number.POSITIVE_INFINITY;
  const energySec = Math.ceil((Math.min(wanted, batteryOf(need)) * 3_600) / powerW);
  return need.hours === undefined ? energySec : Math.min(energySec, need.hours * 3_600);
}

/** Energy in Wh of the whole need at this power, however long it takes. */
export const needWhAt = (need: Need, powerW: number): number =>
  promisedWh(need, powerW, need.hours === undefined ? chargingSecOf(need, powerW) : need.hours * 3_600);

/**
 * The default length of a booking: the need rounded up to a slot, within the limits of the host. `lateSec` of the first
 * slot have gone already.
 */
export function slotsOfNeed(
  need: Need,
  powerW: number,
  { minSlots, maxSlots }: Pick<BookingTerms, 'minSlots' | 'maxSlots'>,
  lateSec = 0,
): number {
  const stays = need.hours === undefined ? chargingSecOf(need, powerW) : need.hours * 3_600;
  const slots = Math.ceil((stays + lateSec) / SLOT_SEC);
  return Math.min(Math.max(slots, Number(minSlots), 1), Number(maxSlots));
}
