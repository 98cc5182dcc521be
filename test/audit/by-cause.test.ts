import type { Address, Hex } from 'viem';
import { expect, test } from 'vitest';
import { byCause, causeFirst } from '../../audit/accounting/by-cause.ts';
import type { AuditReport } from '../../audit/audit-report.ts';
import type { Discrepancy } from '../../audit/lib/discrepancy.ts';
import { causeLines, toJson } from '../../audit/report/print.ts';
import { ruleTextOf } from '../../audit/report/rule-texts.ts';
import { exitCodeOf, verdictOf } from '../../audit/report/verdict.ts';

const hex = (digit: number): Hex => `0x${String(digit).repeat(64)}`;
const address = (digit: number): Address => `0x${String(digit).repeat(40)}`;
const DRIVER = address(5);
const HOST = address(6);
const LISTING = hex(7);

const booking = (digit: number, driver = DRIVER) => ({
  bookingId: hex(digit),
  booking: { driver, listingId: LISTING, terms: { host: HOST } },
});

const known = {
  bookings: [booking(1), booking(2, address(8))],
  events: () => [hex(3), hex(4)].map((tx) => ({ tx })),
} as unknown as AuditReport;

const of = (code: string, subject: Partial<Discrepancy> = {}): Discrepancy => ({
  ...{ code, expected: '1', found: '2' },
  ...subject,
});

test('a wrong sum follows from the wrong event of its booking, whichever was found first', () => {
  const found = [
    of('purse.balance', { account: DRIVER }),
    of('market.insolvent'),
    of('earnings.balance', { account: HOST, listingId: LISTING }),
    of('session.refund', { bookingId: hex(1), tx: hex(3) }),
    of('session.cost', { bookingId: hex(1), tx: hex(3) }),
  ];
  const [cause, ...others] = byCause(found, known);
  expect(others).toEqual([]);
  expect(cause!.cause.code).toBe('session.refund');
  expect(cause!.effects.map(({ code }) => code)).toEqual([
    ...['session.cost', 'purse.balance', 'market.insolvent', 'earnings.balance'],
  ]);
  expect(causeFirst(found, known)).toHaveLength(found.length);
});

test('two bookings that break different rules are two causes, in the order of the ledger', () => {
  const found = [
    of('claim.final', { bookingId: hex(2), tx: hex(4) }),
    of('session.cost', { bookingId: hex(1), tx: hex(3) }),
    of('purse.balance', { account: DRIVER }),
  ];
  expect(byCause(found, known).map(({ cause }) => cause.code)).toEqual(['session.cost', 'claim.final']);
});

test('the same rule broken at many bookings is one cause', () => {
  const found = [1, 2].map((digit) => of('session.cost', { bookingId: hex(digit), tx: hex(2 + digit) }));
  const causes = byCause(found, known);
  expect(causes).toHaveLength(1);
  expect(causes[0]!.alike).toHaveLength(1);
});

test('what a node’s answers make wrong stands behind what is wrong with them', () => {
  const found = [
    of('booking.outsideTerms', { bookingId: hex(1), tx: hex(3) }),
    of('offer.expired', { bookingId: hex(2), tx: hex(4) }),
    of('node.time', { tx: hex(4) }),
    of('api.mismatch', { bookingId: hex(1) }),
  ];
  expect(byCause(found, known).map(({ cause }) => cause.code)).toEqual(['node.time', 'api.mismatch']);
});

test('after a missing end, the purse’s later bookings follow from it', () => {
  const found = [
    of('booking.purseBusy', { bookingId: hex(2), account: DRIVER, tx: hex(4), found: hex(1) }),
    of('booking.generation', { bookingId: hex(2), account: DRIVER, tx: hex(4) }),
    of('event.missing', { bookingId: hex(1) }),
    of('purse.tail', { account: DRIVER, bookingId: hex(1) }),
  ];
  const [cause, ...others] = byCause(found, known);
  expect([cause!.cause.code, others]).toEqual(['event.missing', []]);
});

test('a cause has at most three lines, with transaction, rule, expected and found', () => {
  const found = [
    of('session.cost', { bookingId: hex(1), tx: hex(3), expected: '575000', found: '575001' }),
    of('session.refund', { bookingId: hex(1), tx: hex(3) }),
    of('session.cost', { bookingId: hex(2), tx: hex(4) }),
  ];
  const report = { ...known, book: { bookings: new Map() } } as unknown as AuditReport;
  const [cause] = byCause(found, known);
  const lines = causeLines(cause!, report);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain(`tx ${hex(3)}: ${ruleTextOf({ code: 'session.cost' })}`);
  expect(lines[1]).toBe('  expected 575000, found 575001');
  expect(lines[2]).toContain('session.refund');
});

test('each code has a rule in a sentence; one of a newer part has its room’s', () => {
  expect(ruleTextOf({ code: 'money.unknown' })).toMatch(/transfer/);
  expect(ruleTextOf({ code: 'api.new', rule: 'Its own.' })).toBe('Its own.');
});

test.each([
  [0, 0, 'reconciles', 0, 0],
  [0, 2, 'reconcilesExceptUnverifiable', 0, 1],
  [1, 0, 'doesNotReconcile', 1, 1],
  [1, 2, 'doesNotReconcile', 1, 1],
] as const)('%i discrepancies, %i unverifiable: %s', (discrepancies, unverifiable, name, code, strict) => {
  const report = {
    discrepancies: Array.from({ length: discrepancies }, () => of('market.sum')),
    unverifiable: Array.from({ length: unverifiable }, () => ({ code: 'a.b', need: 'x', detail: 'y' })),
  };
  expect(verdictOf(report)).toBe(name);
  expect([exitCodeOf(report, false), exitCodeOf(report, true)]).toEqual([code, strict]);
});

test('the JSON names the cause of each discrepancy, causes first', () => {
  const found = [
    of('purse.balance', { account: DRIVER }),
    of('session.cost', { bookingId: hex(1), tx: hex(3) }),
  ];
  const report = {
    ...known,
    ...{ discrepancies: found, findings: [], unverifiable: [], reconciles: false, sessions: 0, energyWh: 0 },
    ...{ paid: 1n, refunded: 2n, forfeited: 3n, chainId: 1, ageSec: 0 },
    ...{ pin: { blockNumber: 9n, blockHash: hex(9), at: 1 }, hashes: { logs: hex(0), codes: {} } },
    book: { consequences: [] },
    constants: { market: address(9) },
  } as unknown as AuditReport;
  expect(JSON.parse(toJson(report)).discrepancies).toMatchObject([
    { code: 'session.cost', cause: 'session.cost', rule: expect.any(String) },
    { code: 'purse.balance', cause: 'session.cost' },
  ]);
});
