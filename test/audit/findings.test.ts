import { keccak256, zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reading } from '../../protocol/reading.ts';
import type { AccountBook } from '../../scripts/audit/account-book.ts';
import { findingsOf } from '../../scripts/audit/findings.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { type LedgerEvidence, readEvidence, reconcile, runScenario, type Scenario } from './scenario.ts';

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

  const findings = (inBook: AccountBook, at = nowSec(), tokenBalance = evidence.holdings.tokenBalance) =>
    findingsOf(inBook, evidence.reading.constants, tokenBalance, at).map(({ code, bookingId }) => [
      code,
      bookingId,
    ]);

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
    const reportBy = (booking.firstSlot + booking.slotCount) * 900 + 900 + 600;
    expect(findings(book, reportBy - 1)).toEqual([]);
    expect(findings(book, reportBy)).toEqual([['booking.overdue', bookingId]]);
  });

  it('lists an overstay nobody recorded, and money that came without a deposit', () => {
    const { bookingId } = scenario.open;
    const account = book.bookings.get(bookingId)!;
    const canceled = { ...account, overstayedBy: keccak256('0x') };
    const odd = { ...book, bookings: new Map(book.bookings).set(bookingId, canceled) };
    const balance = evidence.holdings.tokenBalance + 1n;
    expect(findings(odd, nowSec(), balance)).toEqual([
      ['cancel.overstayNotShown', bookingId],
      ['market.surplus', undefined],
    ]);
  });
});
