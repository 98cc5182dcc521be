import fc from 'fast-check';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayPay } from '../../protocol/bounds.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import { isUnclaimed } from '../../protocol/state.ts';

import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { jumpTo, nowOf, readingOf } from '../contracts/fixture.ts';
import { costOf } from '../contracts/reserved.ts';
import { deployTestMarket, TARIFF, type TestMarket } from '../support/market.ts';
import {
  ALLOWED,
  type BookedSession,
  bookSession,
  challenge,
  claim,
  claimAlone,
  DEPOSIT,
  deadlineOf,
  expectPaid,
  expectReconciled,
  finalise,
  finaliseAtDeadline,
  HOST,
  moneyOf,
  onSnapshot,
  openCharger,
  prove,
  refusalOf,
  sendCall,
  sendIfAllowed,
  settle,
  settleWithOtherSignature,
  UNSIGNED_LIMIT,
} from './booked-session.ts';
import { meterRecord } from './meter-record.ts';
import { RUNS_ON_LEDGER, TIMEOUT } from './search.ts';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** The car stays almost until the reporting window ends. */
const OVERSTAY_SEC = 500;

interface Lie {
  /** What the driver co-signed before the phone went silent. */
  cosignedWh: number;
  energyWh: number;
  timeSec: number;
  overstaySec: number;
  isChallenged: boolean;
  provenWh: number | null;
}

const lies: fc.Arbitrary<Lie> = fc
  .record({
    cosignedWh: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 8_250 })),
    timeSec: fc.constant(2_700),
    part: fc.integer({ min: 0, max: 100 }),
    overstaySec: fc.integer({ min: 0, max: OVERSTAY_SEC }),
    isChallenged: fc.boolean(),
    provenWh: fc.option(fc.integer({ min: 0, max: 9_000 })),
  })
  // No part of a claim may be below the co-signed.
  .map(({ part, ...lie }) => ({
    ...lie,
    energyWh: Math.max(lie.cosignedWh, Math.floor((Math.floor((11_000 * lie.timeSec) / 3_600) * part) / 100)),
  }));

const BEST: Lie = {
  cosignedWh: 2_000,
  energyWh: 8_250,
  timeSec: 2_700,
  overstaySec: OVERSTAY_SEC,
  isChallenged: false,
  provenWh: null,
};
const BEST_LIES: [Lie][] = [
  [BEST],
  [{ ...BEST, cosignedWh: 0 }],
  [{ ...BEST, isChallenged: true, provenWh: 9_000 }],
  [{ ...BEST, cosignedWh: 0, isChallenged: true, provenWh: 9_000 }],
  [{ ...BEST, energyWh: 2_000, isChallenged: true, provenWh: 2_000 }],
];

/** It settled at once: no state came with the event. */
const isEnded = (before: BookedSession, after: BookedSession): boolean =>
  before.state.head === after.state.head;

/** Runs a false claim to its end; true if the meter proved it against a challenge. */
async function lied(session: BookedSession, lie: Lie): Promise<boolean> {
  const usage = { endedAt: session.times.start + lie.timeSec, overstaySec: lie.overstaySec };
  const cosigned = { seq: 3, energyWh: lie.cosignedWh };
  const before =
    lie.cosignedWh === 0 ? session : await sendCall(session, await claim(session, cosigned), HOST);
  const claimed = await sendCall(
    before,
    await claimAlone(before, { ...usage, energyWh: lie.energyWh }),
    HOST,
  );
  if (isEnded(before, claimed)) return false;
  if (!lie.isChallenged || (await refusalOf(claimed, await challenge(claimed))) !== undefined) {
    await finaliseAtDeadline(claimed);
    return false;
  }
  const disputed = await sendCall(claimed, await challenge(claimed));
  const records = lie.provenWh === null ? null : [meterRecord(disputed, lie.provenWh)];
  const call = records && prove(disputed, records);
  if (call === null || (await refusalOf(disputed, call, HOST)) !== undefined) {
    await finaliseAtDeadline(disputed);
    return false;
  }
  const proven = await sendCall(disputed, call, HOST);
  if ((await refusalOf(proven, finalise(proven))) === 'Booking_StateMismatch') return true;
  await finaliseAtDeadline(proven);
  return false;
}

describe('rule 1: the bound of every unilateral path', () => {
  it(
    'a host with a meter key in software claims what he likes: search for the most profitable claim',
    TIMEOUT,
    async () => {
      const session = await bookSession(await openCharger(market));
      await jumpTo(market, session.times.closes + OVERSTAY_SEC);
      let best = 0n;
      const property = fc.asyncProperty(lies, async (lie) => {
        const { driver, host, isForfeited } = await onSnapshot(market, async () => {
          const proven = await lied(session, lie);
          return { ...(await moneyOf(session)), isForfeited: proven };
        });
        const cosigned = lie.cosignedWh === 0 ? 0n : costOf(session.made, { energyWh: lie.cosignedWh });
        const bound = mayPay({
          cosignedCost: cosigned,
          allowedCost: ALLOWED,
          unsignedCost: UNSIGNED_LIMIT,
          flatFee: TARIFF.flatFee,
        });
        // A meter key of his own wins him at most as much again.
        const most = isForfeited ? bound + (bound - cosigned) : bound;
        expect(host).toBeLessThanOrEqual(most);
        expect(host).toBeGreaterThanOrEqual(cosigned);
        expect(driver + host).toBe(DEPOSIT);
        if (!isForfeited && host - cosigned > best) best = host - cosigned;
      });
      await fc.assert(property, { ...RUNS_ON_LEDGER, examples: BEST_LIES });
      expect(best).toBeGreaterThan(0n);
      expect(best).toBeLessThanOrEqual(UNSIGNED_LIMIT);
    },
  );

  it("a host charges his own car under the guest's tag, and his true meter signs it", async () => {
    const cosigned = { seq: 3, energyWh: 2_000 };
    const session = await bookSession(await openCharger(market));
    await jumpTo(market, session.times.closes);
    const shown = await sendCall(session, await claim(session, cosigned), HOST);
    const claimed = await sendCall(shown, await claimAlone(shown), HOST);
    const cosignedCost = costOf(session.made, cosigned);
    // As much again as was co-signed; a flat fee opens no trust.
    const paid = cosignedCost + (cosignedCost - TARIFF.flatFee);
    await onSnapshot(market, async () => {
      await finaliseAtDeadline(claimed);
      await expectPaid(session, paid);
    });
    const disputed = await sendCall(claimed, await challenge(claimed));
    await sendCall(disputed, prove(disputed, [meterRecord(disputed, 8_123)]), HOST);
    await expectPaid(session, paid + (paid - cosignedCost));
  });

  it('a host books his own charger through another account of his: both together gain nothing', async () => {
    const session = await bookSession(await openCharger(market));
    await jumpTo(market, session.times.closes);
    await sendCall(
      session,
      await settle(session, { energyWh: 8_250, endedAt: session.times.closes, overstaySec: 90_000 }),
      HOST,
    );
    const { driver, host } = await moneyOf(session);
    expect(host).toBe(session.made.booking.money.cap);
    expect(driver + host).toBe(DEPOSIT);
  });
});

const RICH = {
  cap: 12_000_000n,
  unsignedCost: UNSIGNED_LIMIT,
  allowedCost: ALLOWED,
  relayFee: 0n,
};
const deadlineOrReport = (session: BookedSession) =>
  isUnclaimed(session.state) ? session.times.reportBy : deadlineOf(session);

describe('rule 2: final is part of what is signed', () => {
  const SOLD_WH = [0, 900, 11_000, 26_000, 39_000];

  const newest = { seq: 4, energyWh: SOLD_WH[4]! };
  const moves = fc.array(fc.record({ seq: fc.nat({ max: 4 }), waitSec: fc.nat({ max: 2_000 }) }), {
    minLength: 1,
    maxLength: 4,
  });

  /** The driver acts, then the host once, then the deadline passes. */
  async function ended(
    session: BookedSession,
    chosen: { seq: number; waitSec: number }[],
  ): Promise<BookedSession> {
    let at = session;
    for (const { seq, waitSec } of chosen) {
      const now = (await nowOf(market)) + 1;
      await jumpTo(market, Math.max(now, Math.min(now + waitSec, deadlineOrReport(at) - 60)));
      at = await sendIfAllowed(at, await claim(at, { seq, energyWh: SOLD_WH[seq]! }), at.fixture.driver);
    }
    return finaliseAtDeadline(await sendIfAllowed(at, await claim(at, newest)));
  }

  it(
    'a driver shows seq 1 after 39 kWh, in any order, at any time: the newest is paid',
    TIMEOUT,
    async () => {
      const session = await bookSession(await openCharger(market), { money: RICH });
      await jumpTo(market, session.times.opens);
      const owed = costRoundedDown(TARIFF, readingOf(session.made, newest), session.made.booking.money.cap);
      const property = fc.asyncProperty(moves, async (chosen) => {
        const money = await onSnapshot(market, async () => moneyOf(await ended(session, chosen)));
        expect(money).toEqual({ driver: DEPOSIT - owed, host: owed });
      });
      await fc.assert(property, RUNS_ON_LEDGER);
    },
  );

  it('a driver calls an early reading final: the flag is part of what the agent signed', async () => {
    const session = await bookSession(await openCharger(market));
    await jumpTo(market, session.times.start);
    const early = { seq: 1, energyWh: 900 };
    const honest = await settle(session, { ...early, isFinal: false });
    expect(await refusalOf(session, honest, session.fixture.driver)).toBe('Reading_NotFinal');
    const bent = await settleWithOtherSignature(session, early, { ...early, isFinal: false });
    expect(await refusalOf(session, bent, session.fixture.driver)).toBe('Reading_AgentSignatureInvalid');
  });

  it('a driver ends a claim early by a reading that only one of the two signed', async () => {
    const session = await bookSession(await openCharger(market));
    await jumpTo(market, session.times.start);
    const own = { ...session, fixture: { ...session.fixture, agent: session.made.sessionKey } };
    expect(await refusalOf(session, await settle(own, { energyWh: 1 }))).toBe(
      'Reading_AgentSignatureInvalid',
    );
  });
});

describe('the ledger after these attacks', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
