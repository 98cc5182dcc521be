import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import {
  claim,
  claimAlone,
  expectReconciled,
  finaliseAtDeadline,
  HOST,
  onSnapshot,
  refusalOf,
  sendCall,
  settle,
  settleAlone,
} from '../attacks/booked-session.ts';
import type { SimulatedCharge } from '../attacks/simulated-charge.ts';
import { deployTestMarket, type TestMarket } from '../support/market.ts';
import {
  advanceLedgerTo,
  chargeOf,
  expectFinalMoney,
  MONEY,
  newCharger,
  PRICE_PER_WH,
  reserve,
} from './actors.ts';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** The cable is out, and the agent waits ten minutes for a signature in vain. */
function unplugged(charge: SimulatedCharge): void {
  charge.unplug();
  charge.run(660);
}

const costOf = ({ energyWh }: { energyWh: number }) => BigInt(energyWh) * PRICE_PER_WH;

describe('a phone dies at plug-in', () => {
  it('after the start secret was sent: what is allowed flows and is paid, not a unit more', async () => {
    const story = await reserve(await newCharger(market));
    const charge = chargeOf(story, () => false);
    charge.start();
    charge.run(1_800);
    expect(charge.session).toMatchObject({ pause: { reason: 'UNSIGNED' }, current: { acceptedA: 0 } });
    unplugged(charge);
    expect(charge.deliveredWh).toBe(91);
    await advanceLedgerTo(story, charge);
    const shown = settle(story, charge.final);
    await onSnapshot(market, async () => {
      await sendCall(story, await shown, story.relayer);
      await expectFinalMoney(story, costOf(charge.final));
    });
    await sendCall(story, await settleAlone(story, charge.final), HOST);
    expect(costOf(charge.final)).toBeLessThanOrEqual(MONEY.allowedCost);
    await expectFinalMoney(story, costOf(charge.final));
  });

  it('before the start secret was sent: the start code on the receipt, typed at the charger, starts the charge', async () => {
    const story = await reserve(await newCharger(market));
    const charge = chargeOf(story, () => false);
    charge.run(300);
    expect(charge.deliveredWh).toBe(0);
    charge.start();
    charge.run(900);
    unplugged(charge);
    await advanceLedgerTo(story, charge);
    await sendCall(story, await settleAlone(story, charge.final), HOST);
    expect(costOf(charge.final)).toBeLessThanOrEqual(MONEY.allowedCost);
    await expectFinalMoney(story, costOf(charge.final));
  });
});

describe('a phone dies half-way', () => {
  it('the charge goes on within the unsigned limit, and the host is paid for all of it', async () => {
    const story = await reserve(await newCharger(market));
    const diesAt = story.times.start + 900;
    const charge = chargeOf(story, ({ endedAt }) => endedAt < diesAt);
    charge.start();
    charge.run(3_000);
    expect(charge.session).toMatchObject({ pause: { reason: 'UNSIGNED' }, current: { acceptedA: 0 } });
    unplugged(charge);
    const cosigned = charge.newest.energyWh;
    expect(charge.final.energyWh).toBeGreaterThan(cosigned * 1.9);
    expect(charge.final.energyWh).toBeLessThanOrEqual(2 * cosigned + 31);
    await advanceLedgerTo(story, charge);
    const claimed = await sendCall(story, await claim(story, charge.newest), HOST);
    await finaliseAtDeadline(await sendCall(claimed, await claimAlone(claimed, charge.final), HOST));
    await expectFinalMoney(story, costOf(charge.final));
  });
});

describe('a guest without a phone', () => {
  it('charges by RFID card: the person who booked allowed its cost before, and it is paid at once', async () => {
    const money = { ...MONEY, allowedCost: 2_000_000n };
    const story = await reserve(await newCharger(market), { money });
    const charge = chargeOf(story, () => false);
    charge.start();
    charge.run(1_200);
    unplugged(charge);
    expect(charge.final.energyWh).toBe(3_666);
    await advanceLedgerTo(story, charge);
    await onSnapshot(market, async () => {
      const most = { ...charge.final, energyWh: 3_667 };
      expect(await refusalOf(story, await claimAlone(story, most), HOST)).toBe('Reading_PowerExceeded');
    });
    await sendCall(story, await settleAlone(story, charge.final), HOST);
    await expectFinalMoney(story, 916_500n);
  });
});

describe('the ledger after these stories', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
