import { stringifyStored } from '../app/storage.ts';
import { type Cosigned, type StoredBooking, withoutEndedLocation } from '../booking/storedBookings.ts';

type Fields = Record<string, unknown>;

/**
 * One copy of a booking from those of two devices. Whatever differs is decided by an order of the values alone, so that it
 * does not matter which device merges, how often, or what it saw first.
 */
export function mergeBooking(a: StoredBooking, b: StoredBooking): StoredBooking {
  const merged: Fields = {};
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const value = later((a as unknown as Fields)[name], (b as unknown as Fields)[name], ORDERS[name] ?? NONE);
    if (value !== undefined) merged[name] = value;
  }
  for (const [field, stamp] of STAMPED) Object.assign(merged, laterChoice(field, stamp, a, b));
  return withoutEndedLocation(merged as unknown as StoredBooking);
}

/** The copies of all bookings, by their id. */
export function mergeBookings(
  a: readonly StoredBooking[],
  b: readonly StoredBooking[],
): Map<string, StoredBooking> {
  const merged = new Map<string, StoredBooking>();
  for (const stored of [...a, ...b]) {
    const other = merged.get(stored.bookingId);
    merged.set(stored.bookingId, other === undefined ? stored : mergeBooking(other, stored));
  }
  return merged;
}

/** By which the greater of two values is kept: the first that differs decides, and after them the text. */
type Order = (value: never) => (number | bigint)[];

const NONE: Order = () => [];
const greatest = (value: number | bigint) => [value];
const least = (value: number) => [-value];

/** A final reading holds, and of two final ones that with less energy: nothing may be signed after it. */
function ofCosigned({ reading }: Cosigned): number[] {
  return reading.isFinal ? [1, -reading.energyWh, reading.seq] : [0, reading.seq, -reading.energyWh];
}

const ORDERS: Record<string, Order | undefined> = {
  createdAt: least,
  // Energy from before the start is not co-signed: the earlier one is when the driver started.
  startedAt: least,
  stopAskedAt: greatest,
  bookedAt: greatest,
  proposedCost: greatest,
  needWh: greatest,
  raise: (raise: NonNullable<StoredBooking['raise']>) => [BigInt(raise.cost)],
  cosigned: ofCosigned,
  curve: (curve: NonNullable<StoredBooking['curve']>) => [curve.length],
  outcome: (outcome: NonNullable<StoredBooking['outcome']>) => [
    Number(outcome.settlementStatus === 'SETTLED'),
    Number(outcome.paid != null),
    outcome.endedAt ?? 0,
  ],
};

const STAMPED = [
  ['allow', 'allowAt'],
  ['card', 'cardAt'],
  ['sealedLocation', 'locationAt'],
] as const;

type Stamped = (typeof STAMPED)[number];

/** What was chosen later holds, with the time of the choice. */
function laterChoice(field: Stamped[0], stamp: Stamped[1], a: StoredBooking, b: StoredBooking): Fields {
  const given = [a, b].filter((one) => one[field] !== undefined);
  const [first, second] = given.map((one) => ({ [field]: one[field], [stamp]: one[stamp] }) as Fields);
  const byStamp: Order = (choice: Fields) => [(choice[stamp] as number | undefined) ?? 0];
  return (later(first, second, byStamp) ?? {}) as Fields;
}

function later(a: unknown, b: unknown, order: Order): unknown {
  if (a === undefined || b === undefined) return a ?? b;
  const [left, right] = [order(a as never), order(b as never)];
  const differing = left.findIndex((value, i) => value !== right[i]);
  if (differing !== -1) return left[differing]! > right[differing]! ? a : b;
  return stringifyStored(a) >= stringifyStored(b) ? a : b;
}
