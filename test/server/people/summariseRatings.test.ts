import fc from 'fast-check';
import type { Address } from 'viem';
import { expect, it } from 'vitest';
import { type RatedBy, summariseRatings } from '../../../server/people/summariseRatings.ts';

const account = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`;
const HOST = account(0);
const drivers = fc.integer({ min: 1, max: 6 }).map(account);
const payers = fc.integer({ min: 0, max: 12 }).map(account);
const rating: fc.Arbitrary<RatedBy> = fc.record({
  driver: drivers,
  stars: fc.integer({ min: 1, max: 5 }),
  ratedAt: fc.integer({ min: 0, max: 9 }),
});
const deposits = fc.array(fc.tuple(drivers, payers), { maxLength: 8 });

/** Sets of accounts that grow until no deposit joins two of them: slow, and nothing like what it checks. */
function expected(ratings: readonly RatedBy[], paid: readonly [Address, Address][]) {
  const together = (start: Address): Set<Address> => {
    const all = new Set([start]);
    for (let size = 0; size !== all.size; ) {
      size = all.size;
      for (const [driver, payer] of paid) {
        if (!ratings.some((one) => one.driver === driver)) continue;
        if (all.has(driver) || all.has(payer)) all.add(driver).add(payer);
      }
    }
    return all;
  };
  const groups = new Map<string, RatedBy[]>();
  for (const one of ratings) {
    const members = together(one.driver);
    if (members.has(HOST)) continue;
    const name = [...members].sort().join();
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  const stars = [...groups.values()].map((group) => {
    const newest = Math.max(...group.map(({ ratedAt }) => ratedAt));
    return Math.min(...group.filter(({ ratedAt }) => ratedAt === newest).map((one) => one.stars));
  });
  const sum = stars.reduce((all, one) => all + one, 0);
  return {
    ratings: ratings.length,
    distinctDrivers: new Set(ratings.map(({ driver }) => driver)).size,
    independentPayers: stars.length,
    averageHundredths: stars.length === 0 ? null : Math.floor((sum * 100) / stars.length),
  };
}

it('counts payers, not accounts, whatever the order of ratings and deposits', () => {
  const property = fc.property(fc.array(rating, { maxLength: 12 }), deposits, (ratings, paid) => {
    const payersOf = (driver: Address) => paid.filter(([to]) => to === driver).map(([, payer]) => payer);
    const summary = summariseRatings(ratings, HOST, payersOf);
    expect(summary).toEqual(expected(ratings, paid));
    expect(summariseRatings(ratings.toReversed(), HOST, payersOf)).toEqual(summary);
  });
  fc.assert(property, { seed: 20_261_130, numRuns: process.env.PLUGPACT_DEEP === undefined ? 300 : 10_000 });
});

it('is not moved by a hundred accounts of one purse, nor by the host’s own', () => {
  const honest = { driver: account(900), stars: 2, ratedAt: 5 };
  const puppets = Array.from({ length: 100 }, (_, i) => ({
    driver: account(1_000 + i),
    stars: 5,
    ratedAt: 6,
  }));
  const own = { driver: account(800), stars: 5, ratedAt: 7 };
  const payersOf = (driver: Address) =>
    driver === honest.driver ? [account(1)] : driver === own.driver ? [HOST] : [account(2)];
  expect(summariseRatings([honest, ...puppets, own], HOST, payersOf)).toEqual({
    ratings: 102,
    distinctDrivers: 102,
    independentPayers: 2,
    averageHundredths: 350,
  });
});
