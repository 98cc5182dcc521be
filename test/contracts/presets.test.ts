import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leastCap } from '../../protocol/bounds.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { PRESETS, type PresetName, presetAllowance, presetBookingTerms } from '../../protocol/presets.ts';
import type { Tariff, Terms } from '../../protocol/terms.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import {
  deployTestMarket,
  fundDriver,
  type TestMarket,
  TOKEN,
  testListing,
  testTerms,
  write,
} from '../support/market.ts';
import {
  attempt,
  bookArgs,
  draftBooking,
  expectRefusal,
  type Fixture,
  newKey,
  publishArgs,
} from './fixture.ts';

const DECIMALS = 6;
const HOUR_SLOTS = 4;

const host = localAccount('host');

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

const NONE: Tariff = {
  pricePerKwh: 0n,
  pricePerHour: 0n,
  overstayPerHour: 0n,
  flatFee: 0n,
  overstayReserve: 0n,
  discountBp: 0n,
};

/** In token units; the last asks for more trust than a listing may. */
const TARIFFS: [name: string, tariff: Tariff][] = [
  ['nothing', NONE],
  ['0.25 a kWh', { ...NONE, pricePerKwh: 250_000n }],
  ['time and a flat fee', { ...NONE, pricePerHour: 1_000_000n, flatFee: 2_000_000n }],
  [
    'everything, with a reserve and a discount',
    {
      pricePerKwh: 790_000n,
      pricePerHour: 300_000n,
      overstayPerHour: 6_000_000n,
      flatFee: 500_000n,
      overstayReserve: 3_000_000n,
      discountBp: 9_000n,
    },
  ],
  ['20 a kWh', { ...NONE, pricePerKwh: 20_000_000n, overstayReserve: 1n }],
];

async function listed(name: PresetName, tariff: Tariff): Promise<Fixture> {
  const agent = newKey();
  const base = testTerms(host.address, agent.address);
  const trust = presetAllowance(name, tariff, DECIMALS);
  const terms: Terms = {
    ...base,
    tariff,
    bookingTerms: presetBookingTerms(name, DECIMALS),
    metering: { ...base.metering, ...trust },
  };
  const listing = testListing(terms);
  const place = { market, agent, host, listing };
  const fixture = { ...place, listingId: listingIdOf(agent.address, listing.place.connector) };
  await write(market, host, 'publishListing', await publishArgs(fixture, listing));
  return { ...fixture, driver: await fundDriver(market, 40n * TOKEN) };
}

const cases = (Object.keys(PRESETS) as PresetName[]).flatMap((name) =>
  TARIFFS.map(([prices, tariff]) => [name, prices, tariff] as const),
);

describe('a preset', () => {
  it.each(cases)(
    '%s is listed at %s, and booked for an hour and for the longest time',
    async (name, _, tariff) => {
      const fixture = await listed(name, tariff);
      const terms = presetBookingTerms(name, DECIMALS);
      const trust = presetAllowance(name, tariff, DECIMALS);
      for (const slotCount of [HOUR_SLOTS, Number(terms.maxSlots)]) {
        const cap = leastCap(terms.minCapPerSlot, terms.noshowFee, BigInt(slotCount));
        const book = async (money: { cap: bigint }) => {
          const change = { slotCount, money: { ...trust, relayFee: 0n, ...money } };
          const made = await draftBooking(fixture, change);
          return {
            made,
            call: attempt(market, fixture.driver, 'bookAsDriver', bookArgs(fixture, made.booking)),
          };
        };
        const least = await book({ cap });
        await expect(least.call).resolves.toBe(least.made.bookingId);
        const low = await book({ cap: cap - 1n });
        await expectRefusal(low.call, 'Booking_CapTooLow', [cap - 1n, cap]);
      }
    },
  );

  it('asks for no trust but what begins a charge, and the overstay reserve', () => {
    for (const [name, , tariff] of cases) {
      const { unsignedCost, allowedCost } = presetAllowance(name, tariff, DECIMALS);
      expect(unsignedCost).toBe(0n);
      expect(allowedCost).toBeLessThanOrEqual(500_000n + tariff.overstayReserve);
      expect(allowedCost).toBeGreaterThanOrEqual(tariff.overstayReserve);
    }
    const [, plain] = TARIFFS[1] as (typeof TARIFFS)[0];
    expect(presetAllowance('usual', plain, DECIMALS).allowedCost).toBe(25_000n);
  });

  it.each([6, 8])('has the same figures in a token of %s decimals', (decimals) => {
    for (const name of Object.keys(PRESETS) as PresetName[]) {
      const { noshowFee, minCapPerSlot } = presetBookingTerms(name, decimals);
      const scale = 10n ** BigInt(decimals - 6);
      const six = presetBookingTerms(name, DECIMALS);
      expect([noshowFee, minCapPerSlot]).toEqual([six.noshowFee * scale, six.minCapPerSlot * scale]);
    }
  });
});
