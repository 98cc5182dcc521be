import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLedger } from '../../audit/command.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import {
  cancelByDriver,
  cancelByHost,
  DEPOSIT,
  expectReconciled,
  HOST,
  moneyOf,
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
  RELAY_FEE,
  reserve,
} from './actors.ts';

const LATE_FEE = NO_SHOW_FEE / 2n;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const findings = async () => {
  const report = await auditLedger({ rpcUrl: market.rpcUrl, market: market.market });
  return report.findings.map(({ code }) => code).filter((code) => code !== 'evidence.missing');
};

describe('a late cancel', () => {
  it('costs half of the no-show fee and frees the slot, in which the next driver charges', async () => {
    const charger = await newCharger(market);
    const first = await reserve(charger);
    await onSnapshot(market, async () => {
      await sendCall(first, cancelByDriver(first), first.fixture.driver);
      await expectFinalMoney(first, 0n);
    });
    await jumpTo(market, first.times.freeUntil);
    const paysLateFee = { bookingId: first.made.bookingId, paysLateFee: true };
    const signed = await signMessageOf(first.fixture.driver, market.ref, 'CancelByDriver', paysLateFee);
    await sendCall(first, cancelByDriver(first, signed), first.relayer);
    await expectFinalMoney(first, LATE_FEE);
    const next = await reserve(charger, { firstSlot: first.made.booking.firstSlot });
    const charge = chargeOf(next, () => true);
    charge.start();
    charge.run(1_200);
    charge.unplug();
    await advanceLedgerTo(next, charge);
    await sendCall(next, await settle(next, charge.final), next.relayer);
    const paid = BigInt(charge.final.energyWh) * PRICE_PER_WH;
    expect(charge.final.energyWh).toBe(3_666);
    await expectFinalMoney(next, paid, paid + LATE_FEE);
  });
});

describe('a driver who overstays into the next booking', () => {
  it('pays from the reserve; the next driver is refunded in full, and the cancel cites the overstay', async () => {
    const charger = await newCharger(market);
    const before = await reserve(charger);
    const { firstSlot, slotCount } = before.made.booking;
    const next = await reserve(charger, { firstSlot: firstSlot + slotCount + 1 });
    const charge = chargeOf(before, () => true);
    charge.start();
    charge.run(3_600 + 900 + 200);
    charge.unplug();
    expect(charge.final).toMatchObject({ energyWh: 11_000, overstaySec: 200, endedAt: before.times.end });
    await advanceLedgerTo(before, charge);
    const overstayedBy = before.made.bookingId;
    expect(await refusalOf(next, cancelByHost(next, overstayedBy), HOST)).toBe('Account_InvalidSignature');
    const message = { bookingId: next.made.bookingId, overstayedBy };
    const agreement = toCompact(
      await signMessageOf(next.made.sessionKey, market.ref, 'CancelByHost', message),
    );
    await sendCall(next, cancelByHost(next, overstayedBy, agreement), HOST);
    await sendCall(before, await settle(before, charge.final), before.relayer);
    const paid = 11_000n * PRICE_PER_WH + 111_111n;
    await expectFinalMoney(before, paid);
    await expectFinalMoney(next, 0n, paid);
    expect(await findings()).toEqual([]);
  });

  it('stays very long: the reserve is what he pays beside the energy, and power ended with the slot', async () => {
    const story = await reserve(await newCharger(market));
    const charge = chargeOf(story, () => true);
    charge.start();
    charge.run(3_600 + 900 + 920);
    expect(charge.deliveredWh).toBe(11_000);
    expect(charge.final.overstaySec).toBe(901);
    await advanceLedgerTo(story, charge);
    await onSnapshot(market, async () => {
      const forever = { ...charge.final, overstaySec: 2 ** 31 };
      await sendCall(story, await settle(story, forever), story.relayer);
      expect(await moneyOf(story)).toEqual({ driver: DEPOSIT - RELAY_FEE - 5_000_000n, host: 5_000_000n });
    });
    await sendCall(story, await settle(story, charge.final), story.relayer);
    await expectFinalMoney(story, 11_000n * PRICE_PER_WH + 500_555n);
  });
});

describe('the ledger after these stories', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
