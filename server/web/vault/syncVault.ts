import type { Address } from 'viem';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import type { StoredBooking } from '../booking/storedBookings.ts';
import { mergeBookings } from './mergeBookings.ts';
import { MAX_TEXT_BYTES, openVault, sealVault } from './sealVault.ts';
import type { VaultStore } from './vaultApi.ts';
import { contentsText, fittingContents, parseContents, type VaultContents } from './vaultContents.ts';
import { vaultError } from './vaultError.ts';

/** How often another device may write first before this one gives up for now. */
const TRIES = 6;

export interface VaultOwner {
  account: Address;
  ref: MarketRef;
  key: CryptoKey;
}

/** What this device has of the account, before and after others' copies came in. */
export interface OwnBookings {
  list(): StoredBooking[];
  /** Stores copies that another device has brought further. */
  store(bookings: StoredBooking[]): void;
}

/**
 * Makes vault and device the same: reads, merges by booking, stores here what is new and writes what the vault lacks. Where
 * another device wrote meanwhile, all of it again. A vault that cannot be opened is never written over.
 *
 * @returns the vault's version.
 * @throws PlugpactError of vaultApi.ts, sealVault.ts and vaultContents.ts; `vault.busy`.
 */
export async function syncVault(
  owner: VaultOwner,
  vault: VaultStore,
  own: OwnBookings,
  nowSec: () => number,
): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const sealed = await vault.read();
    const version = sealed?.version ?? 0;
    const stored = sealed === undefined ? undefined : await openVault(owner.key, sealed.bytes, version);
    const theirs: VaultContents =
      stored === undefined ? { bookings: [], others: [] } : parseContents(stored, owner.ref, owner.account);
    const merged = takeIn(theirs.bookings, own);
    const next = fittingContents({ ...theirs, bookings: merged }, MAX_TEXT_BYTES, nowSec());
    const text = contentsText(next);
    if (text === stored || (stored === undefined && merged.length === 0)) return version;
    const bytes = await sealVault(owner.key, text, version + 1);
    if (await vault.write({ version: version + 1, bytes })) return version + 1;
  }
  throw vaultError('busy');
}

/** Merges others' copies with this device's, stores what they bring, and returns all of them. */
function takeIn(theirs: readonly StoredBooking[], own: OwnBookings): StoredBooking[] {
  const mine = own.list();
  const merged = mergeBookings(mine, theirs);
  const before = new Map(mine.map((stored) => [stored.bookingId, stored]));
  const isNews = (stored: StoredBooking) => {
    const present = before.get(stored.bookingId);
    return present === undefined || textOf(present) !== textOf(stored);
  };
  const news = [...merged.values()].filter(isNews);
  if (news.length > 0) own.store(news);
  return [...merged.values()];
}

const textOf = (stored: StoredBooking): string => contentsText({ bookings: [stored], others: [] });
