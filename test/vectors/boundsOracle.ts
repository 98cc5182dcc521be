import { floor, type Rational, ratio, times } from './rational.ts';

/** One case of bounds.json: four values, and each bound of them in the order of `BOUNDS`. */
export interface BoundsCase {
  name: string;
  values: [string, string, string, string];
  limits: string[];
}

export const BOUNDS = [
  'mayPay',
  'energyLimitWh',
  'noshowFee',
  'lateFee',
  'leastCap',
  'forfeit',
  'marketFee',
  'leastPrice',
] as const;

type Values = [a: bigint, b: bigint, c: bigint, d: bigint];

const sorted = (...values: bigint[]): bigint[] => values.sort((x, y) => (x < y ? -1 : x > y ? 1 : 0));
const largest = (...values: bigint[]): bigint => sorted(...values).at(-1) as bigint;
const smallest = (...values: bigint[]): bigint => sorted(...values)[0] as bigint;

const ceiling = ({ num, den }: Rational): bigint => -floor(ratio(-num, den));
const hundredths = (of: bigint, basisPoints: bigint): Rational =>
  times(ratio(of), ratio(basisPoints, 10_000n));

/** The bounds by their definitions, in exact fractions and without any branch of the implementations. */
export const boundsOracle: Record<(typeof BOUNDS)[number], (...values: Values) => bigint> = {
  // Allowed a, co-signed b, unsigned c, flat fee d: what was co-signed without its flat fee counts once more.
  mayPay: (a, b, c, d) => largest(a, b + smallest(c, largest(0n, b - d))),
  // Power a in W over b seconds.
  energyLimitWh: (a, b) => floor(times(ratio(a), ratio(b, 3_600n))),
  // Fee a for each of b slots, and half of it.
  noshowFee: (a, b) => floor(times(ratio(a), ratio(b))),
  lateFee: (a, b) => floor(times(ratio(a, 2n), ratio(b))),
  // Least a per slot, fee b per slot, c slots: the cap is five times the fee, and never nothing.
  leastCap: (a, b, c) => largest(1n, a * c, b * c + b * c + b * c + b * c + b * c),
  // Disputed a, at least b, at most the bond c.
  forfeit: (a, b, c) => smallest(c, largest(a, b)),
  marketFee: (a, b) => floor(hundredths(a, b)),
  // Listed a, b hundredths of a percent off, rounded up; more than all of it is not offered.
  leastPrice: (a, b) => (b > 10_000n ? 0n : ceiling(hundredths(a, 10_000n - b))),
};

export const limitsOf = (values: readonly string[]): string[] =>
  BOUNDS.map((bound) => boundsOracle[bound](...(values.map(BigInt) as Values)).toString());
