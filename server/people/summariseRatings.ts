import type { Address } from 'viem';
import type { RatingSummary } from '../../protocol/api/ratings.ts';

export interface RatedBy {
  driver: Address;
  stars: number;
  ratedAt: number;
}

/**
 * What ratings are worth together. Many accounts cost nothing, money does: drivers whose deposits came from the same
 * account count as one, by their newest rating, and those whom the host pays not at all.
 *
 * @param payersOf From which accounts a driver's deposits came.
 */
export function summariseRatings(
  ratings: readonly RatedBy[],
  host: Address,
  payersOf: (driver: Address) => readonly Address[],
): RatingSummary {
  const groups = new Groups();
  for (const { driver } of ratings) for (const payer of payersOf(driver)) groups.join(driver, payer);
  const newest = new Map<Address, RatedBy>();
  for (const rating of ratings) {
    const group = groups.of(rating.driver);
    if (group === groups.of(host)) continue;
    const known = newest.get(group);
    if (known === undefined || isNewer(rating, known)) newest.set(group, rating);
  }
  const sum = [...newest.values()].reduce((all, { stars }) => all + stars, 0);
  return {
    ratings: ratings.length,
    distinctDrivers: new Set(ratings.map(({ driver }) => driver)).size,
    independentPayers: newest.size,
    averageHundredths: newest.size === 0 ? null : Math.floor((100 * sum) / newest.size),
  };
}

/** Of equally new ones the lower counts, whatever their order. */
const isNewer = (one: RatedBy, other: RatedBy): boolean =>
  one.ratedAt > other.ratedAt || (one.ratedAt === other.ratedAt && one.stars < other.stars);

/** Accounts that money joins, each group named by one of them. */
class Groups {
  readonly #above = new Map<Address, Address>();

  of(account: Address): Address {
    let at = account;
    for (let above = this.#above.get(at); above !== undefined; above = this.#above.get(at)) at = above;
    return at;
  }

  join(one: Address, other: Address): void {
    const [a, b] = [this.of(one), this.of(other)];
    if (a !== b) this.#above.set(a, b);
  }
}
