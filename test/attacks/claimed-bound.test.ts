import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayPay } from '../../protocol/bounds.ts';
import type { Terms } from '../../protocol/terms.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { attempt, jumpTo, newKey, publishArgs } from '../contracts/fixture.ts';
import { costOf } from '../contracts/reserved.ts';
import { deployTestMarket, TARIFF, type TestMarket, testListing, testTerms } from '../support/market.ts';
import {
  type BookedSession,
  bookSession,
  challenge,
  claim,
  claimAlone,
  expectPaid,
  expectReconciled,
  finalise,
  finaliseAtDeadline,
  HOST,
  openCharger,
  prove,
  refusalOf,
  sendCall,
} from './booked-session.ts';
import { meterRecord } from './meter-record.ts';
import { deployRollup, leastMoney, PRESET_NAMES, presetCharger, presetTerms } from './preset-chargers.ts';

const HOUR_SEC = 3_600;
const DAYS_SEC = 48 * HOUR_SEC;

let anvil: Anvil;
let market: TestMarket;
/** With the windows of a rollup: there an overstay of hours can be invented. */
let slow: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
  slow = await deployRollup(anvil.url);
});
afterAll(() => anvil.stop());

/** Much trust, which a driver may sign by choice. */
const TRUSTING = { cap: 8_000_000n, unsignedCost: 5_000_000n, allowedCost: 100_000n, relayFee: 0n };

describe('a listing asks for the whole cap as first trust', () => {
  const published = async (change: Partial<Terms>) => {
    const agent = newKey();
    const listing = testListing(testTerms(HOST.address, agent.address, change));
    const args = await publishArgs({ market: slow, agent, host: HOST, listing, listingId: '0x' }, listing);
    return attempt(slow, HOST, 'publishListing', args);
  };

  for (const name of PRESET_NAMES) {
    it(`${name}: more than 0.50 and the overstay reserve of 0.50 is refused`, async () => {
      const terms = presetTerms(name);
      for (const part of ['allowedCost', 'unsignedCost'] as const) {
        const asking = (cost: bigint) =>
          published({ ...terms, metering: { ...terms.metering, [part]: cost } });
        for (const cost of [8_000_000n, 1_000_001n]) {
          await expect(asking(cost)).rejects.toThrow('Listing_TermOutOfRange');
        }
        await expect(asking(1_000_000n)).resolves.toBeDefined();
      }
    });

    it(`${name}: of a driver who signed nothing the host gets 0.53 at most, of which 0.50 are for overstay`, async () => {
      const money = { ...leastMoney(name, 2), cap: 5_000_000n };
      const session = await bookSession(await presetCharger(slow, name), { money });
      expect(money.allowedCost).toBe(533_333n);
      await jumpTo(slow, session.times.closes);
      const claimed = await sendCall(session, await claimAlone(session, { energyWh: 8_250 }), HOST);
      expect(await refusalOf(claimed, await challenge(claimed))).toBe('Challenge_NothingUnsigned');
      await finaliseAtDeadline(claimed);
      await expectPaid(session, money.allowedCost);
    });
  }
});

describe('the ledger trusts as the agent does', () => {
  it('25 Wh co-signed, 5 kWh claimed, 5.00 signed: 0.10 is paid, not 1.37', async () => {
    const session = await bookSession(await openCharger(market), { money: TRUSTING });
    await jumpTo(market, session.times.closes);
    const few = { seq: 3, energyWh: 25, endedAt: session.times.start + 10 };
    const shown = await sendCall(session, await claim(session, few), HOST);
    const claimed = await sendCall(shown, await claimAlone(shown, { energyWh: 5_000 }), HOST);
    await finaliseAtDeadline(claimed);
    const cosignedCost = costOf(session.made, few);
    const trusted = mayPay({ ...TRUSTING, cosignedCost, flatFee: TARIFF.flatFee });
    expect([trusted, costOf(session.made, { energyWh: 5_000 })]).toEqual([100_000n, 1_375_000n]);
    await expectPaid(session, trusted);
  });

  it('a flat fee of 2.00 opens no trust: 2.00 is paid of a claim of 3.32', async () => {
    const tariff = { ...TARIFF, flatFee: 2_000_000n };
    const session = await bookSession(await openCharger(market, { tariff }), { money: TRUSTING });
    await jumpTo(market, session.times.closes);
    const plugged = { seq: 0, energyWh: 0, endedAt: session.times.start + 36 };
    const shown = await sendCall(session, await claim(session, plugged), HOST);
    await finaliseAtDeadline(await sendCall(shown, await claimAlone(shown, { energyWh: 5_000 }), HOST));
    // The 36 seconds that both signed cost 0.001, and as much again is trusted.
    await expectPaid(session, 2_002_000n);
  });
});

describe('invented overstay', () => {
  const tariff = { ...TARIFF, overstayPerHour: 1_000_000n };

  /** 2,000 Wh and twelve minutes are co-signed; the agent adds two hours of overstay that nobody saw. */
  async function invented(): Promise<BookedSession> {
    const session = await bookSession(await openCharger(slow, { tariff }), { money: TRUSTING });
    const endedAt = session.times.start + 720;
    await jumpTo(slow, session.times.closes + 2 * HOUR_SEC);
    const signed = { seq: 3, energyWh: 2_000, endedAt };
    const shown = await sendCall(session, await claim(session, signed), HOST);
    const overstaySec = 2 * HOUR_SEC;
    const nothing = await claimAlone(shown, { energyWh: 0, endedAt, overstaySec });
    expect(await refusalOf(shown, nothing, HOST)).toBe('Claim_BelowCosigned');
    return sendCall(shown, await claimAlone(shown, { energyWh: 2_000, endedAt, overstaySec }), HOST);
  }

  const ended = async (session: BookedSession) => {
    await jumpTo(slow, session.times.closes + 2 * HOUR_SEC + DAYS_SEC + 600);
    await sendCall(session, finalise(session));
  };

  it('is challenged: 0.57 is due, not 2.57, whatever the meter proves', async () => {
    const claimed = await invented();
    const disputed = await sendCall(claimed, await challenge(claimed));
    const proven = await sendCall(disputed, prove(disputed, [meterRecord(disputed, 2_000)]), HOST);
    await ended(proven);
    await expectPaid(proven, 570_000n);
  });

  it('is not challenged: 1.09 is paid, as much again as was co-signed less the flat fee', async () => {
    const claimed = await invented();
    await ended(claimed);
    await expectPaid(claimed, 1_090_000n);
  });
});

describe('the ledger after these attacks', () => {
  it('is reconciled by the audit', () => expectReconciled(market));
});
