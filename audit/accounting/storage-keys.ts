import { type Address, type Hex, zeroAddress } from 'viem';
import { readPurse, readSession } from '../rules/booking.ts';
import { SLOTS_PER_WORD } from '../rules/calendar.ts';
import type { LedgerEvent } from '../rules/events.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import type { AccountBook } from './account-book.ts';
import { calendarWords } from './calendar.ts';

/** Which words of the market's storage are read; keys as in the book. */
export interface StorageKeys {
  purses: Map<string, { account: Address; purse: number }>;
  earnings: Map<string, { listingId: Hex; host: Address }>;
  listings: Set<Hex>;
  /** By listing and first slot of the word. */
  calendars: Map<string, { listingId: Hex; firstSlot: number }>;
}

export const calendarKey = (listingId: Hex, firstSlot: number): string => `${listingId}:${firstSlot}`;

const emptyKeys = (): StorageKeys => ({
  purses: new Map(),
  earnings: new Map(),
  listings: new Set(),
  calendars: new Map(),
});

/**
 * All words that these events can have written, and perhaps more, and those that an earlier book speaks of. They are known before anything is recomputed, so that
 * storage is read while the node still has the state of the pinned block.
 */
export function keysOfEvents(
  { fee }: MarketConstants,
  events: readonly LedgerEvent[],
  earlier?: AccountBook,
): StorageKeys {
  const keys = earlier === undefined ? emptyKeys() : keysOfBook(earlier);
  const hosts = new Map<Hex, Address>();
  for (const { listingId, listing } of earlier?.listings.values() ?? [])
    hosts.set(listingId, listing.terms.host);
  addPurse(keys, fee.to, 0);
  addPurse(keys, zeroAddress, 0);
  for (const event of events) {
    if (event.eventName === 'ListingPublished') hosts.set(event.args.listingId, event.args.host);
    addKeys(keys, event, hosts);
  }
  return keys;
}

function addKeys(
  keys: StorageKeys,
  { eventName, args }: LedgerEvent,
  hosts: ReadonlyMap<Hex, Address>,
): void {
  if (eventName === 'Deposited' || eventName === 'Withdrawn') addPurse(keys, args.account, args.purse);
  else if (eventName === 'RelayFeePaid') addPurse(keys, args.relayer, 0);
  else if (eventName === 'EarningsWithdrawn') addEarnings(keys, args.listingId, args.host);
  else if (eventName === 'ListingPublished') keys.listings.add(args.listingId);
  else if (eventName === 'Booked') {
    const { driver, purse } = readPurse(args.purse);
    const host = hosts.get(args.listingId);
    addPurse(keys, driver, purse);
    if (host !== undefined) addEarnings(keys, args.listingId, host);
    addCalendars(keys, args.listingId, readSession(args.session));
  }
}

function addPurse({ purses }: StorageKeys, account: Address, purse: number): void {
  purses.set(`${account.toLowerCase()}:${purse}`, { account, purse });
}

function addEarnings({ earnings }: StorageKeys, listingId: Hex, host: Address): void {
  earnings.set(`${listingId}:${host.toLowerCase()}`, { listingId, host });
}

function addCalendars(
  { calendars }: StorageKeys,
  listingId: Hex,
  { firstSlot, slotCount }: { firstSlot: number; slotCount: number },
): void {
  const last = Math.floor((firstSlot + Math.max(slotCount, 1) - 1) / SLOTS_PER_WORD);
  for (let epoch = Math.floor(firstSlot / SLOTS_PER_WORD); epoch <= last; epoch++) {
    const first = epoch * SLOTS_PER_WORD;
    calendars.set(calendarKey(listingId, first), { listingId, firstSlot: first });
  }
}

/** The words that a book says something about. */
export function keysOfBook(book: AccountBook): StorageKeys {
  const keys = emptyKeys();
  for (const [key, { account, purse }] of book.purses) keys.purses.set(key, { account, purse });
  for (const [key, { listingId, host }] of book.earnings) keys.earnings.set(key, { listingId, host });
  for (const listingId of book.listings.keys()) keys.listings.add(listingId);
  for (const { listingId, firstSlot } of calendarWords(book)) {
    keys.calendars.set(calendarKey(listingId, firstSlot), { listingId, firstSlot });
  }
  return keys;
}
