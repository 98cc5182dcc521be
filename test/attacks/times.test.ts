import fc from 'fast-check';
import { type Hex, keccak256, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { auditLedger } from '../../scripts/audit.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { earningsOf, jumpTo } from '../contracts/fixture.ts';
import { costOf } from '../contracts/reserved-booking.ts';
import { deployTestMarket, fundDriver, type TestMarket } from '../support/market.ts';
import {
  ASKED,
  act,
  arrived,
  type Call,
  cancelByDriver,
  cancelByHost,
  claim,
  claimAlone,
  DEPOSIT,
  expectPaid,
  expectReconciled,
  expire,
  HOST,
  IN_TIME,
  inFork,
  moneyOf,
  noShow,
  openCharger,
  PLAYED,
  refusalOf,
  replayOn,
  settle,
  type Visit,
  visit,
} from './booked-session.ts';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const LATE_FEE = 1_000_000n;

describe('rule 8: cancel', () => {
  it('a driver charges and then cancels, at any moment from opens on: search', IN_TIME, async () => {
    const v = await visit(await openCharger(market));
    const { opens, reportBy } = v.times;
    const moments = fc.integer({ min: opens, max: reportBy + 86_400 });
    const property = fc.asyncProperty(moments, async (timeSec) => {
      expect(await refusalOf(v, cancelByDriver(v), v.scene.driver, timeSec)).toBe('Booking_TooLate');
    });
    await fc.assert(property, { ...ASKED, examples: [[opens], [opens + 1]] });
    await jumpTo(market, opens);
    await act(v, await settle(v));
    await expectPaid(v, costOf(v.made));
  });

  it(
    'a driver picks the moment to cancel: free before cancelBy, the fee after it, nothing between',
    IN_TIME,
    async () => {
      const v = await visit(await openCharger(market));
      const { cancelBy, opens } = v.times;
      const moments = fc.integer({ min: cancelBy - 1_800, max: opens - 60 });
      const property = fc.asyncProperty(moments, async (timeSec) => {
        const { driver, host } = await inFork(market, async () => {
          await jumpTo(market, timeSec);
          return moneyOf(await act(v, cancelByDriver(v), v.scene.driver));
        });
        // A block may be a second or two later than asked for.
        if (timeSec < cancelBy - 30) expect([driver, host]).toEqual([DEPOSIT, 0n]);
        else if (timeSec >= cancelBy) expect([driver, host]).toEqual([DEPOSIT - LATE_FEE, LATE_FEE]);
        expect(driver + host).toBe(DEPOSIT);
      });
      await fc.assert(property, { ...PLAYED, examples: [[cancelBy - 31], [cancelBy]] });
    },
  );

  it('a host keeps the money of a visit to a dead box: a final reading of nothing gives it back', async () => {
    const v = await visit(await openCharger(market));
    await jumpTo(market, v.times.start);
    await act(v, await settle(v, { energyWh: 0, endedAt: v.times.start }), v.scene.driver);
    await expectPaid(v, 0n);
  });
});

describe('rule 13: generation', () => {
  /** Everything that anybody ever signed for a booking. */
  const signedFor = async (v: Visit): Promise<Call[]> => [
    await settle(v),
    await claim(v),
    await claimAlone(v),
    await noShow(v),
    await arrived(v),
    cancelByDriver(
      v,
      await signMessageOf(v.scene.driver, market.ref, 'CancelByDriver', {
        bookingId: v.made.bookingId,
        paysLateFee: true,
      }),
    ),
  ];

  it('a host replays all that was signed for a canceled booking on the same slots, keys and secret', async () => {
    const charger = await openCharger(market);
    const old = await visit(charger);
    const past = await signedFor(old);
    await act(old, cancelByDriver(old), old.scene.driver);
    const { firstSlot, sessionKey, startHash } = old.made.booking;
    const next = await visit(charger, { firstSlot, sessionKey, startHash }, old.scene.driver);
    const { opens, start, noShowFrom } = next.times;
    const moments = [opens - 60, start, noShowFrom];
    for (const timeSec of moments) {
      for (const call of past) {
        expect(await refusalOf(next, call, HOST, timeSec), call.name).toBe('Booking_StateMismatch');
        expect(await refusalOf(next, replayOn(next, call), HOST, timeSec), call.name).toBeDefined();
      }
    }
    await jumpTo(market, next.times.reportBy);
    await act(next, expire(next));
    await expectPaid(next, 0n);
  });

  it('a host settles twice, or claims again what was settled', async () => {
    const v = await visit(await openCharger(market));
    await jumpTo(market, v.times.start);
    const again = [
      await settle(v),
      await settle(v, { seq: 8, energyWh: 9_000 }),
      await claim(v),
      await claimAlone(v),
    ];
    await act(v, again[0]!);
    for (const call of again) expect(await refusalOf(v, call, HOST)).toBe('Booking_StateMismatch');
    await expectPaid(v, costOf(v.made));
  });
});

describe('rule 14: calendar words', () => {
  const moves = fc.array(
    fc.record({
      from: fc.oneof(fc.integer({ min: -8, max: 8 }), fc.constantFrom(220, 224, 448, 1_120, 1_250)),
      count: fc.integer({ min: 1, max: 12 }),
      byHost: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  );

  it(
    'drivers book and cancel around a booking, weeks ahead too: nobody gets its slots',
    IN_TIME,
    async () => {
      const charger = await openCharger(market);
      const v = await visit(charger, { slotCount: 4 });
      const thief = await fundDriver(market, DEPOSIT);
      const tried = async ({ from, count, byHost }: { from: number; count: number; byHost: boolean }) => {
        const change = { firstSlot: v.made.booking.firstSlot + from, slotCount: count };
        const got = await visit(charger, change, thief).catch((error: Error) => error.message);
        const isRefused = typeof got === 'string' && got.includes('Booking_SlotTaken');
        expect(isRefused).toBe(from < 4 && from + count > 0);
        if (typeof got === 'string') return;
        await act(got, byHost ? cancelByHost(got) : cancelByDriver(got), byHost ? HOST : thief);
      };
      const property = fc.asyncProperty(moves, (chosen) =>
        inFork(market, async () => {
          for (const move of chosen) await tried(move);
        }),
      );
      await fc.assert(property, PLAYED);
      await jumpTo(market, v.times.start);
      await act(v, await settle(v));
      await expectPaid(v, costOf(v.made));
    },
  );
});

describe('rule 12: no register on the settlement path', () => {
  it('one bad reading, or settling out of order, bricks no charger', async () => {
    const charger = await openCharger(market);
    const first = await visit(charger);
    const second = await visit(charger, { firstSlot: first.made.booking.firstSlot + 2 });
    await jumpTo(market, second.times.start);
    const insane = { energyWh: 2 ** 47 };
    await act(second, await settle(second, insane));
    await act(first, await settle(first));
    expect(await earningsOf(first.scene)).toEqual([
      costOf(second.made, insane) + costOf(first.made),
      2n ** 47n + 8_123n,
      2n,
    ]);
  });
});

describe('rule 22: the overstayer before me', () => {
  const findingsOf = async ({ made }: Visit) =>
    (await auditLedger({ rpcUrl: market.rpcUrl, market: market.market })).findings
      .filter(({ bookingId }) => bookingId === made.bookingId)
      .map(({ code }) => code);

  it('a host blames an overstayer that never was: it pays him nothing, and the audit names it', async () => {
    const charger = await openCharger(market);
    const before = await visit(charger);
    const v = await visit(charger, { firstSlot: before.made.booking.firstSlot + 4 });
    await jumpTo(market, before.times.start);
    await act(before, await settle(before));
    await act(v, cancelByHost(v, before.made.bookingId), HOST);
    expect((await moneyOf(v)).driver).toBe(DEPOSIT);
    expect(await findingsOf(v)).toEqual(['cancel.overstayNotShown']);
  });

  it('a host cancels on the driver at the plug: not without the session key', async () => {
    const v = await visit(await openCharger(market));
    await jumpTo(market, v.times.opens);
    const overstayedBy: Hex = keccak256(toHex('nobody'));
    const message = { bookingId: v.made.bookingId, overstayedBy };
    const forged = toCompact(await signMessageOf(v.scene.agent, market.ref, 'CancelByHost', message));
    for (const agreement of [undefined, forged]) {
      const call = cancelByHost(v, overstayedBy, agreement);
      expect(await refusalOf(v, call, HOST)).toBe('Account_InvalidSignature');
    }
    const agreement = toCompact(await signMessageOf(v.made.sessionKey, market.ref, 'CancelByHost', message));
    await act(v, cancelByHost(v, overstayedBy, agreement), HOST);
    await expectPaid(v, 0n);
  });
});

describe('the ledger after these attacks', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
