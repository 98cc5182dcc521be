import { useMemo, useSyncExternalStore } from 'react';
import { type Address, type Hex, isAddressEqual } from 'viem';
import type { BookingResponse } from '../../../protocol/api.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import { type Found, forget, loadKind, saveKind, storedKeys } from '../app/storage.ts';
import { BOOKING_KIND } from './bookingShape.ts';
import type { Outcome, StoredBooking } from './storedTypes.ts';

export type { AllowChoice, Cosigned, GuestCard, Outcome, StoredBooking } from './storedTypes.ts';

const START = 'booking:';

const listeners = new Set<() => void>();
let version = 0;

function changed(): void {
  version += 1;
  for (const listener of listeners) listener();
}

/** Calls a listener after each change of a stored booking, in this tab or another. @returns a function that stops it. */
export function onBookingsChanged(listener: () => void): () => void {
  listeners.add(listener);
  // Other tabs of this page use the same storage.
  window.addEventListener('storage', changed);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('storage', changed);
  };
}

/** A stored booking by its key; undefined also where what stands there is not one that this page can read. */
function loadByKey(key: string): StoredBooking | undefined {
  const found = loadKind(BOOKING_KIND, key);
  return found.state === 'OK' ? found.value : undefined;
}

/** Keys under which a booking should stand that this page cannot read, with the reason. */
export function unreadableBookings(): { key: string; state: Found<never>['state'] }[] {
  return storedKeys(START)
    .map((key) => ({ key, state: loadKind(BOOKING_KIND, key).state }))
    .filter(({ state }) => state === 'BROKEN' || state === 'NEWER');
}

export const loadBooking = (bookingId: Hex): StoredBooking | undefined => loadByKey(START + bookingId);

export function storeBooking(stored: StoredBooking): void {
  saveKind(BOOKING_KIND, START + stored.bookingId, stored);
  changed();
}

/** Changes fields of a stored booking. Deletes the exact location once the booking has an outcome. */
export function updateBooking(bookingId: Hex, change: Partial<StoredBooking>): void {
  const stored = loadBooking(bookingId);
  if (stored === undefined) return;
  storeBooking(withoutEndedLocation({ ...stored, ...stampsOf(change), ...change }));
}

export function withoutEndedLocation(stored: StoredBooking): StoredBooking {
  if (stored.outcome === undefined) return stored;
  const { sealedLocation: _, locationAt: __, ...ended } = stored;
  return ended;
}

const STAMPED = { allow: 'allowAt', card: 'cardAt', sealedLocation: 'locationAt' } as const;

/** When this device chose or received what may differ on another one. */
function stampsOf(change: Partial<StoredBooking>): Partial<StoredBooking> {
  const nowSec = Math.floor(Date.now() / 1_000);
  const changed = Object.entries(STAMPED).filter(([field]) => field in change);
  return Object.fromEntries(changed.map(([, stamp]) => [stamp, nowSec]));
}

/** Deletes a booking that never reached the ledger. */
export function forgetBooking(bookingId: Hex): void {
  forget(START + bookingId);
  changed();
}

/** The bookings of this market, newest first. */
export function listBookings(ref: MarketRef): StoredBooking[] {
  return storedKeys(START)
    .map((key) => loadByKey(key))
    .filter((stored) => stored !== undefined)
    .filter((stored) => stored.ref.chainId === ref.chainId && isAddressEqual(stored.ref.market, ref.market))
    .sort((a, b) => b.createdAt - a.createdAt);
}

function useVersion(): number {
  return useSyncExternalStore(onBookingsChanged, () => version);
}

export function useStoredBooking(bookingId: Hex): StoredBooking | undefined {
  const round = useVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` counts the changes of stored bookings
  return useMemo(() => loadBooking(bookingId), [bookingId, round]);
}

export function useStoredBookings(ref: MarketRef): StoredBooking[] {
  const round = useVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` counts the changes of stored bookings
  return useMemo(() => listBookings(ref), [ref, round]);
}

export const isDriver = (stored: StoredBooking, account: Address): boolean =>
  isAddressEqual(stored.booking.driver, account);

/** The outcome in an API response; undefined while the booking is open. */
export function outcomeOf(response: BookingResponse): Outcome | undefined {
  if (response.endedTx === null) return undefined;
  const { reservationStatus, settlementStatus, contested, paid, refunded, energyWh } = response;
  const { endedAt, endedTx } = response;
  return { reservationStatus, settlementStatus, contested, paid, refunded, energyWh, endedAt, endedTx };
}
