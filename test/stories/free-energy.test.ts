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
  settleAlone,
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
/** 100 Wh are allowed; the agent pauses a sample before, and the wallbox samples every 10 s. */
const ALLOWED_WH = 91;
/** The agent waits ten minutes for a signature after the cable is out. */
const NO_SIGNATURE_SEC = 660;
const costOf = ({ energyWh }: { energyWh: number }) => BigInt(energyWh) * PRICE_PER_WH;

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** A driver co-signs for some time, takes what flows unsigned, and unplugs; the agent waits for a signature in vain. */
async function taken(isMetered: boolean, cosignsForSec: number) {
  const story = await reserve(await newCharger(market, isMetered));
  const silentFrom = story.times.start + cosignsForSec;
  const charge = chargeOf(story, ({ endedAt }) => endedAt < silentFrom);
  charge.start();
  charge.run(3_000);
  charge.unplug();
  charge.run(NO_SIGNATURE_SEC);
  await advanceLedgerTo(story, charge);
  return { story, charge };
}

/** The same by a driver who signed: the agent claims the rest alone, and the driver disputes that. */
async function disputedAfter(isMetered: boolean, cosignsForSec: number) {
  const { story, charge } = await taken(isMetered, cosignsForSec);
  const shown = await sendCall(story, await claim(story, charge.newest), HOST);
  const claimed = await sendCall(shown, await claimAlone(shown, charge.final), HOST);
  const disputed = await sendCall(claimed, await challenge(claimed), story.relayer);
  return { story, charge, disputed };
}

/** The meter's own record of the whole charge. */
const proofOf = (disputed: BookedSession, { final }: SimulatedCharge) =>
  prove(disputed, [meterRecord(disputed, final.energyWh)]);

describe('free energy', () => {
  it.each([false, true])(
    'for a new wallet that signs nothing (signing meter: %s): none, all of it is allowed',
    async (isMetered) => {
      const { story, charge } = await taken(isMetered, 0);
      expect(charge.deliveredWh).toBe(ALLOWED_WH);
      await sendCall(story, await settleAlone(story, charge.final), HOST);
      await expectFinalMoney(story, costOf(charge.final));
    },
  );

  it('for a driver who signs for ten minutes and then disputes: what was signed is paid, as much is lost', async () => {
    const { story, charge, disputed } = await disputedAfter(false, 600);
    const signedWh = charge.newest.energyWh;
    expect(charge.deliveredWh).toBeLessThanOrEqual(2 * signedWh + 31);
    await finaliseAtDeadline(disputed);
    await expectFinalMoney(story, costOf(charge.newest));
  });

  it('for the same at a meter that signs: all of it is paid, and as much of the bond as was disputed is lost', async () => {
    const { story, charge, disputed } = await disputedAfter(true, 600);
    await sendCall(disputed, proofOf(disputed, charge), HOST);
    const disputedCost = costOf(charge.final) - costOf(charge.newest);
    expect(disputedCost).toBeLessThan(BOND);
    await expectFinalMoney(story, costOf(charge.final) + disputedCost);
  });

  it('for one wallet after another: each locks cap and bond, and pays what it was allowed to take', async () => {
    for (let wallet = 0; wallet < 3; wallet++) {
      const { story, charge } = await taken(false, 0);
      const [free] = await purseOf(market, story.fixture.driver.address);
      expect(free).toBe(DEPOSIT - RELAY_FEE - MONEY.cap - BOND);
      expect(charge.deliveredWh).toBe(ALLOWED_WH);
      await sendCall(story, await settleAlone(story, charge.final), HOST);
      await expectFinalMoney(story, costOf(charge.final));
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
    charge.unplug();
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
