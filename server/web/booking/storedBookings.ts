import { useMemo, useSyncExternalStore } from 'react';
import { type Address, type Hex, isAddressEqual } from 'viem';
import type { AllowanceJson, BookingResponse, ReadingJson } from '../../../protocol/api.ts';
import type { Booking } from '../../../protocol/booking.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import { type Found, forget, loadKind, saveKind, storedKeys } from '../app/storage.ts';
import { BOOKING_KIND } from './bookingShape.ts';

const START = 'booking:';

/** A reading that this device co-signed. */
export interface Cosigned {
  reading: ReadingJson;
  agentSignature: Hex;
  sessionSignature: Hex;
}

/** How a booking ended, from the server's index; the receipt checks it against the ledger. */
export type Outcome = Pick<
  BookingResponse,
  | 'reservationStatus'
  | 'settlementStatus'
  | 'contested'
  | 'paid'
  | 'refunded'
  | 'energyWh'
  | 'endedAt'
  | 'endedTx'
>;

/** A guest's card that may start the charge in place of the driver. */
export interface GuestCard {
  uid: string;
  /** When the agent accepted it, unix seconds. */
  handedOverAt?: number;
}

/** What the driver chose to allow, in token units; `STEP` means that this device stays awake and watches. */
export type AllowChoice = { upTo: bigint } | 'STEP';

/** A booking with the keys that only the driver's devices have. vault/ says how two devices' copies become one. */
export interface StoredBooking {
  bookingId: Hex;
  ref: MarketRef;
  booking: Booking;
  sessionPrivateKey: Hex;
  secret: Hex;
  /** Energy that the driver asked for, Wh. */
  needWh: number;
  createdAt: number;
  /** Missing until the booking is on the ledger. */
  bookedTx?: Hex;
  /** Time of its block, unix seconds; missing until the server's index has said it. */
  bookedAt?: number;
  /** What the agent's word may cost after the first co-signature: up to an amount, or a step ahead of each reading. */
  allow?: AllowChoice;
  /** When that was chosen, unix seconds: of two devices the later choice holds. So with the card and the location. */
  allowAt?: number;
  /** What the page proposed to allow, token units. */
  proposedCost?: bigint;
  /** The newest raise that this device signed; it is never lowered. */
  raise?: AllowanceJson;
  card?: GuestCard;
  cardAt?: number;
  /** When the start secret was first sent, unix seconds. */
  startedAt?: number;
  stopAskedAt?: number;
  cosigned?: Cosigned;
  /** Points of the energy curve: unix seconds and Wh of each reading. */
  curve?: [number, number][];
  outcome?: Outcome;
  /** The exact location, sealed to the session key; deleted when the booking has ended. */
  sealedLocation?: Hex;
  locationAt?: number;
}

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
