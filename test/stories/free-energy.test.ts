import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LISTING_STATUS } from '../../protocol/listing.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import {
  type BookedSession,
  challenge,
  claim,
  claimAlone,
  DEPOSIT,
  expectReconciled,
  finaliseAtDeadline,
  HOST,
  onSnapshot,
  prove,
  refusalOf,
  sendCall,
  settle,
} from '../attacks/booked-session.ts';
import { meterRecord } from '../attacks/meter-record.ts';
import type { SimulatedCharge } from '../attacks/simulated-charge.ts';
import { purseOf } from '../contracts/fixture.ts';
import { deployTestMarket, type TestMarket, write } from '../support/market.ts';
import {
  advanceLedgerTo,
  chargeOf,
  expectFinalMoney,
  MONEY,
  newCharger,
  PRICE_PER_WH,
  RELAY_FEE,
  reserve,
} from './actors.ts';

const BOND = MONEY.unsignedCost;
const costOf = ({ energyWh }: { energyWh: number }) => BigInt(energyWh) * PRICE_PER_WH;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** A driver co-signs for some time, takes what flows unsigned, unplugs, and disputes what is not co-signed. */
async function taken(isMetered: boolean, cosignsForSec: number) {
  const story = await reserve(await newCharger(market, isMetered));
  const silentFrom = story.times.start + cosignsForSec;
  const charge = chargeOf(story, ({ endedAt }) => endedAt < silentFrom);
  charge.start();
  charge.run(3_000);
  charge.unplug();
  await advanceLedgerTo(story, charge);
  const isSigned = charge.cosigned.length > 0;
  const shown = isSigned ? await sendCall(story, await claim(story, charge.newest), HOST) : story;
  const claimed = await sendCall(shown, await claimAlone(shown, charge.final), HOST);
  const disputed = await sendCall(claimed, await challenge(claimed), story.relayer);
  return { story, charge, disputed };
}

/** The meter's own record of the whole charge. */
const proofOf = (disputed: BookedSession, { final }: SimulatedCharge) =>
  prove(disputed, [meterRecord(disputed, final.energyWh)]);

describe('free energy', () => {
  it('for a new wallet that signs nothing, at a meter that does not sign: 100 Wh, the initial unsigned limit', async () => {
    const { story, charge, disputed } = await taken(false, 0);
    expect(charge.deliveredWh).toBe(100);
    await finaliseAtDeadline(disputed);
    await expectFinalMoney(story, 0n);
  });

  it('for the same at a meter that signs: the initial unsigned limit is paid, and the bond is lost', async () => {
    const { story, charge, disputed } = await taken(true, 0);
    await sendCall(disputed, proofOf(disputed, charge), HOST);
    await expectFinalMoney(story, MONEY.firstUnsignedCost + BOND);
  });

  it('for a driver who signs for ten minutes and then disputes: what was signed is paid, as much is lost', async () => {
    const { story, charge, disputed } = await taken(false, 600);
    const signedWh = charge.newest.energyWh;
    expect(charge.deliveredWh).toBeLessThanOrEqual(2 * signedWh + 31);
    await finaliseAtDeadline(disputed);
    await expectFinalMoney(story, costOf(charge.newest));
  });

  it('for the same at a meter that signs: all of it is paid, and the bond is lost', async () => {
    const { story, charge, disputed } = await taken(true, 600);
    await sendCall(disputed, proofOf(disputed, charge), HOST);
    await expectFinalMoney(story, costOf(charge.final) + BOND);
  });

  it('for one wallet after another: each locks cap and bond, and gets the initial unsigned limit at most', async () => {
    for (let wallet = 0; wallet < 3; wallet++) {
      const { story, charge, disputed } = await taken(false, 0);
      const [free] = await purseOf(market, story.fixture.driver.address);
      expect(free).toBe(DEPOSIT - RELAY_FEE - MONEY.cap - BOND);
      expect(charge.deliveredWh).toBe(100);
      await finaliseAtDeadline(disputed);
      await expectFinalMoney(story, 0n);
    }
  });
});

describe('an agent key is revoked during a charge', () => {
  it('what both signed is paid; a unilateral claim by the thief of the key is refused', async () => {
    const story = await reserve(await newCharger(market));
    const charge = chargeOf(story, ({ endedAt }) => endedAt < story.times.start + 900);
    charge.start();
    charge.run(900);
    await write(market, HOST, 'setListingStatus', [story.fixture.listing, LISTING_STATUS.REVOKED, '0x']);
    charge.run(900);
    charge.stop();
    await advanceLedgerTo(story, charge);
    expect(await refusalOf(story, await claimAlone(story, charge.final))).toBe('Claim_AgentKeyRevoked');
    await onSnapshot(market, async () => {
      await sendCall(story, await settle(story, charge.final), story.relayer);
      await expectFinalMoney(story, costOf(charge.final));
    });
    const shown = await sendCall(story, await claim(story, charge.newest), HOST);
    expect(await refusalOf(shown, await claimAlone(shown, charge.final))).toBe('Claim_AgentKeyRevoked');
    await finaliseAtDeadline(shown);
    await expectFinalMoney(story, costOf(charge.newest));
  });
});

describe('the ledger after these stories', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
