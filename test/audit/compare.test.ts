import { keccak256 } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventOf } from '../../audit/rules/events.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import {
  codesOf,
  type LedgerEvidence,
  readEvidence,
  reconcile,
  runScenario,
  type Scenario,
} from './scenario.ts';
import { isOf, tamperWith } from './tamper.ts';

describe('the book of accounts beside the market’s storage', () => {
  let anvil: Anvil;
  let scenario: Scenario;
  let evidence: LedgerEvidence;
  let tamper: ReturnType<typeof tamperWith>;
  beforeAll(async () => {
    anvil = await startAnvil();
    scenario = await runScenario(anvil.url);
    evidence = await readEvidence(scenario.market);
    tamper = tamperWith(evidence);
  });
  afterAll(() => anvil.stop());

  it('names a calendar that holds other slots than the live bookings do', async () => {
    const calendars = new Map([...evidence.holdings.calendars].map(([key, word]) => [key, word ^ 1n]));
    const book = await reconcile({ ...evidence, holdings: { ...evidence.holdings, calendars } });
    expect(codesOf(book)).toEqual(['calendar.word']);
    expect(codesOf(await tamper.auditOf(tamper.without('Canceled')))).toContain('calendar.word');
  });

  it('names a missing event, which the next booking of the purse shows, before all that follows from it', async () => {
    const book = await tamper.auditOf(tamper.without('Settled'));
    expect(book.discrepancies.map(({ code }) => code)).toEqual(['event.missing']);
    expect(book.consequences.map(({ code }) => code)).toContain('purse.balance');
  });

  it('names a purse whose balance or tail is another on the ledger', async () => {
    const purses = new Map(
      [...evidence.holdings.purses].map(([key, held]) => [key, { ...held, balance: 1n }]),
    );
    const codes = codesOf(await reconcile({ ...evidence, holdings: { ...evidence.holdings, purses } }));
    expect(codes).toEqual(['purse.balance']);
    // The tail is the hash of the booking's state, which holds the time at which it was booked.
    const last = evidence.events.findLastIndex((event) => isOf(event, 'Booked'));
    const event = evidence.events[last]!;
    const later = evidence.events.with(last, { ...event, at: event.at + 1 });
    expect(codesOf(await tamper.auditOf(later))).toEqual(['purse.tail']);
  });

  it('names a booking whose id is not that of its fields', async () => {
    const last = tamper.lastOf('Booked');
    const args = { ...last.args, startHash: keccak256('0x') };
    const other = evidence.events.with(evidence.events.indexOf(last), { ...last, args });
    expect(codesOf(await tamper.auditOf(other))).toEqual(['booking.idMismatch']);
  });

  it('names earnings that are others on the ledger', async () => {
    const earnings = new Map(
      [...evidence.holdings.earnings].map(([key, held]) => [key, { ...held, earned: held.earned + 1n }]),
    );
    const codes = codesOf(await reconcile({ ...evidence, holdings: { ...evidence.holdings, earnings } }));
    expect(codes).toEqual(['earnings.balance']);
    expect(codesOf(await tamper.auditOf(tamper.without('EarningsWithdrawn')))).toEqual([
      'earnings.balance',
      'market.insolvent',
    ]);
  });

  it('names a deposit that is missing, and money taken twice', async () => {
    const codes = codesOf(await tamper.auditOf(tamper.without('Deposited')));
    expect(codes).toContain('purse.overdrawn');
    expect(codes).toContain('purse.balance');
    const taken = evidence.events.find((event) =>
      isOf(event, 'EarningsWithdrawn'),
    ) as EventOf<'EarningsWithdrawn'>;
    const all = { ...taken, args: { ...taken.args, amount: 10n ** 12n } };
    expect(codesOf(await tamper.auditOf([...evidence.events, all]))).toContain('earnings.overdrawn');
  });

  it('names a relay fee that was not paid, of another sum, or without a booking', async () => {
    const unpaid = codesOf(await tamper.auditOf(tamper.without('RelayFeePaid')));
    expect(unpaid).toEqual(['market.sum', 'relayFee.mismatch']);
    const more = tamper.tampered('RelayFeePaid', ({ amount }) => ({ amount: amount + 1n }));
    expect(codesOf(await tamper.auditOf(more))).toContain('relayFee.mismatch');
    const fee = tamper.eventOf('RelayFeePaid');
    expect(codesOf(await tamper.auditOf([...evidence.events, fee]))).toEqual(['relayFee.mismatch']);
  });

  it('names a market that holds less than it owes', async () => {
    const holdings = { ...evidence.holdings, tokenBalance: evidence.holdings.tokenBalance - 1n };
    expect(codesOf(await reconcile({ ...evidence, holdings }))).toEqual(['market.insolvent']);
  });
});
