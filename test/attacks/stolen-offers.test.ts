import fc from 'fast-check';
import { zeroAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packLimits } from '../../protocol/booking.ts';
import { leastPrice } from '../../protocol/bounds.ts';
import { ALWAYS, packHours } from '../../protocol/hours.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import type { Tariff } from '../../protocol/terms.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { attempt, bookArgs, draftBooking, nowOf } from '../contracts/fixture.ts';
import { offered } from '../contracts/offers.ts';
import { fundDriver, TARIFF, type TestMarket, write } from '../support/market.ts';
import { type Charger, DEPOSIT, HOST } from './booked-session.ts';
import { deployRollup, leastMoney, PRESET_NAMES, presetCharger } from './preset-chargers.ts';
import { RUNS_SIMULATED, TIMEOUT } from './search.ts';

/** What the hosts of these tests allow: 30 %. */
const DISCOUNT_BP = 3_000n;
const LISTED: Tariff = { ...TARIFF, discountBp: DISCOUNT_BP };

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployRollup(anvil.url);
});
afterAll(() => anvil.stop());

/** A thief with the agent key offers these prices to himself; the name of the error, or `booked`. */
function thiefAt(charger: Charger, name: (typeof PRESET_NAMES)[number]) {
  const { terms: _, meter: __, windows: ___, ...place } = charger;
  return async (prices: Partial<Tariff>, lastsSec = 60): Promise<string> => {
    const driver = await fundDriver(market, DEPOSIT);
    const fixture = { ...place, driver };
    const listed = await draftBooking(fixture, { money: leastMoney(name, 2) });
    const validUntil = BigInt((await nowOf(market)) + lastsSec);
    const { booking, offer } = offered(fixture, listed.booking, prices, validUntil);
    const signature = await signMessageOf(charger.agent, market.ref, 'Offer', offer);
    const struct = {
      listedTariff: charger.listing.terms.tariff,
      driver: zeroAddress,
      validUntil,
      agentSignature: toCompact(signature),
    };
    const limits = packLimits({ relayer: zeroAddress, validUntil });
    const [asBooked, weeklyHours, place_] = bookArgs(fixture, booking);
    const args = [asBooked, weeklyHours, place_, limits, struct, '0x'];
    return attempt(market, driver, 'bookOffer', args).then(
      () => 'booked',
      (error: Error) => /((?:Offer|Account|Booking|Listing)_\w+)/.exec(error.message)?.[1] ?? error.message,
    );
  };
}

describe('rule 27: a stolen agent key', () => {
  for (const name of PRESET_NAMES) {
    it(`${name}: gives away 30 % of the listed prices at most, and never the overstay`, TIMEOUT, async () => {
      const charger = await presetCharger(market, name, { tariff: LISTED });
      const take = thiefAt(charger, name);
      const prices = fc.constantFrom('pricePerKwh', 'pricePerHour', 'flatFee');
      const property = fc.asyncProperty(prices, fc.integer({ min: -3, max: 3 }), async (price, off) => {
        const least = leastPrice(LISTED[price], DISCOUNT_BP);
        const expected = off < 0 ? 'Offer_PriceOutOfRange' : 'booked';
        expect(await take({ [price]: least + BigInt(off) })).toBe(expected);
        expect(least * 10_000n).toBeGreaterThanOrEqual(LISTED[price] * 7_000n);
      });
      await fc.assert(property, { ...RUNS_SIMULATED, numRuns: 12 });
      for (const part of ['overstayPerHour', 'overstayReserve', 'discountBp'] as const) {
        expect(await take({ [part]: 0n })).toBe('Offer_OverstayDiffers');
      }
      expect(await take({}, 3_600)).toBe('Offer_TooLong');
    });
  }

  it('gives away nothing once the host has changed the listing', async () => {
    const charger = await presetCharger(market, 'usual', { tariff: LISTED });
    const take = thiefAt(charger, 'usual');
    expect(await take({ pricePerKwh: 200_000n })).toBe('booked');
    const listing = { ...charger.listing, weeklyHours: packHours({ ...ALWAYS, mask: ALWAYS.mask - 1n }) };
    await write(market, HOST, 'updateListing', [charger.listing, listing, '0x']);
    expect(await take({ pricePerKwh: 200_000n })).toBe('Listing_TermsMismatch');
    expect(await thiefAt({ ...charger, listing }, 'usual')({ pricePerKwh: 200_000n })).toBe(
      'Offer_SignatureInvalid',
    );
  });

  it('0.00 where the host allows no discount', async () => {
    const charger = await presetCharger(market, 'usual');
    expect(await thiefAt(charger, 'usual')({ pricePerKwh: TARIFF.pricePerKwh - 1n })).toBe(
      'Offer_PriceOutOfRange',
    );
  });
});
