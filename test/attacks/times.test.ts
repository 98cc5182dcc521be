import fc from 'fast-check';
import { type Hex, keccak256, toHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLedger } from '../../audit/command.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { earningsOf, jumpTo } from '../contracts/fixture.ts';
import { costOf } from '../contracts/reserved.ts';
import { deployTestMarket, fundDriver, type TestMarket, testTerms } from '../support/market.ts';
import {
  arrived,
  type BookedSession,
  bookSession,
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
  moneyOf,
  noShow,
  onSnapshot,
  openCharger,
  refusalOf,
  replayOn,
  sendCall,
  settle,
} from './booked-session.ts';
import { RUNS_ON_LEDGER, RUNS_SIMULATED, TIMEOUT } from './search.ts';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** Half of 0.25 for each of two slots. */
const LATE_FEE = 250_000n;

describe('rule 8: cancel', () => {
  it('a driver charges and then cancels, at any moment from opens on: search', TIMEOUT, async () => {
    const session = await bookSession(await openCharger(market));
    const { opens, reportBy } = session.times;
    const moments = fc.integer({ min: opens, max: reportBy + 86_400 });
    const property = fc.asyncProperty(moments, async (timeSec) => {
      expect(await refusalOf(session, cancelByDriver(session), session.fixture.driver, timeSec)).toBe(
        'Booking_TooLate',
      );
    });
    await fc.assert(property, { ...RUNS_SIMULATED, examples: [[opens], [opens + 1]] });
    await jumpTo(market, opens);
    await sendCall(session, await settle(session));
    await expectPaid(session, costOf(session.made));
  });

  it(
    'a driver picks the moment to cancel: free before freeUntil, half the fee of a no-show after it, nothing between',
    TIMEOUT,
    async () => {
      const session = await bookSession(await openCharger(market));
      const { freeUntil, opens } = session.times;
      const moments = fc.integer({ min: freeUntil - 1_800, max: opens - 60 });
      const property = fc.asyncProperty(moments, async (timeSec) => {
        const { driver, host } = await onSnapshot(market, async () => {
          await jumpTo(market, timeSec);
          return moneyOf(await sendCall(session, cancelByDriver(session), session.fixture.driver));
        });
        // A block may be a second or two later than requested.
        if (timeSec < freeUntil - 30) expect([driver, host]).toEqual([DEPOSIT, 0n]);
        else if (timeSec >= freeUntil) expect([driver, host]).toEqual([DEPOSIT - LATE_FEE, LATE_FEE]);
        expect(driver + host).toBe(DEPOSIT);
      });
      await fc.assert(property, { ...RUNS_ON_LEDGER, examples: [[freeUntil - 31], [freeUntil]] });
    },
  );

  it('a host keeps the money of a session at a dead wallbox: a final reading of 0 Wh refunds it', async () => {
    const session = await bookSession(await openCharger(market));
    await jumpTo(market, session.times.start);
    await sendCall(
      session,
      await settle(session, { energyWh: 0, endedAt: session.times.start }),
      session.fixture.driver,
    );
    await expectPaid(session, 0n);
  });
});

describe('rule 13: generation', () => {
  /** Everything that anybody ever signed for a booking. */
  const signedFor = async (session: BookedSession): Promise<Call[]> => [
    await settle(session),
    await claim(session),
    await claimAlone(session),
    await noShow(session),
    await arrived(session),
    cancelByDriver(
      session,
      await signMessageOf(session.fixture.driver, market.ref, 'CancelByDriver', {
        bookingId: session.made.bookingId,
        paysLateFee: true,
      }),
    ),
  ];

  it('a host replays all that was signed for a canceled booking on the same slots, keys and secret', async () => {
    const charger = await openCharger(market);
    const old = await bookSession(charger);
    const past = await signedFor(old);
    await sendCall(old, cancelByDriver(old), old.fixture.driver);
    const { firstSlot, sessionKey, startHash } = old.made.booking;
    const next = await bookSession(charger, { firstSlot, sessionKey, startHash }, old.fixture.driver);
    const { opens, start, noShowFrom } = next.times;
    const moments = [opens - 60, start, noShowFrom];
    for (const timeSec of moments) {
      for (const call of past) {
        expect(await refusalOf(next, call, HOST, timeSec), call.name).toBe('Booking_StateMismatch');
        expect(await refusalOf(next, replayOn(next, call), HOST, timeSec), call.name).toBeDefined();
      }
    }
    await jumpTo(market, next.times.reportBy);
    await sendCall(next, expire(next));
    await expectPaid(next, 0n);
  });

  it('a host settles twice, or claims again what was settled', async () => {
    const session = await bookSession(await openCharger(market));
    await jumpTo(market, session.times.start);
    const again = [
      await settle(session),
      await settle(session, { seq: 8, energyWh: 9_000 }),
      await claim(session),
      await claimAlone(session),
    ];
    await sendCall(session, again[0]!);
    for (const call of again) expect(await refusalOf(session, call, HOST)).toBe('Booking_StateMismatch');
    await expectPaid(session, costOf(session.made));
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
    'drivers book and cancel around a booking, even weeks ahead: nobody gets its slots',
    TIMEOUT,
    async () => {
      // A small fee, so that a cap covers five of it for each of twelve slots.
      const { bookingTerms } = testTerms(HOST.address, HOST.address);
      const charger = await openCharger(market, { bookingTerms: { ...bookingTerms, noshowFee: 10_000n } });
      const session = await bookSession(charger, { slotCount: 4 });
      const thief = await fundDriver(market, DEPOSIT);
      const tried = async ({ from, count, byHost }: { from: number; count: number; byHost: boolean }) => {
        const change = { firstSlot: session.made.booking.firstSlot + from, slotCount: count };
        const got = await bookSession(charger, change, thief).catch((error: Error) => error.message);
        const isRefused = typeof got === 'string' && got.includes('Booking_SlotTaken');
        expect(isRefused).toBe(from < 4 && from + count > 0);
        if (typeof got === 'string') return;
        await sendCall(got, byHost ? cancelByHost(got) : cancelByDriver(got), byHost ? HOST : thief);
      };
      const property = fc.asyncProperty(moves, (chosen) =>
        onSnapshot(market, async () => {
          for (const move of chosen) await tried(move);
        }),
      );
      await fc.assert(property, RUNS_ON_LEDGER);
      await jumpTo(market, session.times.start);
      await sendCall(session, await settle(session));
      await expectPaid(session, costOf(session.made));
    },
  );
});

describe('rule 12: no register on the settlement path', () => {
  /** 11 kW for 45 minutes: more of a reading is not counted as sold. */
  const PLAUSIBLE_WH = 8_250n;

  it('one wrong reading, or settling out of order, makes no charger unusable', async () => {
    const charger = await openCharger(market);
    const first = await bookSession(charger);
    const second = await bookSession(charger, { firstSlot: first.made.booking.firstSlot + 2 });
    await jumpTo(market, second.times.start);
    const insane = { energyWh: 2 ** 47 };
    await sendCall(second, await settle(second, insane));
    await sendCall(first, await settle(first));
    expect(await earningsOf(first.fixture)).toEqual([
      costOf(second.made, insane) + costOf(first.made),
      PLAUSIBLE_WH + 8_123n,
      2n,
    ]);
  });
});

describe('rule 22: the earlier driver who overstays', () => {
  const findingsOf = async ({ made }: BookedSession) =>
    (await auditLedger({ rpcUrl: market.rpcUrl, market: market.market })).findings
      .filter(({ bookingId }) => bookingId === made.bookingId)
      .map(({ code }) => code);

  it('a host cites an overstay that did not happen: he gains nothing, and the audit reports it', async () => {
    const charger = await openCharger(market);
    const before = await bookSession(charger);
    const session = await bookSession(charger, { firstSlot: before.made.booking.firstSlot + 4 });
    await jumpTo(market, before.times.start);
    await sendCall(before, await settle(before));
    await sendCall(session, cancelByHost(session, before.made.bookingId), HOST);
    expect((await moneyOf(session)).driver).toBe(DEPOSIT);
    expect(await findingsOf(session)).toEqual(['cancel.overstayNotShown']);
  });

  it('a host cancels when the driver plugs in: not without the session key', async () => {
    const session = await bookSession(await openCharger(market));
    await jumpTo(market, session.times.opens);
    const overstayedBy: Hex = keccak256(toHex('nobody'));
    const message = { bookingId: session.made.bookingId, overstayedBy };
    const forged = toCompact(await signMessageOf(session.fixture.agent, market.ref, 'CancelByHost', message));
    for (const agreement of [undefined, forged]) {
      const call = cancelByHost(session, overstayedBy, agreement);
      expect(await refusalOf(session, call, HOST)).toBe('Account_InvalidSignature');
    }
    const agreement = toCompact(
      await signMessageOf(session.made.sessionKey, market.ref, 'CancelByHost', message),
    );
    await sendCall(session, cancelByHost(session, overstayedBy, agreement), HOST);
    await expectPaid(session, 0n);
  });
});

describe('the ledger after these attacks', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
