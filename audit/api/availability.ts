import { earliestSlot, latestEndSlot, SLOT_SEC } from '../rules/booking-times.ts';
import { isOpenAt } from '../rules/hours.ts';
import type { PlacedCharger } from './placed-charger.ts';

/** The slots of a booking, and when a charge in them begins and ends (unix seconds). */
export interface Fit {
  firstSlot: number;
  slotCount: number;
  startsAt: number;
  finishesAt: number;
}

/** What is to fit: so many seconds of charging, from then on, done by then. */
export interface Wanted {
  timeSec: number;
  fromSec: number;
  bySec: number;
}

/** Whether a booking made at `nowSec` can have the slot: open, not taken, between lead time and horizon. */
function isFreeSlot({ account, terms }: PlacedCharger, slot: number, nowSec: number): boolean {
  if (slot < earliestSlot(nowSec, terms) || slot >= latestEndSlot(nowSec, terms)) return false;
  return isOpenAt(account.listing.weeklyHours, slot) && !account.slots.has(slot);
}

/** The earliest booking, made at `nowSec`, in which the charge fits; undefined where there is none. */
export function earliestFit(charger: PlacedCharger, wanted: Wanted, nowSec: number): Fit | undefined {
  const { timeSec, bySec } = wanted;
  const fromSec = Math.max(wanted.fromSec, nowSec);
  const until = latestEndSlot(nowSec, charger.terms);
  let slot = Math.floor(fromSec / SLOT_SEC);
  while (slot < until && Math.max(fromSec, slot * SLOT_SEC) + timeSec <= bySec) {
    const fit = fitFrom(charger, slot, fromSec, timeSec);
    const blocked = lastBlocked(charger, fit, nowSec);
    if (blocked === undefined && fit.slotCount <= Number(charger.terms.maxSlots)) return fit;
    slot = Math.max(slot, blocked ?? slot) + 1;
  }
  return undefined;
}

function fitFrom({ terms }: PlacedCharger, firstSlot: number, fromSec: number, timeSec: number): Fit {
  const startsAt = Math.max(fromSec, firstSlot * SLOT_SEC);
  const finishesAt = startsAt + timeSec;
  const slotCount = Math.max(Number(terms.minSlots), Math.ceil(finishesAt / SLOT_SEC) - firstSlot);
  return { firstSlot, slotCount, startsAt, finishesAt };
}

function lastBlocked(charger: PlacedCharger, fit: Fit, nowSec: number): number | undefined {
  for (let slot = fit.firstSlot + fit.slotCount - 1; slot >= fit.firstSlot; slot -= 1)
    if (!isFreeSlot(charger, slot, nowSec)) return slot;
  return undefined;
}

/**
 * Whether one booking made at `nowSec` can hold the charger during the whole span: where the shortest one is longer, it may
 * begin sooner or end later.
 */
export function isFreeDuring(
  charger: PlacedCharger,
  { fromSec, untilSec }: { fromSec: number; untilSec: number },
  nowSec: number,
): boolean {
  const [first, end] = [Math.floor(fromSec / SLOT_SEC), Math.ceil(untilSec / SLOT_SEC)];
  if (end - first > Number(charger.terms.maxSlots)) return false;
  for (let slot = first; slot < end; slot += 1) if (!isFreeSlot(charger, slot, nowSec)) return false;
  let [from, until] = [first, end];
  const minSlots = Number(charger.terms.minSlots);
  while (until - from < minSlots && isFreeSlot(charger, from - 1, nowSec)) from -= 1;
  while (until - from < minSlots && isFreeSlot(charger, until, nowSec)) until += 1;
  return until - from >= minSlots;
}
