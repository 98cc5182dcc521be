import { writeFileSync } from 'node:fs';
import { toHex } from 'viem';
import { isMain } from '../../scripts/lib/main.ts';
import { type BoundsCase, limitsOf } from './boundsOracle.ts';
import { type IdTagCase, idTagOracle } from './idTagOracle.ts';
import { type CostCase, costOracle, type HoursCase, hoursOracle, pricedOf } from './oracle.ts';

/** Makes the vectors again: `node test/vectors/make-vectors.ts`. The same seed gives the same files. */
const SEED = 20_261_122;

/** A small random generator (mulberry32), the same on every machine. */
function generator(seed: number) {
  let state = seed >>> 0;
  const next = (): bigint => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return BigInt((t ^ (t >>> 14)) >>> 0);
  };
  /** A number of up to `bits` bits, small ones as likely as large ones. */
  const upTo = (bits: number): bigint => {
    const width = next() % BigInt(bits + 1);
    return ((next() << 32n) | next()) & ((1n << width) - 1n);
  };
  return { next, upTo };
}

const MAX48 = (2n ** 48n - 1n).toString();
const MAX64 = (2n ** 64n - 1n).toString();

const PLAIN = {
  pricePerKwh: '250000',
  pricePerHour: '100000',
  overstayPerHour: '2000000',
  flatFee: '50000',
  overstayReserve: '500000',
  energyWh: '8123',
  timeSec: '2700',
  overstaySec: '0',
  cap: '5000000',
};

const EDGES: [name: string, change: Partial<typeof PLAIN>][] = [
  ['an ordinary charge', {}],
  ['nothing used: no flat fee', { energyWh: '0', timeSec: '0' }],
  ['time alone brings the flat fee', { energyWh: '0', timeSec: '1' }],
  ['energy alone brings the flat fee', { energyWh: '1', timeSec: '0' }],
  ['overstay alone is free of the flat fee', { energyWh: '0', timeSec: '0', overstaySec: '3600' }],
  ['the reserve is kept from energy', { energyWh: '99999999' }],
  ['overstay uses the reserve', { energyWh: '99999999', overstaySec: '900' }],
  ['overstay stops at the cap', { energyWh: '99999999', overstaySec: '901' }],
  ['a reserve above the cap leaves nothing for energy', { overstayReserve: '5000001' }],
  ['a reserve of the whole cap', { overstayReserve: '5000000', overstaySec: '7200' }],
  ['a cap of one unit', { cap: '1', overstayReserve: '0' }],
  ['a cap of zero', { cap: '0' }],
  ['a fraction just below a unit', { pricePerKwh: '1', pricePerHour: '0', flatFee: '0', energyWh: '999' }],
  ['exactly a unit', { pricePerKwh: '1', pricePerHour: '0', flatFee: '0', energyWh: '1000' }],
  [
    'two halves of a unit add up: rounded once',
    { pricePerKwh: '1', pricePerHour: '1', flatFee: '0', energyWh: '500', timeSec: '1800' },
  ],
  ['a second of the dearest hour', { pricePerHour: MAX48, timeSec: '1', cap: MAX64, overstayReserve: '0' }],
  [
    'all at their largest',
    {
      pricePerKwh: MAX48,
      pricePerHour: MAX48,
      overstayPerHour: MAX48,
      flatFee: MAX48,
      overstayReserve: MAX48,
      energyWh: MAX48,
      timeSec: (2n ** 40n - 1n).toString(),
      overstaySec: (2n ** 32n - 1n).toString(),
      cap: MAX64,
    },
  ],
  [
    'free of charge',
    { pricePerKwh: '0', pricePerHour: '0', overstayPerHour: '0', flatFee: '0', overstayReserve: '0' },
  ],
];

function costVectors(): CostCase[] {
  const { upTo } = generator(SEED);
  const random = Array.from({ length: 300 }, (_, i) => ({
    name: `random ${i}`,
    pricePerKwh: upTo(48).toString(),
    pricePerHour: upTo(48).toString(),
    overstayPerHour: upTo(48).toString(),
    flatFee: upTo(48).toString(),
    overstayReserve: upTo(48).toString(),
    energyWh: upTo(48).toString(),
    timeSec: upTo(40).toString(),
    overstaySec: upTo(32).toString(),
    cap: upTo(64).toString(),
  }));
  const edges = EDGES.map(([name, change]) => ({ name, ...PLAIN, ...change }));
  return [...edges, ...random].map((one) => ({ ...one, cost: costOracle(pricedOf(one)).toString() }));
}

/** Clocks that changed or will, in quarter hours; moments from the IANA time zone database. */
const ZONES = [
  { name: 'Berlin, forward in March 2027', utcOffset: 4, offsetChangesAt: 1_806_195_600, utcOffsetAfter: 8 },
  { name: 'Berlin, back in October 2026', utcOffset: 8, offsetChangesAt: 1_792_890_000, utcOffsetAfter: 4 },
  { name: 'Lord Howe, half an hour back', utcOffset: 44, offsetChangesAt: 1_806_764_400, utcOffsetAfter: 42 },
  { name: 'Kathmandu, +05:45', utcOffset: 23, offsetChangesAt: 0, utcOffsetAfter: 0 },
  { name: 'Marquesas, -09:30', utcOffset: -38, offsetChangesAt: 0, utcOffsetAfter: 0 },
  { name: 'the farthest offsets', utcOffset: -128, offsetChangesAt: 1_800_000_000, utcOffsetAfter: 127 },
];

function hoursVectors(): HoursCase[] {
  const { next } = generator(SEED + 1);
  return ZONES.flatMap(({ name, ...zone }) => {
    const around = Math.floor((zone.offsetChangesAt || 1_795_000_000) / 900);
    return Array.from({ length: 40 }, (_, i) => {
      const openHours = Array.from({ length: 168 }, (__, hour) => hour).filter(() => next() % 2n === 0n);
      const slot = i < 20 ? around - 10 + i : around + Number(next() % 1_400n) - 700;
      const one = { openHours, ...zone, slot };
      return { name: `${name}, ${i}`, ...one, open: hoursOracle(one) };
    });
  });
}

function idTagVectors(): IdTagCase[] {
  const { next } = generator(SEED + 2);
  const bytes = (size: number) =>
    toHex(
      Array.from({ length: size / 4 }, next).reduce((all, part) => (all << 32n) | part, 0n),
      { size },
    );
  return Array.from({ length: 20 }, (_, i) => {
    const one = {
      chainId: i === 0 ? 31_337 : Number(next() % 1_000_000n),
      market: bytes(20),
      bookingId: bytes(32),
      secret: bytes(32),
    };
    return { ...one, idTag: idTagOracle(one) };
  });
}

const BOUNDS_EDGES: [name: string, values: BoundsCase['values']][] = [
  ['nothing at all', ['0', '0', '0', '0']],
  ['nothing co-signed: what is allowed', ['100000', '0', '1000000', '50000']],
  ['the flat fee alone was co-signed: it opens no trust', ['0', '50000', '1000000', '50000']],
  ['a unit above the flat fee', ['0', '50001', '1000000', '50000']],
  ['as much again', ['100000', '625000', '1000000', '50000']],
  ['up to the unsigned limit', ['100000', '3000000', '1000000', '50000']],
  ['no unsigned limit', ['100000', '3000000', '0', '0']],
  ['more allowed than proven', ['5000000', '625000', '1000000', '50000']],
  ['a fee that is odd', ['333333', '3', '1', '0']],
  ['11 kW for an hour less a second', ['11000', '3599', '0', '0']],
  ['a price without a discount', ['250001', '0', '0', '0']],
  ['the largest discount', ['250001', '9000', '0', '0']],
  ['a discount of all', ['250001', '10000', '0', '0']],
  ['more than all', ['250001', '10001', '0', '0']],
  ['disputed less than a proof costs', ['10000', '50000', '1000000', '0']],
  ['a bond below what a proof costs', ['10000', '50000', '40000', '0']],
  ['all at their largest', [MAX64, MAX64, MAX64, MAX64]],
];

function boundsVectors(): BoundsCase[] {
  const { upTo } = generator(SEED + 3);
  const random = Array.from({ length: 200 }, (_, i): [string, BoundsCase['values']] => {
    // Half of the second values are hundredths of a percent, or counts.
    const values = [64, i % 2 === 0 ? 64 : 14, 64, 64].map((bits) => upTo(bits).toString());
    return [`random ${i}`, values as BoundsCase['values']];
  });
  return [...BOUNDS_EDGES, ...random].map(([name, values]) => ({ name, values, limits: limitsOf(values) }));
}

/** The files of this folder by name. */
export const makeVectors = (): Record<string, unknown[]> => ({
  'bounds.json': boundsVectors(),
  'cost.json': costVectors(),
  'hours.json': hoursVectors(),
  'idTag.json': idTagVectors(),
});

/** One case per line, so that changes are easy to see. */
export const vectorText = (cases: readonly unknown[]): string =>
  `[\n${cases.map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`;

if (isMain(import.meta)) {
  for (const [file, cases] of Object.entries(makeVectors())) {
    writeFileSync(new URL(file, import.meta.url), vectorText(cases));
  }
}
