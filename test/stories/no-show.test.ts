import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import {
  arrived,
  claim,
  claimAlone,
  deadlineOf,
  expectReconciled,
  expire,
  finalise,
  finaliseAtDeadline,
  HOST,
  noShow,
  onSnapshot,
  refusalOf,
  sendCall,
  settle,
} from '../attacks/booked-session.ts';
import { jumpTo } from '../contracts/fixture.ts';
import { deployTestMarket, type TestMarket } from '../support/market.ts';
import {
  advanceLedgerTo,
  chargeOf,
  expectFinalMoney,
  NO_SHOW_FEE,
  newCharger,
  PRICE_PER_WH,
  reserve,
} from './actors.ts';

const HOUR_SEC = 3_600;
/** As on a main network: two days of silence are less than the time to report. */
const THREE_DAYS = { reportSec: 72 * HOUR_SEC, challengeSec: 72 * HOUR_SEC, proofSec: 72 * HOUR_SEC };

let anvil: Anvil;
let market: TestMarket;
let patient: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
  patient = await deployTestMarket(anvil.url, THREE_DAYS);
});
afterAll(() => anvil.stop());

describe('a driver never comes', () => {
  it('and the host is honest: the fee for the free connector', async () => {
    const story = await reserve(await newCharger(market));
    await jumpTo(market, story.times.noShowFrom);
    await finaliseAtDeadline(await sendCall(story, await noShow(story), HOST));
    await expectFinalMoney(story, NO_SHOW_FEE);
  });

  it('and the host claims nothing: the driver is refunded in full', async () => {
    const story = await reserve(await newCharger(market));
    await jumpTo(market, story.times.reportBy);
    await sendCall(story, expire(story), story.relayer);
    await expectFinalMoney(story, 0n);
  });

  it('and the host claims a charge: without the start secret he gets only the fee', async () => {
    const story = await reserve(await newCharger(market));
    await jumpTo(market, story.times.closes);
    const invented = await claimAlone(story, { energyWh: 8_000 }, story.made.booking.startHash);
    expect(await refusalOf(story, invented, HOST)).toBe('Claim_SecretMismatch');
    await finaliseAtDeadline(await sendCall(story, await noShow(story), HOST));
    await expectFinalMoney(story, NO_SHOW_FEE);
  });

  it('says a dishonest host, of a driver at a dead wallbox: the host gets nothing, and the fee goes to nobody', async () => {
    const story = await reserve(await newCharger(market));
    await jumpTo(market, story.times.start + 120);
    const here = await sendCall(story, await arrived(story), story.relayer);
    await jumpTo(market, here.times.noShowFrom);
    const contested = await sendCall(here, await noShow(here), HOST);
    await finaliseAtDeadline(contested);
    await expectFinalMoney(story, NO_SHOW_FEE, 0n);
  });

  it('says a dishonest host, of a driver who slept: it can be contradicted until the claim ends', async () => {
    const story = await reserve(await newCharger(market));
    await jumpTo(market, story.times.noShowFrom);
    const claimed = await sendCall(story, await noShow(story), HOST);
    await jumpTo(market, deadlineOf(claimed) - 60);
    const contested = await sendCall(claimed, await arrived(claimed), story.relayer);
    expect(deadlineOf(contested)).toBe(deadlineOf(claimed));
    await finaliseAtDeadline(contested);
    await expectFinalMoney(story, NO_SHOW_FEE, 0n);
  });

  it('and his agent is silent: who said to be there is refunded in full, as is who did not', async () => {
    const story = await reserve(await newCharger(market));
    await jumpTo(market, story.times.start + 120);
    const here = await sendCall(story, await arrived(story), story.relayer);
    await jumpTo(market, here.times.reportBy);
    await sendCall(here, expire(here), story.relayer);
    await expectFinalMoney(story, 0n);
  });
});

describe('an agent is down for two days', () => {
  const COST = 9_166n * PRICE_PER_WH;

  /** Ten minutes of co-signed charging, then the agent stops; the driver unplugs after fifty; it starts after two days. */
  async function twoDays() {
    const story = await reserve(await newCharger(patient), {}, THREE_DAYS);
    const charge = chargeOf(story, ({ endedAt }) => endedAt < story.times.start + 600);
    charge.start();
    charge.run(600);
    charge.agentOutage(48 * HOUR_SEC, 3_000 - 600);
    await advanceLedgerTo(story, charge);
    expect(charge.final).toMatchObject({ endedAt: story.times.start + 3_000, energyWh: 9_166 });
    return { story, charge };
  }

  it('and the driver is honest: the last reading, co-signed when the agent is back, pays all of it', async () => {
    const { story, charge } = await twoDays();
    await sendCall(story, await settle(story, charge.final), story.relayer);
    await expectFinalMoney(story, COST);
  });

  it('and the driver uses an old reading meanwhile: as much again as was signed is paid', async () => {
    const { story, charge } = await twoDays();
    const old = charge.cosigned[3]!;
    const shown = await sendCall(story, await claim(story, old), story.fixture.driver);
    await onSnapshot(patient, async () => {
      await sendCall(shown, await settle(shown, charge.final), story.relayer);
      await expectFinalMoney(story, COST);
    });
    const newest = await sendCall(shown, await claim(shown, charge.newest), HOST);
    const raised = await sendCall(newest, await claimAlone(newest, charge.final), HOST);
    await jumpTo(patient, charge.nowSec + 73 * HOUR_SEC);
    await sendCall(raised, finalise(raised), story.relayer);
    await expectFinalMoney(story, 2n * BigInt(charge.newest.energyWh) * PRICE_PER_WH);
  });

  it('and never starts again: what both signed is paid if the driver claims it, else nothing', async () => {
    const { story, charge } = await twoDays();
    await onSnapshot(patient, async () => {
      await jumpTo(patient, story.times.reportBy);
      await sendCall(story, expire(story), story.relayer);
      await expectFinalMoney(story, 0n);
    });
    const shown = await sendCall(story, await claim(story, charge.newest), story.fixture.driver);
    await jumpTo(patient, charge.nowSec + 73 * HOUR_SEC);
    await sendCall(shown, finalise(shown), story.relayer);
    await expectFinalMoney(story, BigInt(charge.newest.energyWh) * PRICE_PER_WH);
  });
});

describe('the ledger after these stories', () => {
  it('is reconciled by the audit', async () => {
    await expectReconciled(market);
    await expectReconciled(patient);
  });
});
