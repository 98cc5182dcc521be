import { zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from '../../audit/accounting/findings.ts';
import { auditLedger } from '../../audit/command.ts';
import { toJson, toText } from '../../audit/report/print.ts';
import type { EventOf, LedgerEvent } from '../../audit/rules/events.ts';
import { LISTING_STATUS } from '../../protocol/listing.ts';
import { fromReadingStruct, toReadingStruct } from '../../protocol/reading.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { anyone, nowOf } from '../contracts/fixture.ts';
import { costOf, feeOf } from '../contracts/reserved.ts';
import { TOKEN, write } from '../support/market.ts';
import {
  type Disputes,
  deployFeeMarket,
  finishDisputes,
  playDisputes,
  playSignedMoney,
} from './dispute-scenario.ts';
import { codesOf, type LedgerEvidence, readEvidence } from './scenario.ts';
import { tamperWith } from './tamper.ts';

const BOND = TOKEN;
/** The co-signed cost, the bound above it, and the disputed money between them. */
const COSIGNED = 625_000n;
const BOUND = 1_200_000n;
const DISPUTED = BOUND - COSIGNED;
/** Cap and bond. */
const LOCKED = 5n * TOKEN + BOND;
const DAY_SEC = 86_400;

describe('the audit of a ledger with disputes, no-shows, a fee and money by signature', () => {
  let anvil: Anvil;
  let disputes: Disputes;
  let midway: Awaited<ReturnType<typeof auditLedger>>;
  let evidence: LedgerEvidence;
  let tamper: ReturnType<typeof tamperWith>;
  beforeAll(async () => {
    anvil = await startAnvil();
    const market = await deployFeeMarket(anvil.url);
    disputes = await playDisputes(market);
    midway = await auditLedger({ rpcUrl: anvil.url, market: market.market });
    await finishDisputes(market, disputes);
    await playSignedMoney(market, disputes.proven);
    await write(market, anyone, 'pauseNewBookings', [BigInt((await nowOf(market)) + DAY_SEC)]);
    evidence = await readEvidence(market);
    tamper = tamperWith(evidence);
  });
  afterAll(() => anvil.stop());

  it('reconciles while claims and challenges are open', () => {
    expect(midway.discrepancies).toEqual([]);
    expect(midway.bookings.filter(({ end }) => end === undefined)).toHaveLength(7);
  });

  it('reconciles at the end: each booking paid what rule 1 and the meter allow, and the rest went back', async () => {
    const book = await tamper.auditOf(evidence.events);
    expect(book.discrepancies).toEqual([]);
    const ended = (name: keyof Disputes) => {
      const account = book.bookings.get(disputes[name].made.bookingId)!;
      expect(account.paid + account.refunded + account.forfeited).toBe(LOCKED);
      return [account.end?.outcome, account.paid, account.energyWh, account.forfeited];
    };
    const cosigned = (energyWh: number) => costOf(disputes.shown.made, { energyWh });
    expect(ended('unchallenged')).toEqual(['FULFILLED', BOUND, 8_123, 0n]);
    expect(ended('unproven')).toEqual(['FULFILLED', COSIGNED, 2_000, 0n]);
    expect(ended('provenInPart')).toEqual(['FULFILLED', cosigned(3_000), 3_000, 0n]);
    expect(ended('proven')).toEqual(['FULFILLED', BOUND, 8_123, DISPUTED]);
    expect(ended('conceded')).toEqual(['FULFILLED', cosigned(8_123), 8_123, DISPUTED]);
    expect(ended('arrived')).toEqual(['FAILED', 0n, 0, 0n]);
    const fee = feeOf(disputes.noShow.made);
    expect(ended('noShow')).toEqual(['NO_SHOW', fee, 0, 0n]);
    expect(ended('contested')).toEqual(['NO_SHOW', fee, 0, 0n]);
    expect(ended('shown')).toEqual(['FULFILLED', cosigned(500), 500, 0n]);
    expect(book.purses.get(`${zeroAddress}:0`)?.balance).toBe(fee);
  });

  it('shows the bond that went to the host beside what was paid and refunded', async () => {
    const { market } = disputes.proven.fixture;
    const report = await auditLedger({ rpcUrl: anvil.url, market: market.market });
    expect([report.reconciles, report.sessions, report.forfeited]).toEqual([true, 6, 2n * DISPUTED]);
    expect(JSON.parse(toJson(report))).toMatchObject({ forfeited: String(2n * DISPUTED) });
    const { bookingId } = disputes.proven.made;
    expect(toText(report)).toContain(`0.575000 of the bond went to the host, booking ${bookingId}`);
  });

  it('finds nothing odd', async () => {
    const book = await tamper.auditOf(evidence.events);
    const { reading, events } = evidence;
    expect(findingsOf(book, reading.constants, events.at(-1)!.at)).toEqual([]);
  });

  it('names a claim beyond what the driver trusted, and a no-show fee of another sum', async () => {
    const more = tamper.tampered('Finalised', ({ paid, refunded }) => ({
      paid: paid + 1n,
      refunded: refunded - 1n,
    }));
    expect(codesOf(await tamper.auditOf(more))).toEqual(['session.cost', 'session.refund']);
    const at = evidence.events.findIndex((e) => e.eventName === 'Finalised' && e.args.outcome === 4);
    const event = evidence.events[at]! as LedgerEvent & { args: object };
    const dearer = {
      ...event,
      args: { ...event.args, paid: feeOf(disputes.noShow.made) + 1n },
    } as LedgerEvent;
    expect(codesOf(await tamper.auditOf(evidence.events.with(at, dearer)))).toEqual(['noShow.fee']);
  });

  it('names a proof that is no better than the one before, and one that was not paid at once', async () => {
    const isOf = (name: keyof Disputes, event: LedgerEvent, eventName: LedgerEvent['eventName']) =>
      event.eventName === eventName &&
      (event.args as { bookingId?: string }).bookingId === disputes[name].made.bookingId;
    const part = evidence.events.findIndex((event) => isOf('provenInPart', event, 'Proven'));
    const twice = evidence.events.toSpliced(part, 0, evidence.events[part]!);
    expect(codesOf(await tamper.auditOf(twice))).toEqual(['proof.notBetter']);
    const paid = evidence.events.findIndex((event) => isOf('proven', event, 'Finalised'));
    const later = evidence.events.with(paid, {
      ...evidence.events[paid]!,
      tx: disputes.proven.made.bookingId,
    });
    expect(codesOf(await tamper.auditOf(later))).toContain('proof.notPaidAtOnce');
  });

  it('names a bond, a market fee and a relay fee that are missing, of another sum, or of nothing', async () => {
    expect(codesOf(await tamper.auditOf(tamper.without('BondForfeited')))).toEqual(['bond.mismatch']);
    expect(codesOf(await tamper.auditOf(tamper.without('MarketFeePaid')))).toEqual(['marketFee.mismatch']);
    const fee = tamper.tampered('MarketFeePaid', ({ amount }) => ({ amount: amount + 1n }));
    expect(codesOf(await tamper.auditOf(fee))).toEqual(['marketFee.mismatch']);
    const bond = [...evidence.events, tamper.eventOf('BondForfeited')];
    expect(codesOf(await tamper.auditOf(bond))).toEqual(['bond.mismatch']);
    const relayed = tamper.tampered('RelayFeePaid', () => ({ amount: 9n * TOKEN }));
    expect(codesOf(await tamper.auditOf(relayed))).toContain('relayFee.tooHigh');
    expect(codesOf(await tamper.auditOf(tamper.without('RelayFeePaid')))).toContain('purse.balance');
  });

  it('names a state that does not follow, in every step of a dispute', async () => {
    for (const name of [
      'Arrived',
      'NoShowClaimed',
      'Challenged',
      'Proven',
      'Claimed',
      'ClaimedAlone',
    ] as const) {
      const other = tamper.tampered(name, ({ state }) => ({ state: { ...state, head: state.head + 256n } }));
      expect(codesOf(await tamper.auditOf(other))).toContain('claim.state');
    }
  });

  it('names a step outside of its window', async () => {
    for (const name of ['Arrived', 'NoShowClaimed', 'Challenged', 'Proven'] as const) {
      const late = tamper.shifted(name, DAY_SEC);
      expect(codesOf(await tamper.auditOf(late))).toContain('booking.window');
    }
    expect(codesOf(await tamper.auditOf(tamper.shifted('NoShowClaimed', -DAY_SEC)))).toContain(
      'booking.window',
    );
  });

  it('names an agent’s word that is not its own, and a proof of a claim that nobody challenged', async () => {
    const other = tamper.lastOf('ClaimedAlone').args.agentSignature;
    const forged = tamper.tampered('NoShowClaimed', () => ({ agentSignature: other }));
    expect(codesOf(await tamper.auditOf(forged))).toEqual(['claim.agentSignature']);
    const unchallenged = evidence.events.filter(({ eventName }) => eventName !== 'Challenged');
    expect(codesOf(await tamper.auditOf(unchallenged))).toContain('booking.state');
  });

  it('names a claim by the agent alone that comes twice, is implausible, or is by a revoked key', async () => {
    const isAlone = (event: LedgerEvent) => event.eventName === 'ClaimedAlone';
    const at = evidence.events.findIndex(isAlone);
    const alone = evidence.events[at] as EventOf<'ClaimedAlone'>;
    const twice = evidence.events.toSpliced(at, 0, alone);
    expect(codesOf(await tamper.auditOf(twice))).toContain('claim.alreadyRaised');
    const reading = fromReadingStruct(alone.args.bookingId, alone.args.reading);
    for (const change of [
      { isFinal: false },
      { energyWh: 8_251 },
      { beganAt: 1 },
      { overstaySec: DAY_SEC },
    ]) {
      const args = { ...alone.args, reading: toReadingStruct({ ...reading, ...change }) };
      const book = await tamper.auditOf(evidence.events.with(at, { ...alone, args }));
      expect(codesOf(book)).toContain('claim.implausible');
    }
    const { listingId } = disputes.unchallenged.fixture;
    const args = { listingId, status: LISTING_STATUS.REVOKED, version: 2 };
    const revoked = { ...alone, eventName: 'ListingStatusChanged', args } as unknown as LedgerEvent;
    expect(alone.args.bookingId).toBe(disputes.unchallenged.made.bookingId);
    const book = await tamper.auditOf(evidence.events.toSpliced(at, 0, revoked));
    expect(codesOf(book)).toContain('claim.keyRevoked');
  });

  it('names a pause that is too long or too soon, and a booking made while it lasts', async () => {
    const long = tamper.tampered('NewBookingsPaused', ({ until }) => ({
      until: until + BigInt(7 * DAY_SEC),
    }));
    expect(codesOf(await tamper.auditOf(long))).toEqual(['guardian.pause']);
    const pause = tamper.eventOf('NewBookingsPaused');
    expect(codesOf(await tamper.auditOf([...evidence.events, pause]))).toEqual(['guardian.pause']);
    const booked = evidence.events.findLastIndex(({ eventName }) => eventName === 'Deposited');
    const early = evidence.events.toSpliced(-1).toSpliced(booked, 0, { ...pause, at: pause.at - 60 });
    expect(codesOf(await tamper.auditOf(early))).toContain('guardian.paused');
  });
});
