import { type Address, isAddressEqual } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { bookingIdOf } from '../../../protocol/booking.ts';
import { startHashOf } from '../../../protocol/idTag.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { asKind, parseStored, stringifyStored } from '../app/storage.ts';
import { BOOKING_KIND } from '../booking/bookingShape.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';
import { vaultError } from './vaultError.ts';

/** Points of the energy curve that a vault keeps: enough for the shape of it on another device. */
const CURVE_POINTS = 40;
/** Whatever happened to a booking, its money is free long before this. */
const LONG_OVER_SEC = 90 * 86_400;

/** What a vault holds once it is open. */
export interface VaultContents {
  bookings: StoredBooking[];
  /** Entries that only a newer page can read; they are written back as they came. */
  others: unknown[];
}

/** The text that is sealed: bookings by their id, each with the version of its shape. */
export function contentsText({ bookings, others }: VaultContents): string {
  const entries = bookings
    .toSorted((a, b) => (a.bookingId < b.bookingId ? -1 : 1))
    .map((stored) => sortedFields({ ...stored, version: BOOKING_KIND.version }));
  return stringifyStored({ bookings: [...entries, ...others] });
}

const sortedFields = (value: object): object =>
  Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/**
 * Reads the text of an open vault. Bookings of another market or driver, and those whose keys are not theirs, are left out.
 *
 * @throws PlugpactError `vault.broken`.
 */
export function parseContents(text: string, ref: MarketRef, account: Address): VaultContents {
  const entries = entriesOf(text);
  const found = entries.map((entry) => ({ entry, read: asKind(BOOKING_KIND, entry) }));
  return {
    bookings: found.flatMap(({ read }) =>
      read.state === 'OK' && isOwn(read.value, ref, account) ? [read.value] : [],
    ),
    others: found.filter(({ read }) => read.state === 'NEWER').map(({ entry }) => entry),
  };
}

function entriesOf(text: string): unknown[] {
  try {
    const { bookings } = parseStored(text) as { bookings: unknown };
    if (Array.isArray(bookings)) return bookings;
  } catch (cause) {
    throw vaultError('broken', cause);
  }
  throw vaultError('broken');
}

/** Whether a booking is of this market and driver, and its keys are those that it names. */
export function isOwn(stored: StoredBooking, ref: MarketRef, account: Address): boolean {
  const { booking, bookingId, secret, sessionPrivateKey } = stored;
  return (
    stored.ref.chainId === ref.chainId &&
    isAddressEqual(stored.ref.market, ref.market) &&
    isAddressEqual(booking.driver, account) &&
    bookingIdOf(ref, booking) === bookingId &&
    startHashOf(secret) === booking.startHash &&
    isAddressEqual(privateKeyToAddress(sessionPrivateKey), booking.sessionKey)
  );
}

/**
 * What fits into a vault: all open bookings, then ended ones while there is room, the newest first. Energy curves are
 * thinned.
 *
 * @throws PlugpactError `vault.full` where the open bookings alone are too much.
 */
export function fittingContents(contents: VaultContents, maxBytes: number, nowSec: number): VaultContents {
  const ranked = contents.bookings.map(thinned).toSorted((a, b) => rankOf(b, nowSec) - rankOf(a, nowSec));
  const bytesOf = (bookings: StoredBooking[]) =>
    new TextEncoder().encode(contentsText({ ...contents, bookings })).length;
  let count = ranked.length;
  while (count > 0 && bytesOf(ranked.slice(0, count)) > maxBytes) count -= 1;
  if (ranked.slice(count).some((stored) => isOpen(stored, nowSec))) throw vaultError('full');
  return { ...contents, bookings: ranked.slice(0, count) };
}

const endOf = ({ booking }: StoredBooking): number => (booking.firstSlot + booking.slotCount) * SLOT_SEC;

/** Whether its keys may still be needed. */
export const isOpen = (stored: StoredBooking, nowSec: number): boolean =>
  stored.outcome === undefined && nowSec < endOf(stored) + LONG_OVER_SEC;

const rankOf = (stored: StoredBooking, nowSec: number): number =>
  endOf(stored) + (isOpen(stored, nowSec) ? Number.MAX_SAFE_INTEGER / 2 : 0);

function thinned(stored: StoredBooking): StoredBooking {
  const { curve } = stored;
  if (curve === undefined || curve.length <= CURVE_POINTS) return stored;
  const step = (curve.length - 1) / (CURVE_POINTS - 1);
  return { ...stored, curve: Array.from({ length: CURVE_POINTS }, (_, i) => curve[Math.round(i * step)]!) };
}
