import { useMemo, useSyncExternalStore } from 'react';
import { type Address, type Hex, isAddressEqual } from 'viem';
import type { BookingResponse, ReadingJson } from '../../../protocol/api.ts';
import type { Booking } from '../../../protocol/booking.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import { forget, load, save, storedKeys } from '../app/storage.ts';

const START = 'booking:';

/** A reading that this device co-signed. */
export interface Cosigned {
  reading: ReadingJson;
  agentSignature: Hex;
  sessionSignature: Hex;
}

/** How a booking ended, as the ledger's index tells it; the receipt checks it against the ledger. */
export type Ending = Pick<
  BookingResponse,
  'reservationStatus' | 'settlementStatus' | 'paid' | 'refunded' | 'energyWh' | 'endedAt' | 'endedTx'
>;

/** A guest's card that begins the charge in the driver's place. */
export interface GuestCard {
  uid: string;
  /** When the agent took it, unix seconds. */
  handedOverAt?: number;
}

/** A booking of this device, with the keys that only this device has. */
export interface KeptBooking {
  bookingId: Hex;
  ref: MarketRef;
  booking: Booking;
  sessionPrivateKey: Hex;
  secret: Hex;
  /** Energy that the driver asked for, Wh. */
  needWh: number;
  createdAt: number;
  /** Missing until the ledger has it. */
  bookedTx?: Hex;
  card?: GuestCard;
  /** When the start secret was first handed over, unix seconds. */
  startedAt?: number;
  stopAskedAt?: number;
  cosigned?: Cosigned;
  /** Course of the charge: unix seconds and Wh of the readings seen. */
  curve?: [number, number][];
  ending?: Ending;
  /** The exact place, sealed to the session key; gone once the booking has ended. */
  sealedPlace?: Hex;
}

const listeners = new Set<() => void>();
let version = 0;

function changed(): void {
  version += 1;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Another tab of this page keeps its bookings in the same place.
  window.addEventListener('storage', changed);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('storage', changed);
  };
}

export const loadBooking = (bookingId: Hex): KeptBooking | undefined => load<KeptBooking>(START + bookingId);

export function keepBooking(kept: KeptBooking): void {
  save(START + kept.bookingId, kept);
  changed();
}

/** Changes some fields of a booking that is kept, and leaves the others as they are now. */
export function updateBooking(bookingId: Hex, change: Partial<KeptBooking>): void {
  const kept = loadBooking(bookingId);
  if (kept === undefined) return;
  const { sealedPlace, ...next } = { ...kept, ...change };
  const isPlaceKept = sealedPlace !== undefined && next.ending === undefined;
  keepBooking(isPlaceKept ? { ...next, sealedPlace } : next);
}

/** For a booking that never reached the ledger. */
export function forgetBooking(bookingId: Hex): void {
  forget(START + bookingId);
  changed();
}

/** The bookings of this market, newest first. */
export function listBookings(ref: MarketRef): KeptBooking[] {
  return storedKeys(START)
    .map((key) => load<KeptBooking>(key))
    .filter((kept) => kept !== undefined)
    .filter((kept) => kept.ref.chainId === ref.chainId && isAddressEqual(kept.ref.market, ref.market))
    .sort((a, b) => b.createdAt - a.createdAt);
}

function useVersion(): number {
  return useSyncExternalStore(subscribe, () => version);
}

export function useKeptBooking(bookingId: Hex): KeptBooking | undefined {
  const round = useVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` says that something kept has changed
  return useMemo(() => loadBooking(bookingId), [bookingId, round]);
}

export function useKeptBookings(ref: MarketRef): KeptBooking[] {
  const round = useVersion();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` says that something kept has changed
  return useMemo(() => listBookings(ref), [ref, round]);
}

export const isDriver = (kept: KeptBooking, account: Address): boolean =>
  isAddressEqual(kept.booking.driver, account);

/** What `Ending` needs of the API's answer; undefined while the booking is open. */
export function endingOf(response: BookingResponse): Ending | undefined {
  if (response.endedTx === null) return undefined;
  const { reservationStatus, settlementStatus, paid, refunded, energyWh, endedAt, endedTx } = response;
  return { reservationStatus, settlementStatus, paid, refunded, energyWh, endedAt, endedTx };
}
