import fc from 'fast-check';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costRoundedDown } from '../../protocol/cost.ts';

import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { jumpTo, nowOf, readingOf } from '../contracts/fixture.ts';
import { costOf } from '../contracts/reserved-booking.ts';
import { deployTestMarket, TARIFF, type TestMarket } from '../support/market.ts';
import {
  act,
  actIfAllowed,
  BOND,
  challenge,
  claim,
  claimAlone,
  DEPOSIT,
  deadlineOf,
  expectPaid,
  expectReconciled,
  FIRST_TRUST,
  finish,
  HOST,
  IN_TIME,
  inFork,
  moneyOf,
  openCharger,
  PLAYED,
  prove,
  refusalOf,
  settle,
  settleBent,
  TRUST,
  type Visit,
  visit,
} from './booked-session.ts';
import { record } from './meter-record.ts';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** The car stands there almost until nobody can report any more. */
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
    timeSec: fc.integer({ min: 1, max: 2_700 }),
    part: fc.integer({ min: 0, max: 100 }),
    overstaySec: fc.integer({ min: 0, max: OVERSTAY_SEC }),
    isChallenged: fc.boolean(),
    provenWh: fc.option(fc.integer({ min: 0, max: 9_000 })),
  })
  .map(({ part, ...lie }) => ({
    ...lie,
    energyWh: Math.floor((Math.floor((11_000 * lie.timeSec) / 3_600) * part) / 100),
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
  [{ ...BEST, energyWh: 0, isChallenged: true, provenWh: 0 }],
];

/** Plays a lie to its end. */
async function lied(v: Visit, lie: Lie): Promise<void> {
  const usage = { endedAt: v.times.start + lie.timeSec, overstaySec: lie.overstaySec };
  const cosigned = { seq: 3, energyWh: lie.cosignedWh };
  const before = lie.cosignedWh === 0 ? v : await act(v, await claim(v, cosigned), HOST);
  const claimed = await act(before, await claimAlone(before, { ...usage, energyWh: lie.energyWh }), HOST);
  if (!lie.isChallenged) return void (await finish(claimed));
  const disputed = await act(claimed, await challenge(claimed));
  if (lie.provenWh === null) return void (await finish(disputed));
  const call = prove(disputed, [record(disputed, lie.provenWh)]);
  if ((await refusalOf(disputed, call, HOST)) !== undefined) return void (await finish(disputed));
  const proven = await act(disputed, call, HOST);
  if (lie.provenWh < lie.energyWh) await finish(proven);
}

describe('rule 1: the bound of every unilateral path', () => {
  it(
    'a host with a soft meter key lies as he likes: search for the lie that pays best',
    IN_TIME,
    async () => {
      const v = await visit(await openCharger(market));
      await jumpTo(market, v.times.closes + OVERSTAY_SEC);
      let best = 0n;
      const property = fc.asyncProperty(lies, async (lie) => {
        const { driver, host } = await inFork(market, async () => {
          await lied(v, lie);
          return moneyOf(v);
        });
        const cosigned = lie.cosignedWh === 0 ? 0n : costOf(v.made, { energyWh: lie.cosignedWh });
        const trust = lie.cosignedWh === 0 ? FIRST_TRUST : TRUST;
        const isForfeited = lie.isChallenged && lie.provenWh !== null && lie.provenWh >= lie.energyWh;
        const gain = host - cosigned - (isForfeited ? BOND : 0n);
        expect(gain).toBeLessThanOrEqual(trust);
        expect(gain).toBeGreaterThanOrEqual(0n);
        expect(driver + host).toBe(DEPOSIT);
        if (gain > best) best = gain;
      });
      await fc.assert(property, { ...PLAYED, examples: BEST_LIES });
      expect(best).toBe(TRUST);
    },
  );

  it("a host charges his own car under the guest's tag, and his true meter signs it", async () => {
    const cosigned = { seq: 3, energyWh: 2_000 };
    const v = await visit(await openCharger(market));
    await jumpTo(market, v.times.closes);
    const shown = await act(v, await claim(v, cosigned), HOST);
    const claimed = await act(shown, await claimAlone(shown), HOST);
    await inFork(market, async () => {
      await finish(claimed);
      await expectPaid(v, costOf(v.made, cosigned) + TRUST);
    });
    const disputed = await act(claimed, await challenge(claimed));
    await act(disputed, prove(disputed, [record(disputed, 8_123)]), HOST);
    await expectPaid(v, costOf(v.made, cosigned) + TRUST + BOND);
  });

  it('a host books his own charger through another account of his: both together gain nothing', async () => {
    const v = await visit(await openCharger(market));
    await jumpTo(market, v.times.closes);
    await act(v, await settle(v, { energyWh: 8_250, endedAt: v.times.closes, overstaySec: 90_000 }), HOST);
    const { driver, host } = await moneyOf(v);
    expect(host).toBe(v.made.booking.money.cap);
    expect(driver + host).toBe(DEPOSIT);
  });
});

const RICH = { cap: 12_000_000n, unsignedCost: TRUST, firstUnsignedCost: FIRST_TRUST, relayFee: 0n };
const deadlineOrReport = (v: Visit) => (v.state.head === 1n ? v.times.reportBy : deadlineOf(v));

describe('rule 2: final is a signed word', () => {
  const SOLD_WH = [0, 900, 11_000, 26_000, 39_000];

  const newest = { seq: 4, energyWh: SOLD_WH[4]! };
  const moves = fc.array(fc.record({ seq: fc.nat({ max: 4 }), waitSec: fc.nat({ max: 2_000 }) }), {
    minLength: 1,
    maxLength: 4,
  });

  /** The driver moves, then the host answers once, then the deadline passes. */
  async function ended(v: Visit, chosen: { seq: number; waitSec: number }[]): Promise<Visit> {
    let at = v;
    for (const { seq, waitSec } of chosen) {
      const now = (await nowOf(market)) + 1;
      await jumpTo(market, Math.max(now, Math.min(now + waitSec, deadlineOrReport(at) - 60)));
      at = await actIfAllowed(at, await claim(at, { seq, energyWh: SOLD_WH[seq]! }), at.scene.driver);
    }
    return finish(await actIfAllowed(at, await claim(at, newest)));
  }

  it(
    'a driver shows seq 1 after 39 kWh, in any order, at any time: the newest is paid',
    IN_TIME,
    async () => {
      const v = await visit(await openCharger(market), { money: RICH });
      await jumpTo(market, v.times.opens);
      const owed = costRoundedDown(TARIFF, readingOf(v.made, newest), v.made.booking.money.cap);
      const property = fc.asyncProperty(moves, async (chosen) => {
        const money = await inFork(market, async () => moneyOf(await ended(v, chosen)));
        expect(money).toEqual({ driver: DEPOSIT - owed, host: owed });
      });
      await fc.assert(property, PLAYED);
    },
  );

  it('a driver calls an early reading final: the word is inside what the agent signed', async () => {
    const v = await visit(await openCharger(market));
    await jumpTo(market, v.times.start);
    const early = { seq: 1, energyWh: 900 };
    const honest = await settle(v, { ...early, isFinal: false });
    expect(await refusalOf(v, honest, v.scene.driver)).toBe('Reading_NotFinal');
    const bent = await settleBent(v, early, { ...early, isFinal: false });
    expect(await refusalOf(v, bent, v.scene.driver)).toBe('Reading_AgentSignatureInvalid');
  });

  it('a driver ends a claim early by a reading that only one of the two signed', async () => {
    const v = await visit(await openCharger(market));
    await jumpTo(market, v.times.start);
    const own = { ...v, scene: { ...v.scene, agent: v.made.sessionKey } };
    expect(await refusalOf(v, await settle(own, { energyWh: 1 }))).toBe('Reading_AgentSignatureInvalid');
  });
});

describe('the ledger after these attacks', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
