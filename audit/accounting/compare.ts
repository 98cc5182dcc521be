import type { Hex } from 'viem';
import { wordHex } from '../lib/hex.ts';
import { commitmentOf, readListingWord } from '../rules/listing.ts';
import { type AccountBook, disagree, expectSame, liabilities } from './account-book.ts';
import { calendarWords } from './calendar.ts';
import { calendarTaint, earningsTaint, listingTaint, purseTaint, type Taint } from './causes.ts';
import { tailOf } from './state.ts';
import { calendarKey } from './storage-keys.ts';

/** What the market's storage holds at the pinned block; keys as in the book. */
export interface Holdings {
  purses: Map<string, { balance: bigint; tail: bigint }>;
  earnings: Map<string, { earned: bigint; soldWh: bigint; sessions: bigint }>;
  listings: Map<Hex, bigint>;
  /** Calendar words by listing and first slot of their epoch. */
  calendars: Map<string, bigint>;
  /** The token's balance of the market, token units. */
  tokenBalance: bigint;
}

/** Compares the book with the market's storage, and the market's debts with its balance. */
export function compareWithLedger(book: AccountBook, holdings: Holdings): void {
  comparePurses(book, holdings);
  compareEarnings(book, holdings);
  compareListings(book, holdings);
  compareCalendars(book, holdings);
  const owed = liabilities(book);
  if (owed > holdings.tokenBalance) {
    disagree(book, 'market.insolvent', {}, `at least ${owed}`, holdings.tokenBalance);
  }
}

function comparePurses(book: AccountBook, holdings: Holdings): void {
  for (const [key, purse] of book.purses) {
    const held = holdings.purses.get(key);
    const open = purse.open === undefined ? undefined : book.bookings.get(purse.open);
    const subject = { account: purse.account, ...(open === undefined ? {} : { bookingId: open.bookingId }) };
    const rests: Taint[] = ['everything', purseTaint(purse.account, purse.purse)];
    expectSame(book, 'purse.balance', subject, purse.balance, held?.balance ?? 'nothing', rests);
    const tail = held === undefined ? 'nothing' : wordHex(held.tail);
    expectSame(book, 'purse.tail', subject, wordHex(tailOf(purse, open)), tail, rests);
  }
}

function compareEarnings(book: AccountBook, holdings: Holdings): void {
  for (const [key, { listingId, host, ...owed }] of book.earnings) {
    const held = holdings.earnings.get(key);
    const subject = { account: host, listingId };
    const rests: Taint[] = ['everything', earningsTaint(listingId, host)];
    expectSame(book, 'earnings.balance', subject, owed.earned, held?.earned ?? 'nothing', rests);
    expectSame(book, 'earnings.soldWh', subject, owed.soldWh, held?.soldWh ?? 'nothing', rests);
    expectSame(book, 'earnings.sessions', subject, owed.sessions, held?.sessions ?? 'nothing', rests);
  }
}

function compareListings(book: AccountBook, holdings: Holdings): void {
  for (const { listingId, listing, version, status } of book.listings.values()) {
    const rests: Taint[] = ['everything', listingTaint(listingId)];
    const word = readListingWord(holdings.listings.get(listingId) ?? 0n);
    expectSame(book, 'listing.commitment', { listingId }, commitmentOf(listing), word.commitment, rests);
    expectSame(book, 'listing.version', { listingId }, version, word.version, rests);
    expectSame(book, 'listing.status', { listingId }, status, word.status, rests);
  }
}

function compareCalendars(book: AccountBook, holdings: Holdings): void {
  for (const { listingId, firstSlot, word } of calendarWords(book)) {
    const held = holdings.calendars.get(calendarKey(listingId, firstSlot)) ?? 0n;
    expectSame(book, 'calendar.word', { listingId }, wordHex(word), wordHex(held), [
      'everything',
      calendarTaint(listingId),
    ]);
  }
}
