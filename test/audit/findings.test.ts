import { keccak256, zeroAddress, zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountBook, emptyAccountBook, liabilities } from '../../audit/accounting/account-book.ts';
import { findingsOf } from '../../audit/accounting/findings.ts';
import { checkSomethingRead, staleness } from '../../audit/accounting/freshness.ts';
import { checkMoney } from '../../audit/money/check-money.ts';
import type { Reading } from '../../protocol/reading.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import {
  codesOf,
  type LedgerEvidence,
  readEvidence,
  reconcile,
  runScenario,
  type Scenario,
} from './scenario.ts';

describe('findings: odd, but by no rule wrong', () => {
  let anvil: Anvil;
  let scenario: Scenario;
  let evidence: LedgerEvidence;
  let book: AccountBook;
  beforeAll(async () => {
    anvil = await startAnvil();
    scenario = await runScenario(anvil.url);
    evidence = await readEvidence(scenario.market);
    book = await reconcile(evidence);
  });
  afterAll(() => anvil.stop());

  const nowSec = () => evidence.events.at(-1)!.at;

  const findings = (inBook: AccountBook, at = nowSec()) =>
    findingsOf(inBook, evidence.reading.constants, at).map(({ code, bookingId }) => [code, bookingId]);

  /** The book with another reading in the session that was finalised. */
  function withReading(change: Partial<Reading>): AccountBook {
    const { bookingId } = scenario.finalised;
    const account = book.bookings.get(bookingId)!;
    const reading = { ...account.reading!, ...change };
    return { ...book, bookings: new Map(book.bookings).set(bookingId, { ...account, reading }) };
  }

  const settledReading = () => book.bookings.get(scenario.settled.bookingId)!.reading!;

  it('lists two sessions that show the same evidence, and one that shows none', () => {
    const { bookingId } = scenario.finalised;
    const same = withReading({ evidenceHash: settledReading().evidenceHash });
    expect(findings(same)).toEqual([['evidence.repeated', bookingId]]);
    expect(findings(withReading({ evidenceHash: zeroHash }))).toEqual([['evidence.missing', bookingId]]);
  });

  it('lists sessions of one connector that overlap in time', () => {
    const { beganAt, endedAt } = settledReading();
    const codes = findings(withReading({ beganAt: beganAt + 1, endedAt })).map(([code]) => code);
    expect(codes).toContain('sessions.overlap');
    expect(findings(withReading({ beganAt: endedAt, endedAt: endedAt + 900 })).flat()).not.toContain(
      'sessions.overlap',
    );
  });

  it('lists readings outside of the booked time and above the listed power', () => {
    const { bookingId } = scenario.finalised;
    const { endedAt } = book.bookings.get(bookingId)!.reading!;
    expect(findings(withReading({ endedAt: endedAt + 901 }))).toEqual([['reading.outsideWindow', bookingId]]);
    expect(findings(withReading({ energyWh: 2_750 }))).toEqual([]);
    expect(findings(withReading({ energyWh: 2_751 }))).toEqual([['reading.powerExceeded', bookingId]]);
  });

  it('lists a booking that anyone may end since its deadline passed', () => {
    const { bookingId, booking } = scenario.open;
    const reportBy = (booking.firstSlot + booking.slotCount) * 900 + 900 + 3_600;
    expect(findings(book, reportBy - 1)).toEqual([]);
    expect(findings(book, reportBy)).toEqual([['booking.overdue', bookingId]]);
  });

  it('lists an overstay nobody recorded', () => {
    const { bookingId } = scenario.open;
    const account = book.bookings.get(bookingId)!;
    const canceled = { ...account, overstayedBy: keccak256('0x') };
    const odd = { ...book, bookings: new Map(book.bookings).set(bookingId, canceled) };
    expect(findings(odd)).toEqual([['cancel.overstayNotShown', bookingId]]);
  });

  it('lists two final readings of one agent for one booking', () => {
    const { bookingId } = scenario.settled;
    const account = book.bookings.get(bookingId)!;
    expect(account.finals.size).toBe(1);
    const twice = { ...account, finals: new Set([...account.finals, 'another']) };
    const odd = { ...book, bookings: new Map(book.bookings).set(bookingId, twice) };
    expect(findings(odd)).toEqual([['agent.twoFinals', bookingId]]);
  });

  it('lists a transfer without a deposit, and takes any other surplus, or a deposit without one, for wrong', () => {
    const { reading, events, holdings } = evidence;
    const { market } = reading.constants;
    const owes = liabilities(book);
    const check = (transfers = reading.transfers, holds = holdings.tokenBalance) => {
      const found = checkMoney({ market, events, transfers, owes, holds }, new Map());
      return [found.findings, found.discrepancies].map((list) => list.map(({ code }) => code));
    };
    const [first] = reading.transfers;
    const sent = { ...first!, tx: keccak256('0x'), to: market, value: 5n };
    expect(check()).toEqual([[], []]);
    expect(check([...reading.transfers, sent], holdings.tokenBalance + 5n)).toEqual([
      ['market.uncredited'],
      [],
    ]);
    expect(check(reading.transfers, holdings.tokenBalance + 5n)).toEqual([[], ['market.surplus']]);
    expect(check(reading.transfers.slice(1))[1]).toContain('deposit.notTransferred');
  });

  it('says how old the newest block is when the node stands still, and that nothing read proves nothing', () => {
    expect(staleness(599)).toEqual([]);
    expect(staleness(7_200)).toEqual([
      expect.objectContaining({ code: 'ledger.stale', detail: expect.stringContaining('2 h old') }),
    ]);
    const empty = emptyAccountBook(zeroAddress);
    checkSomethingRead(empty, { ...evidence.reading, logs: [] });
    expect(codesOf(empty)).toEqual(['ledger.nothingRead']);
  });
});
