import fc from 'fast-check';
import { uintNumber } from '../protocol/arbitraries.ts';
import { costOracle, type Priced } from './oracle.ts';

const SEED = 20_261_122;

/** Up to this, evenly. */
const below = (max: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: BigInt(max) });

/** Any number of bits is as likely as another, so that products are not all beyond the largest cap. */
const spread = (bits: number): fc.Arbitrary<bigint> =>
  fc.nat(bits).chain((width) => fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n }));

interface Ranges {
  price: fc.Arbitrary<bigint>;
  energyWh: fc.Arbitrary<bigint>;
  timeSec: fc.Arbitrary<bigint>;
  overstaySec: fc.Arbitrary<bigint>;
  cap: fc.Arbitrary<bigint>;
}

/** The full range of the packed words. */
const WIDE: Ranges = {
  price: spread(48),
  energyWh: spread(48),
  timeSec: spread(39),
  overstaySec: spread(32),
  cap: spread(64),
};

/** Usual values, in millionths of the currency: prices to 3.00, a day, 100 kWh, a cap of 60.00. */
const EVERYDAY: Ranges = {
  price: below(3_000_000),
  energyWh: below(100_000),
  timeSec: below(86_400),
  overstaySec: below(7_200),
  cap: below(60_000_000),
};

function priced({ price, energyWh, timeSec, overstaySec, cap }: Ranges): fc.Arbitrary<Priced> {
  const tariff = fc.record({
    pricePerKwh: price,
    pricePerHour: price,
    overstayPerHour: price,
    flatFee: price,
    overstayReserve: price,
    discountBp: spread(16),
  });
  const usage = fc
    .record({ energyWh, timeSec, overstaySec, beganAt: uintNumber(39) })
    .map(({ beganAt, ...used }) => ({
      energyWh: Number(used.energyWh),
      beganAt,
      endedAt: beganAt + Number(used.timeSec),
      overstaySec: Number(used.overstaySec),
    }));
  return fc.record({ tariff, usage, cap });
}

/** The cap is what the session costs without one, or one unit more or less. */
const tight = (from: fc.Arbitrary<Priced>): fc.Arbitrary<Priced> =>
  fc.tuple(from, fc.integer({ min: -1, max: 1 })).map(([one, by]) => {
    const cost = costOracle({ ...one, cap: 2n ** 64n - 1n }) + BigInt(by);
    return { ...one, cap: cost < 0n ? 0n : cost };
  });

const [everyday, wide] = [priced(EVERYDAY), priced(WIDE)];
const uncapped = priced({ ...EVERYDAY, cap: fc.constant(2n ** 63n) });

/** Tariffs and sessions: everyday ones, extreme ones, and both at the edge of the cap. */
export const anyPriced: fc.Arbitrary<Priced> = fc.oneof(
  everyday,
  wide,
  uncapped,
  tight(everyday),
  tight(wide),
);

/** The same ones in every run. */
export const drawCosts = (count: number): Priced[] => fc.sample(anyPriced, { numRuns: count, seed: SEED });
