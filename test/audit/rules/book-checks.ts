import { deepStrictEqual as same } from 'node:assert/strict';
import { type Hex, keccak256, numberToHex, zeroHash } from 'viem';
import type { AccountBook, BookingAccount } from '../../../audit/accounting/account-book.ts';
import type { Holdings } from '../../../audit/accounting/compare.ts';
import type * as ownFindings from '../../../audit/accounting/findings.ts';
import type * as ownFreshness from '../../../audit/accounting/freshness.ts';
import type * as ownHoldings from '../../../audit/accounting/holdings.ts';
import type * as ownEnds from '../../../audit/accounting/missing-events.ts';
import { rebuild } from '../../../audit/accounting/rebuild.ts';
import type * as ownFaults from '../../../audit/ledger/node-faults.ts';
import type * as ownRefusals from '../../../audit/ledger/refusals.ts';
import type { RawLog } from '../../../audit/rules/events.ts';
import { booked, clock, settled } from './plays.ts';
import { MARKET } from './short-ledger.ts';
import { storageOf } from './storage-checks.ts';
import type { Load } from './vector-checks.ts';

const bookOf = async (play: ReturnType<typeof booked>): Promise<AccountBook> =>
  rebuild(MARKET, (await play()).events);

const paid = await bookOf(settled({}));
const open = await bookOf(booked(() => {}));

/** The only booking of a book. */
const theOne = ({ bookings }: AccountBook): BookingAccount => [...bookings.values()][0]!;

/** The book with these bookings. */
const withBookings = (book: AccountBook, ...accounts: Partial<BookingAccount>[]): AccountBook => ({
  ...book,
  bookings: new Map(
    accounts.map((account, index) => {
      const bookingId = numberToHex(index + 1, { size: 32 });
      return [bookingId, { ...theOne(book), bookingId, ...account }];
    }),
  ),
});

const reading = (change: Partial<NonNullable<BookingAccount['reading']>>): Partial<BookingAccount> => ({
  reading: { ...theOne(paid).reading!, ...change },
});

const elsewhere: Partial<BookingAccount> = {
  booking: { ...theOne(paid).booking, listingId: keccak256('0x01') },
};
const other = { evidenceHash: keccak256('0x02') };

/** Books in which something is odd, and what is said of them. */
const ODD: [codes: string[], book: AccountBook, at?: number][] = [
  [[], paid],
  [[], open, clock(12, 49, 59)],
  [['booking.overdue'], open, clock(12, 50)],
  [['evidence.missing'], withBookings(paid, reading({ evidenceHash: zeroHash }))],
  [['evidence.repeated'], withBookings(paid, {}, elsewhere)],
  [['sessions.overlap'], withBookings(paid, {}, reading(other))],
  [[], withBookings(paid, {}, { ...reading(other), ...elsewhere })],
  [['reading.outsideWindow'], withBookings(paid, reading({ endedAt: clock(10, 50, 1) }))],
  [['reading.powerExceeded'], withBookings(paid, reading({ energyWh: 13_204 }))],
  [['cancel.overstayNotShown'], withBookings(paid, { overstayedBy: keccak256('0x03') })],
  [['agent.twoFinals'], withBookings(paid, { finals: new Set(['one', 'another']) })],
];

export function checkFindings(load: Load): void {
  const { findingsOf } = load<typeof ownFindings>('accounting/findings.ts');
  for (const [codes, book, at = clock(12)] of ODD) {
    same(
      findingsOf(book, MARKET, at).map(({ code }) => code),
      codes,
    );
  }
}

/** The ledger has ended a booking, and no event says so: its purse has another generation, or has booked again. */
export function checkMissingEnds(load: Load): void {
  const { missingEnds } = load<typeof ownEnds>('accounting/missing-events.ts');
  const held = storageOf(open);
  const { booking, bookingId } = theOne(open);
  const codesFor = (book: AccountBook, change: (tail: bigint) => bigint): string[] => {
    const purses = new Map(
      [...held.purses].map(([key, purse]) => [key, { ...purse, tail: change(purse.tail) }]),
    );
    return missingEnds(book, { ...held, purses }).map(({ code }) => code);
  };
  same(
    codesFor(open, (tail) => tail),
    [],
  );
  same(
    codesFor(open, () => booking.generation + 1n),
    ['event.missing'],
  );
  const busy = { code: 'booking.purseBusy', expected: 'no open booking', found: bookingId };
  same(
    codesFor({ ...open, discrepancies: [busy] }, (tail) => tail ^ 1n),
    ['event.missing'],
  );
}

const SOME_LOG: RawLog = {
  ...{ blockNumber: 9, logIndex: 0, at: 1, tx: zeroHash },
  ...{ topics: [], data: '0x' },
};

export function checkFreshness(load: Load): void {
  const { staleness, checkSomethingRead } = load<typeof ownFreshness>('accounting/freshness.ts');
  same(
    [599, 600].map((ageSec) => staleness(ageSec).map(({ code }) => code)),
    [[], ['ledger.stale']],
  );
  const book = { ...paid, discrepancies: [], consequences: [] };
  const read = { logs: [], earlier: undefined, pin: { blockNumber: 9n, blockHash: zeroHash, at: 0 } };
  checkSomethingRead(book, { ...read, logs: [SOME_LOG] });
  same(book.discrepancies, []);
  checkSomethingRead(book, read);
  same(
    book.discrepancies.map(({ code }: { code: string }) => code),
    ['ledger.nothingRead'],
  );
}

const ID: Hex = keccak256('0x04');
const WORDS: Readonly<Record<string, unknown>> = {
  purseOf: [1n, 2n],
  earningsOf: [3n, 4n, 5n],
  listingOf: 6n,
  calendarWordOf: 7n,
  balanceOf: 8n,
};
const SAME: Holdings = {
  purses: new Map([['a', { balance: 1n, tail: 2n }]]),
  earnings: new Map([['b', { earned: 3n, soldWh: 4n, sessions: 5n }]]),
  listings: new Map([[ID, 6n]]),
  calendars: new Map([['c', 7n]]),
  tokenBalance: 8n,
};
const KEYS = {
  purses: new Map([['a', { account: ID, purse: 0 }]]),
  earnings: new Map([['b', { listingId: ID, host: ID }]]),
  listings: new Set([ID]),
  calendars: new Map([['c', { listingId: ID, firstSlot: 0 }]]),
};
const AT = { pin: { blockNumber: 9n }, constants: MARKET, token: { address: MARKET.market } };

/** Each kind of word in storage, as another node says it; and a node that says nothing. */
export async function checkOtherStorage(load: Load): Promise<void> {
  const holdings = load<typeof ownHoldings>('accounting/holdings.ts');
  const { Faults } = load<typeof ownFaults>('ledger/node-faults.ts');
  const { NodeRefusal } = load<typeof ownRefusals>('ledger/refusals.ts');
  const codesFor = async (ours: Holdings): Promise<string[]> => {
    const faults = new Faults();
    const client = { readContract: async (call: { functionName: string }) => WORDS[call.functionName] };
    const reading = { ...AT, faults, incomparable: new Set() };
    const task = { reading, keys: KEYS, holdings: ours } as never;
    await holdings.checkOtherStorage(
      { url: 'one', client } as never,
      [{ url: 'two', client } as never],
      task,
    );
    return faults.list().map(({ code }) => code);
  };
  same(await codesFor(SAME), []);
  const others: Partial<Holdings>[] = [
    { purses: new Map([['a', { balance: 1n, tail: 0n }]]) },
    { earnings: new Map([['b', { earned: 3n, soldWh: 4n, sessions: 0n }]]) },
    { listings: new Map([[ID, 0n]]) },
    { calendars: new Map([['c', 0n]]) },
    { tokenBalance: 0n },
  ];
  for (const change of others) same(await codesFor({ ...SAME, ...change }), ['node.differ']);
  const readContract = () => Promise.reject(new NodeRefusal('noState', 'missing trie node'));
  const ended = await holdings.readHoldings({ readContract } as never, AT as never, KEYS as never).then(
    () => 'words',
    ({ code }: { code?: string }) => code,
  );
  same(ended, 'node.noState');
}
