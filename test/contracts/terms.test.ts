import { type Hex, keccak256, padHex, stringToHex, zeroHash } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listingIdOf } from '../../protocol/listing.ts';
import { type BookingTerms, type Metering, type Terms, toTermsStruct } from '../../protocol/terms.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { deployTestMarket, TARIFF, type TestMarket, testListing, testTerms } from '../support/market.ts';
import { attempt, expectRefusal, newKey, publishArgs } from './fixture.ts';

const host = localAccount('host');

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
});
afterAll(() => anvil.stop());

/** An unlisted charger with these terms. */
async function charger(change: Partial<Terms> = {}) {
  const agent = newKey();
  const listing = testListing(testTerms(host.address, agent.address, change));
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const one = { market, agent, host, listing, listingId };
  return one;
}

type Charger = Awaited<ReturnType<typeof charger>>;

const tryPublish = async (one: Charger, listing = one.listing) =>
  attempt(market, host, 'publishListing', await publishArgs(one, listing));

describe('terms', () => {
  const name = (term: string) => padHex(stringToHex(term), { size: 32, dir: 'right' });
  const base = testTerms(host.address, host.address);
  const terms = (change: Partial<BookingTerms>) => ({ bookingTerms: { ...base.bookingTerms, ...change } });
  const metering = (change: Partial<Metering>) => ({ metering: { ...base.metering, ...change } });

  it.each([
    ['maxSlots', terms({ maxSlots: 97n }), 97n, 96n],
    ['minSlots', terms({ minSlots: 5n, maxSlots: 4n }), 5n, 4n],
    ['minSlots', terms({ minSlots: 0n }), 0n, 1n],
    ['horizonSlots', terms({ horizonSlots: 1_569n }), 1_569n, 1_568n],
    ['maxSlots over horizon', terms({ maxSlots: 8n, horizonSlots: 7n }), 8n, 7n],
    ['allowedCost', metering({ allowedCost: 1_000_001n }), 1_000_001n, 1_000_000n],
    ['unsignedCost', metering({ unsignedCost: 1_000_001n }), 1_000_001n, 1_000_000n],
    ['discountBp', { tariff: { ...TARIFF, discountBp: 9_001n } }, 9_001n, 9_000n],
    ['noshowTimeoutMin', terms({ noshowTimeoutMin: 14n }), 14n, 15n],
    ['noshowTimeoutMin', terms({ noshowTimeoutMin: 60n }), 60n, 59n],
    ['cancelUntilMin', terms({ cancelUntilMin: 10_081n }), 10_081n, 10_080n],
    ['maxPowerW', metering({ maxPowerW: 0n }), 0n, 1n],
    ['earlyStartMin', terms({ earlyStartMin: 361n }), 361n, 360n],
    ['lateStopMin', terms({ lateStopMin: 361n }), 361n, 360n],
  ] as const)('out of range are refused: %s (%#)', async (term, change, value, limit) => {
    const one = await charger(change);
    await expectRefusal(tryPublish(one), 'Listing_TermOutOfRange', [name(term), value, limit]);
  });

  it('at the edge of their range are accepted', async () => {
    const slots = { minSlots: 96n, maxSlots: 96n, horizonSlots: 1_568n };
    const edges = { ...slots, earlyStartMin: 360n, lateStopMin: 360n, cancelUntilMin: 10_080n };
    const trust = metering({ unsignedCost: 1_000_000n, allowedCost: 1_000_000n });
    const tariff = { ...TARIFF, discountBp: 9_000n };
    for (const noshowTimeoutMin of [15n, 59n]) {
      const one = await charger({ ...terms({ ...edges, noshowTimeoutMin }), ...trust, tariff });
      await expect(tryPublish(one)).resolves.toBe(one.listingId);
    }
  });

  it('ask for no trust beyond the constant and the overstay reserve', async () => {
    const tariff = { ...TARIFF, overstayReserve: 0n };
    const most = await charger({ tariff, ...metering({ unsignedCost: 500_000n, allowedCost: 500_000n }) });
    await expect(tryPublish(most)).resolves.toBe(most.listingId);
    const more = await charger({ tariff, ...metering({ unsignedCost: 0n, allowedCost: 500_001n }) });
    await expectRefusal(tryPublish(more), 'Listing_TermOutOfRange', [
      name('allowedCost'),
      500_001n,
      500_000n,
    ]);
  });

  it('wait at most a day for a guest, however long the time to report is', async () => {
    const windows = { reportSec: 172_800, challengeSec: 172_800, proofSec: 172_800 };
    const rollup = await deployTestMarket(anvil.url, windows);
    const publishing = async (noshowTimeoutMin: bigint) => {
      const one = { ...(await charger(terms({ noshowTimeoutMin }))), market: rollup };
      return attempt(rollup, host, 'publishListing', await publishArgs(one, one.listing));
    };
    await expect(publishing(1_440n)).resolves.toBeDefined();
    await expectRefusal(publishing(1_441n), 'Listing_TermOutOfRange', [
      name('noshowTimeoutMin'),
      1_441n,
      1_440n,
    ]);
  });

  it.each([
    [6n, 7n],
    [10n, 9n],
  ])('name a cell of resolution 7 to 9, not %s', async (resolution, limit) => {
    const one = await charger({});
    const location = (one.listing.place.location & ~(0xffn << 64n)) | (resolution << 64n);
    const listing = { ...one.listing, place: { ...one.listing.place, location } };
    await expectRefusal(tryPublish(one, listing), 'Listing_TermOutOfRange', [
      name('h3Resolution'),
      resolution,
      limit,
    ]);
  });

  it('refuse a cell that is finer than the resolution it is listed under', async () => {
    const one = await charger({});
    const fine = BigInt('0x891f1d48863ffff');
    const location = (one.listing.place.location & ~((1n << 64n) - 1n)) | fine;
    const listing = { ...one.listing, place: { ...one.listing.place, location } };
    await expectRefusal(tryPublish(one, listing), 'Listing_TermOutOfRange', [name('h3Cell'), 9n, 8n]);
  });

  it('hold a meter key of 64 bytes with its hash and a known algorithm, or none of it', async () => {
    const key: Hex = `0x${'ab'.repeat(64)}`;
    const one = await charger({});
    const refused = async (algorithm: number, meterKey: Hex, meterKeyHash: Hex) => {
      const packed = toTermsStruct(base).metering | (BigInt(algorithm) << 160n);
      const listing = {
        ...one.listing,
        meterKey,
        terms: { ...one.listing.terms, metering: packed, meterKeyHash },
      };
      const length = BigInt((meterKey.length - 2) / 2);
      await expectRefusal(tryPublish(one, listing), 'Listing_MeterKeyInvalid', [algorithm, length]);
    };
    await refused(0, key, zeroHash);
    await refused(0, '0x', keccak256(key));
    await refused(1, '0x', zeroHash);
    await refused(1, `${key}00`, keccak256(`${key}00`));
    await refused(2, key, keccak256('0x'));
    await refused(3, key, keccak256(key));
    const metered = {
      ...metering({ meterAlgorithm: 'ECDSA-secp256r1-SHA256' }),
      meterKeyHash: keccak256(key),
    };
    const good = await charger(metered);
    await expect(tryPublish(good, { ...good.listing, meterKey: key })).resolves.toBe(good.listingId);
  });
});
