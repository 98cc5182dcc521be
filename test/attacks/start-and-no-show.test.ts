import fc from 'fast-check';
import { type Hex, keccak256, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { idTagOf } from '../../protocol/idTag.ts';
import type { Reading } from '../../protocol/reading.ts';
import { stateName } from '../../protocol/state.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { anyone, jumpTo, newKey } from '../contracts/fixture.ts';

import { deployTestMarket, type TestMarket } from '../support/market.ts';
import {
  ALLOWED,
  arrived,
  bookSession,
  claim,
  claimAlone,
  deadlineOf,
  expectPaid,
  expectReconciled,
  expire,
  finalise,
  finaliseAtDeadline,
  HOST,
  noShow,
  onSnapshot,
  openCharger,
  refusalOf,
  sendCall,
  settle,
  UNSIGNED_LIMIT,
} from './booked-session.ts';
import { RUNS_ON_LEDGER, RUNS_SIMULATED, TIMEOUT } from './search.ts';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const RICH = {
  cap: 12_000_000n,
  unsignedCost: UNSIGNED_LIMIT,
  allowedCost: ALLOWED,
  relayFee: 0n,
};

describe('rule 3: start secret', () => {
  it(
    'a host bills a driver who never came: without the start secret, 0.25 for each of two slots is the most he gets',
    TIMEOUT,
    async () => {
      const session = await bookSession(await openCharger(market));
      const { booking, bookingId } = session.made;
      await jumpTo(market, session.times.noShowFrom);
      const known: Hex[] = [
        booking.startHash,
        bookingId,
        booking.listingId,
        keccak256(bookingId),
        toHex(0, { size: 32 }),
      ];
      const guesses = fc.oneof(
        fc.constantFrom(...known),
        fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes)),
      );
      const property = fc.asyncProperty(guesses, async (secret) => {
        expect(await refusalOf(session, await claimAlone(session, {}, secret), HOST)).toBe(
          'Claim_SecretMismatch',
        );
        expect(idTagOf(market.ref, bookingId, secret)).not.toBe(
          idTagOf(market.ref, bookingId, session.made.secret),
        );
      });
      await fc.assert(property, RUNS_SIMULATED);
      const forger = { ...session, made: { ...session.made, sessionKey: newKey() } };
      for (const call of [await claim(forger), await settle(forger)]) {
        expect(await refusalOf(session, call, HOST)).toBe('Reading_SessionSignatureInvalid');
      }
      await finaliseAtDeadline(await sendCall(session, await noShow(session), HOST));
      await expectPaid(session, 500_000n);
    },
  );

  it('a host uses the secret of the last session for the next one', async () => {
    const charger = await openCharger(market);
    const first = await bookSession(charger);
    await jumpTo(market, first.times.closes);
    await finaliseAtDeadline(await sendCall(first, await claimAlone(first), HOST));
    const next = await bookSession(charger, {}, first.fixture.driver);
    await jumpTo(market, next.times.closes);
    const replay = await claimAlone(next, {}, first.made.secret);
    expect(await refusalOf(next, replay, HOST)).toBe('Claim_SecretMismatch');
    await jumpTo(market, next.times.reportBy);
    await sendCall(next, expire(next), next.fixture.driver);
    await expectPaid(next, ALLOWED);
  });
});

describe('rule 5: power', () => {
  const WINDOW_SEC = 3_600;

  it(
    'an agent claims more than the connector can give, or outside of the booked time: search',
    TIMEOUT,
    async () => {
      const session = await bookSession(await openCharger(market));
      const { opens, closes, reportBy } = session.times;
      const readings = fc.record({
        /** Wh above what the listed power gives; often at the very edge. */
        aboveWh: fc.oneof(fc.constantFrom(0, 1), fc.integer({ min: -5_000, max: 5_000 })),
        beganAt: fc.oneof(fc.constant(opens), fc.integer({ min: opens - 300, max: opens + WINDOW_SEC })),
        timeSec: fc.integer({ min: 0, max: WINDOW_SEC + 600 }),
        overstaySec: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_200 })),
      });
      const property = fc.asyncProperty(readings, async ({ aboveWh, timeSec, beganAt, overstaySec }) => {
        const energyWh = Math.max(0, Math.floor((11_000 * timeSec) / 3_600) + aboveWh);
        const reading = { energyWh, beganAt, endedAt: beganAt + timeSec, overstaySec };
        const refusal = await refusalOf(session, await claimAlone(session, reading), HOST, reportBy - 1);
        const isInside = beganAt >= opens && reading.endedAt <= closes;
        const hasHappened = overstaySec === 0 || closes + overstaySec <= reportBy - 1;
        const isPossible = energyWh * 3_600 <= 11_000 * timeSec;
        const expected = !isInside || !hasHappened ? 'Reading_OutsideWindow' : 'Reading_PowerExceeded';
        expect(refusal).toBe(isInside && hasHappened && isPossible ? undefined : expected);
      });
      await fc.assert(property, RUNS_SIMULATED);
    },
  );
});

describe('rule 6: no-show', () => {
  it('a host sets any fee: a booking whose cap is below five times it is refused', TIMEOUT, async () => {
    const charger = await openCharger(market);
    const noshowFee = 700_000n;
    const bookingTerms = { ...charger.terms.bookingTerms, noshowFee, minCapPerSlot: 0n };
    const dear = await openCharger(market, { bookingTerms });
    const caps = fc.bigInt({ min: 1n, max: 15_000_000n });
    const property = fc.asyncProperty(caps, fc.integer({ min: 1, max: 3 }), async (cap, slotCount) => {
      const fee = noshowFee * BigInt(slotCount);
      await onSnapshot(market, async () => {
        const booked = await bookSession(dear, { slotCount, money: { ...RICH, cap } }).catch(
          (error: Error) => error.message,
        );
        if (typeof booked === 'string') {
          expect([booked.includes('Booking_CapTooLow'), cap < 5n * fee]).toEqual([true, true]);
          return;
        }
        await jumpTo(market, booked.times.noShowFrom);
        await finaliseAtDeadline(await sendCall(booked, await noShow(booked), HOST));
        await expectPaid(booked, fee);
        expect(fee * 5n).toBeLessThanOrEqual(cap);
      });
    });
    const examples: [bigint, number][] = [
      [1n, 1],
      [3_499_999n, 1],
      [3_500_000n, 1],
      [10_500_000n, 3],
    ];
    await fc.assert(property, { ...RUNS_ON_LEDGER, examples });
  });

  it('a host claims a no-show of a driver who is there: it is contested, and any co-signed reading refutes it', async () => {
    const [said, shown] = [
      await bookSession(await openCharger(market)),
      await bookSession(await openCharger(market)),
    ];
    await jumpTo(market, said.times.start);
    const here = await sendCall(said, await arrived(said), said.fixture.driver);
    await jumpTo(market, shown.times.noShowFrom);
    const quarrel = await sendCall(here, await noShow(here), HOST);
    expect(stateName(quarrel.state)).toBe('CONTESTED');
    const lie = await sendCall(shown, await noShow(shown), HOST);
    const nothing: Partial<Reading> = { seq: 0, energyWh: 0, endedAt: shown.times.start };
    const beaten = await sendCall(lie, await claim(lie, nothing), lie.fixture.driver);
    expect(await refusalOf(beaten, await noShow(beaten), HOST)).toBe('Booking_WrongState');
    const refuted = await sendCall(quarrel, await claim(quarrel, nothing), quarrel.fixture.driver);
    // Where a quarter of an hour began between the bookings, the second one ends later.
    const inOrder = [beaten, refuted].sort((a, b) => deadlineOf(a) - deadlineOf(b));
    for (const session of inOrder) await finaliseAtDeadline(session);
    for (const session of [shown, here]) await expectPaid(session, 0n);
  });

  it('both do nothing: nobody gets anything, and a stranger ends the booking', async () => {
    const session = await bookSession(await openCharger(market));
    await jumpTo(market, session.times.reportBy);
    expect(await refusalOf(session, finalise(session), HOST)).toBe('Booking_WrongState');
    await sendCall(session, expire(session), anyone);
    await expectPaid(session, 0n);
  });
});

describe('the ledger after these attacks', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
