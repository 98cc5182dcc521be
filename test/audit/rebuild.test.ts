import { keccak256, zeroAddress } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liabilities } from '../../audit/accounting/account-book.ts';
import { findingsOf } from '../../audit/accounting/findings.ts';
import { decodeLogs, type EventOf, type LedgerEvent } from '../../audit/rules/events.ts';
import { packPayout, toReadingStruct, unpackPayout } from '../../protocol/reading.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { signReading } from '../support/market.ts';
import { describeBookings } from './rebuilt-bookings.ts';
import {
  codesOf,
  type LedgerEvidence,
  readEvidence,
  readingOf,
  runScenario,
  type Scenario,
} from './scenario.ts';
import { isOf, tamperWith } from './tamper.ts';

/** The amounts of a `Settled` event, some of them changed. */
const withPaid = (payout: bigint, change: Partial<ReturnType<typeof unpackPayout>>): bigint =>
  packPayout({ ...unpackPayout(payout), ...change });

describe('the book of accounts, rebuilt from a real ledger', () => {
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

  it('reconciles when nobody tampered, and owes what was put in less what was taken out', async () => {
    const book = await tamper.auditOf(evidence.events);
    expect(book.discrepancies).toEqual([]);
    expect(liabilities(book)).toBe(book.deposited - book.withdrawn);
    expect(liabilities(book)).toBe(evidence.holdings.tokenBalance);
    const outcomes = [...book.bookings.values()].map(({ end }) => end?.outcome ?? 'open');
    const canceled = ['CANCELED', 'CANCELED', 'CANCELED'];
    const readings = ['FULFILLED', 'FULFILLED', 'FULFILLED'];
    expect(outcomes).toEqual(['FULFILLED', ...canceled, ...readings, 'FAILED', 'open']);
  });

  it('has no findings on a ledger where nothing is odd', async () => {
    const book = await tamper.auditOf(evidence.events);
    const nowSec = evidence.events.at(-1)!.at;
    expect(findingsOf(book, evidence.reading.constants, nowSec)).toEqual([]);
  });

  it('names a cost that the reading and the terms do not give', async () => {
    const book = await tamper.auditOf(tamper.tampered('Settled', ({ payout }) => ({ payout: payout + 1n })));
    expect(codesOf(book)).toEqual(['session.cost']);
    const [discrepancy] = book.discrepancies;
    expect(discrepancy).toMatchObject({ bookingId: scenario.settled.bookingId, found: '575001' });
    expect(discrepancy?.expected).toBe('575000');
  });

  it('names a refund that is missing, and one of another sum', async () => {
    expect(
      codesOf(
        await tamper.auditOf(
          tamper.tampered('Settled', ({ payout }) => ({ payout: withPaid(payout, { refunded: 0n }) })),
        ),
      ),
    ).toEqual(['session.refund']);
    const less = tamper.tampered('Expired', ({ refunded }) => ({ refunded: refunded - 1n }));
    expect(codesOf(await tamper.auditOf(less))).toEqual(['session.refund']);
  });

  it('names a payment above the cap', async () => {
    const book = await tamper.auditOf(
      tamper.tampered('Settled', ({ payout }) => ({ payout: withPaid(payout, { paid: 5_000_001n }) })),
    );
    expect(codesOf(book)).toEqual(['session.cost', 'session.overCap']);
  });

  it('names a late fee of another sum', async () => {
    const isLate = (event: LedgerEvent) => isOf(event, 'Canceled') && event.args.paid > 0n;
    const at = evidence.events.findIndex(isLate);
    const event = evidence.events[at] as EventOf<'Canceled'>;
    expect(event.args.bookingId).toBe(scenario.lateCanceled.bookingId);
    const args = { ...event.args, paid: event.args.paid - 1n };
    const book = await tamper.auditOf(evidence.events.with(at, { ...event, args }));
    expect(codesOf(book)).toEqual(['cancel.fee']);
  });

  it('names a session that is paid twice, and books it once', async () => {
    const again = tamper.eventOf('Settled');
    const book = await tamper.auditOf([...evidence.events, again]);
    expect(codesOf(book)).toEqual(['session.doublePayment']);
    const finalised = tamper.eventOf('Finalised');
    expect(codesOf(await tamper.auditOf([...evidence.events, finalised]))).toEqual(['session.doublePayment']);
    const expired = tamper.eventOf('Expired');
    expect(codesOf(await tamper.auditOf([...evidence.events, expired]))).toEqual(['booking.alreadyEnded']);
  });

  it('names a signature of another key, of the agent and of the session', async () => {
    const stranger = privateKeyToAccount(generatePrivateKey());
    const forged = await signReading(scenario.market, stranger, readingOf(scenario.settled, {}));
    const byAgent = tamper.tampered('Settled', () => ({ agentSignature: forged }));
    expect(codesOf(await tamper.auditOf(byAgent))).toEqual(['reading.agentSignature']);
    const bySession = tamper.tampered('Claimed', () => ({ sessionSignature: forged }));
    expect(codesOf(await tamper.auditOf(bySession))).toEqual(['reading.sessionSignature']);
  });

  it('names a signature that is the malleated form of a valid one', async () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const malleated = tamper.tampered('Settled', ({ agentSignature: { r, vs } }) => {
      const s = order - BigInt.asUintN(255, BigInt(vs));
      const flipped = (1n - (BigInt(vs) >> 255n)) << 255n;
      return { agentSignature: { r, vs: `0x${(flipped | s).toString(16).padStart(64, '0')}` } };
    });
    expect(codesOf(await tamper.auditOf(malleated))).toEqual(['reading.agentSignature']);
  });

  it('names a reading that was changed after it was signed', async () => {
    const more = toReadingStruct(readingOf(scenario.settled, { energyWh: 20_000 }));
    const codes = codesOf(await tamper.auditOf(tamper.tampered('Settled', () => ({ reading: more }))));
    expect(codes).toContain('reading.agentSignature');
    expect(codes).toContain('reading.sessionSignature');
    expect(codes).toContain('session.cost');
    expect(codes).toContain('earnings.soldWh');
  });

  it('names a settlement by a reading that is not final, and one that runs backwards', async () => {
    const running = toReadingStruct(readingOf(scenario.settled, { isFinal: false }));
    const notFinal = codesOf(await tamper.auditOf(tamper.tampered('Settled', () => ({ reading: running }))));
    expect(notFinal).toContain('reading.notFinal');
    const reversed = toReadingStruct(readingOf(scenario.settled, { endedAt: 1 }));
    const backwards = codesOf(
      await tamper.auditOf(tamper.tampered('Settled', () => ({ reading: reversed }))),
    );
    expect(backwards).toContain('reading.timeReversed');
    const spare = tamper.tampered('Settled', ({ reading }) => ({
      reading: { ...reading, measure: reading.measure | (1n << 240n) },
    }));
    expect(codesOf(await tamper.auditOf(spare))).toEqual(['reading.malformed']);
  });

  it('names a claim whose state is not what its reading gives', async () => {
    const dearer = tamper.tampered('Claimed', ({ state }) => ({
      state: { ...state, head: state.head + (1n << 192n) },
    }));
    expect(codesOf(await tamper.auditOf(dearer))).toEqual(['claim.state']);
  });

  it('names a claim replaced by a reading that is no newer', async () => {
    const claims = evidence.events.filter((event) => isOf(event, 'Claimed'));
    const [first, second] = claims.map((claim) => evidence.events.indexOf(claim));
    const swapped = evidence.events.with(first!, claims[1]!).with(second!, claims[0]!);
    expect(codesOf(await tamper.auditOf(swapped))).toContain('reading.notNewer');
  });

  it('names a call outside of its time window', async () => {
    const day = 86_400;
    expect(codesOf(await tamper.auditOf(tamper.shifted('Settled', day)))).toContain('booking.window');
    expect(codesOf(await tamper.auditOf(tamper.shifted('Finalised', -3_600)))).toEqual(['booking.window']);
    expect(codesOf(await tamper.auditOf(tamper.shifted('Expired', -3_700)))).toEqual(['booking.window']);
    expect(codesOf(await tamper.auditOf(tamper.shifted('Canceled', 2 * day)))).toEqual(['booking.window']);
  });

  it('names an outcome that the booking state does not allow', async () => {
    const other = tamper.tampered('Finalised', () => ({ outcome: 4 }));
    expect(codesOf(await tamper.auditOf(other))).toEqual(['session.outcome']);
    const neverClaimed = evidence.events.filter((event) => !isOf(event, 'Claimed'));
    expect(codesOf(await tamper.auditOf(neverClaimed))).toContain('booking.state');
  });

  it('names an agent’s word alone that is above what was allowed, not allowed, or without the secret', async () => {
    const dear = tamper.tampered('SettledAlone', ({ allowance }) => ({
      allowance: { ...allowance, cost: 0n },
    }));
    expect(codesOf(await tamper.auditOf(dear))).toEqual(['allowance.signature', 'settlement.notAllowed']);
    const forged = tamper.tampered('SettledAlone', ({ allowance }) => ({
      allowance: { ...allowance, cost: allowance.cost + 1n },
    }));
    const codes = codesOf(await tamper.auditOf(forged));
    expect(codes).toEqual(['allowance.signature', 'settlement.notAllowed']);
    const absent = tamper.tampered('SettledAlone', () => ({ secret: keccak256('0x') }));
    expect(codesOf(await tamper.auditOf(absent))).toEqual(['claim.secret']);
    const late = tamper.tampered('SettledAlone', ({ reading }) => ({
      reading: toReadingStruct(
        readingOf(scenario.alone, { energyWh: 2_751 }),
        Number(reading.measure >> 200n),
      ),
    }));
    expect(codesOf(await tamper.auditOf(late))).toContain('claim.implausible');
  });

  it('names a reading that carries another booking time than its block had', async () => {
    const other = tamper.tampered('SettledAlone', ({ reading }) => ({
      reading: { ...reading, measure: reading.measure + (1n << 200n) },
    }));
    expect(codesOf(await tamper.auditOf(other))).toEqual(['reading.bookedAt']);
    expect(codesOf(await tamper.auditOf(tamper.shifted('Booked', 1)))).toContain('reading.bookedAt');
  });

  it('names money that leaves the sink or is put into it, and a listing that another host takes over', async () => {
    for (const name of ['Deposited', 'Withdrawn'] as const) {
      const sunk = tamper.tampered(name, () => ({ account: zeroAddress }));
      expect(codesOf(await tamper.auditOf(sunk))).toContain('sink.moved');
    }
    const published = tamper.eventOf('ListingPublished');
    const terms = { ...published.args.listing.terms, host: scenario.agent.address };
    const listing = { ...published.args.listing, terms };
    const args = { ...published.args, host: terms.host, listing, version: 2 };
    const taken = [...evidence.events, { ...published, args }];
    expect(codesOf(await tamper.auditOf(taken))).toContain('listing.hostChanged');
    const greedy = tamper.tampered('ListingPublished', ({ listing: { terms: asked, ...rest } }) => ({
      listing: { ...rest, terms: { ...asked, metering: asked.metering | (1n << 63n) } },
    }));
    expect(codesOf(await tamper.auditOf(greedy))).toContain('listing.outOfRange');
  });

  it('lets no event pass whose rules it does not know', async () => {
    const expired = tamper.eventOf('Expired');
    const foreign = { ...expired, eventName: 'EIP712DomainChanged' } as unknown as LedgerEvent;
    expect(codesOf(await tamper.auditOf([...evidence.events, foreign]))).toEqual(['event.unsupported']);
    const log = { ...evidence.reading.logs[0]!, topics: [keccak256('0x')] };
    expect(decodeLogs([log]).unknown).toHaveLength(1);
    const cut = { ...evidence.reading.logs[0]!, data: '0x' as const };
    expect(decodeLogs([cut]).unknown).toHaveLength(1);
  });

  describeBookings(() => ({ scenario, evidence, tamper }));
});
