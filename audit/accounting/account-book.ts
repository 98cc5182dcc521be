import { type Address, type Hex, zeroAddress } from 'viem';
import type { Discrepancy, Subject } from '../lib/discrepancy.ts';
import type { Booking } from '../rules/booking.ts';
import type { Stamp } from '../rules/events.ts';
import type { ListingStruct } from '../rules/listing.ts';
import type { TermsStruct } from '../rules/listing-terms.ts';
import type { Reading } from '../rules/reading.ts';
import type { Outcome, StateStruct } from '../rules/state.ts';
import { Causes, calendarTaint, earningsTaint, purseTaint, type Taint } from './causes.ts';

export interface PurseAccount {
  account: Address;
  purse: number;
  /** Free money, token units. */
  balance: bigint;
  generation: bigint;
  /** The open booking of this purse. */
  open?: Hex;
}

export interface EarningsAccount {
  listingId: Hex;
  host: Address;
  /** Token units. */
  earned: bigint;
  soldWh: bigint;
  sessions: bigint;
}

/** One word of a charger's ring: the epoch it was last written for, and the taken slots of that epoch. */
export interface CalendarWord {
  epoch: number;
  slots: bigint;
}

export interface ListingAccount {
  listingId: Hex;
  listing: ListingStruct;
  termsHash: Hex;
  version: number;
  status: number;
  /** All terms ever published, by terms hash. */
  terms: Map<Hex, TermsStruct>;
  /** Bookings that hold a slot (unix seconds / 900). */
  slots: Map<number, Hex>;
  /** The calendar's words by their index in the ring. */
  ring: Map<number, CalendarWord>;
}

export type EndName = 'Settled' | 'SettledAlone' | 'Finalised' | 'NoShowContested' | 'Expired' | 'Canceled';

export interface BookingAccount {
  bookingId: Hex;
  booking: Booking;
  /** Cap and bond, token units. */
  locked: bigint;
  state: StateStruct;
  booked: Stamp;
  /** The newest reading on the ledger; of an ended booking the one that paid. */
  reading?: Reading;
  /** The newest reading that both signed, and the one that the agent alone claims. */
  cosigned?: Reading;
  alone?: Reading;
  /** The different final readings that the agent signed: an honest one signs one. */
  finals: Set<string>;
  /** The transaction in which the meter proved all that is claimed. */
  provenIn?: Hex;
  end?: { by: EndName; outcome: Outcome; stamp: Stamp };
  /** Token units, recomputed; zero while the booking is open. */
  paid: bigint;
  refunded: bigint;
  /** Token units: what of the challenger's bond went to the host beside `paid`. */
  forfeited: bigint;
  /** Sold energy, zero unless a reading ended the booking. */
  energyWh: number;
  overstayedBy?: Hex;
}

/** The book of accounts: everything the ledger owes, and to whom, rebuilt from its events. */
export interface AccountBook {
  purses: Map<string, PurseAccount>;
  earnings: Map<string, EarningsAccount>;
  listings: Map<Hex, ListingAccount>;
  bookings: Map<Hex, BookingAccount>;
  /** All money that came in and went out, token units. */
  deposited: bigint;
  withdrawn: bigint;
  /** Unix seconds: until when new listings and bookings are paused. */
  pausedUntil: number;
  /** Contradictions, each the first of its cause. */
  discrepancies: Discrepancy[];
  /** Contradictions that follow from one of these. */
  consequences: Discrepancy[];
  causes: Causes;
  /** The account whose purse 0 gets the market's fee; zero where there is none. */
  feeTo: Address;
}

export const emptyAccountBook = (feeTo: Address): AccountBook => ({
  feeTo,
  purses: new Map(),
  earnings: new Map(),
  listings: new Map(),
  bookings: new Map(),
  deposited: 0n,
  withdrawn: 0n,
  pausedUntil: 0,
  discrepancies: [],
  consequences: [],
  causes: new Causes(),
});

export function purseAccount(book: AccountBook, account: Address, purse: number): PurseAccount {
  const key = `${account.toLowerCase()}:${purse}`;
  const known = book.purses.get(key);
  if (known !== undefined) return known;
  const fresh: PurseAccount = { account, purse, balance: 0n, generation: 0n };
  book.purses.set(key, fresh);
  return fresh;
}

export function earningsAccount(book: AccountBook, listingId: Hex, host: Address): EarningsAccount {
  const key = `${listingId}:${host.toLowerCase()}`;
  const known = book.earnings.get(key);
  if (known !== undefined) return known;
  const fresh: EarningsAccount = { listingId, host, earned: 0n, soldWh: 0n, sessions: 0n };
  book.earnings.set(key, fresh);
  return fresh;
}

type Value = bigint | number | string;

/**
 * Records a contradiction; values become text. What follows from an earlier one is kept apart.
 *
 * @param rests Accounts on whose figures it rests, beside its subject's.
 */
export function disagree(
  book: AccountBook,
  code: string,
  subject: Subject,
  expected: Value,
  found: Value,
  rests: readonly Taint[] = [],
): void {
  const entry = { code, ...subject, expected: String(expected), found: String(found) };
  const isCause = book.causes.take(entry, rests);
  if (isCause || (code === 'event.missing' && outranks(book, subject))) book.discrepancies.push(entry);
  else book.consequences.push(entry);
  if (subject.bookingId !== undefined) spreadTaint(book, subject.bookingId);
}

/** What is logged beside the event that ends a booking: without that event it belongs to nothing. */
const BESIDE_AN_END: ReadonlySet<string> = new Set(['giveBack.apart', 'marketFee.mismatch', 'bond.mismatch']);

/** A missing event explains what was found before it of the same booking: that becomes a consequence. */
function outranks(book: AccountBook, { bookingId }: Subject): boolean {
  const ofBooking = book.discrepancies.filter((entry) => entry.bookingId === bookingId);
  if (!ofBooking.every(({ code }) => BESIDE_AN_END.has(code))) return false;
  book.discrepancies = book.discrepancies.filter((entry) => entry.bookingId !== bookingId);
  book.consequences.push(...ofBooking);
  return true;
}

/** Records a contradiction unless both are equal. */
export function expectSame(
  book: AccountBook,
  code: string,
  subject: Subject,
  expected: Value,
  found: Value,
  rests: readonly Taint[] = [],
): void {
  if (expected !== found) disagree(book, code, subject, expected, found, rests);
}

/** The accounts that a booking moves: they are tainted once the booking is. */
export function spreadTaint(book: AccountBook, bookingId: Hex): void {
  const account = book.bookings.get(bookingId);
  if (account === undefined) return;
  const { driver, purse, listingId, terms } = account.booking;
  const ownPurse = purseTaint(driver, purse);
  const earnings = earningsTaint(listingId, terms.host);
  // A part of what is paid goes to the market's own purse, a contested fee to the sink.
  const shared = [purseTaint(book.feeTo, 0), purseTaint(zeroAddress, 0)];
  book.causes.spread(bookingId, [ownPurse, earnings, calendarTaint(listingId), ...shared, 'sum']);
}

/** What the market owes: free balances, earnings, and the money locked by open bookings. Token units. */
export function liabilities(book: AccountBook): bigint {
  let sum = 0n;
  for (const purse of book.purses.values()) sum += purse.balance;
  for (const account of book.earnings.values()) sum += account.earned;
  for (const booking of book.bookings.values()) if (booking.end === undefined) sum += booking.locked;
  return sum;
}
