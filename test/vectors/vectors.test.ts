import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  energyLimitWh,
  forfeit,
  lateFee,
  leastCap,
  leastPrice,
  marketFee,
  mayPay,
  noshowFee,
} from '../../protocol/bounds.ts';
import { costRoundedDown } from '../../protocol/cost.ts';
import { isWithinHours, packHours } from '../../protocol/hours.ts';
import { idTagOf } from '../../protocol/idTag.ts';
import { SIGNED_TYPES, type SignedTypeName, TYPE_HASHES } from '../../protocol/signedTypes.ts';
import { bookingTimes, earliestSlot } from '../../protocol/slots.ts';
import { toTermsStruct } from '../../protocol/terms.ts';
import { packWord } from '../../protocol/words.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { deploy, type Mock, readFrom } from '../contracts/mocks.ts';
import { TARIFF, testTerms } from '../support/market.ts';
import type { BoundsCase } from './boundsOracle.ts';
import { costsOnLedger } from './costsOnLedger.ts';
import type { IdTagCase } from './idTagOracle.ts';
import { makeVectors, vectorText } from './make-vectors.ts';
import { type CostCase, type HoursCase, pricedOf } from './oracle.ts';

const read = <T>(file: string): T[] =>
  JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as T[];

const bounds = read<BoundsCase>('bounds.json');
const costs = read<CostCase>('cost.json');
const hours = read<HoursCase>('hours.json');
const idTags = read<IdTagCase>('idTag.json');

const hoursOf = (c: HoursCase) => ({
  mask: c.openHours.reduce((mask, hour) => mask | (1n << BigInt(hour)), 0n),
  utcOffset: c.utcOffset,
  offsetChangesAt: c.offsetChangesAt,
  utcOffsetAfter: c.utcOffsetAfter,
});

describe('the vectors', () => {
  it.each(Object.entries(makeVectors()))('%s is what the oracle says', (file, cases) => {
    expect(readFileSync(new URL(file, import.meta.url), 'utf8')).toBe(vectorText(cases));
  });
});

describe('TypeScript', () => {
  it.each(costs)('costs: $name', (c) => {
    const { tariff, usage, cap } = pricedOf(c);
    expect(costRoundedDown(tariff, usage, cap)).toBe(BigInt(c.cost));
  });

  it('bounds the same', () => {
    const found = bounds.map(({ name, values }) => [name, limitsInTypeScript(values)]);
    expect(found).toEqual(bounds.map(({ name, limits }) => [name, limits]));
  });

  it('keeps the weekly hours', () => {
    for (const c of hours) expect([c.name, isWithinHours(hoursOf(c), c.slot)]).toEqual([c.name, c.open]);
  });

  it('makes the idTags', () => {
    for (const c of idTags) expect(idTagOf(c, c.bookingId, c.secret)).toBe(c.idTag);
  });
});

/** In the order of `BOUNDS`. */
function limitsInTypeScript(values: BoundsCase['values']): string[] {
  const [a, b, c, d] = values.map(BigInt) as [bigint, bigint, bigint, bigint];
  const limits = [
    mayPay({ allowedCost: a, cosignedCost: b, unsignedCost: c, flatFee: d }),
    energyLimitWh(a, b),
    noshowFee(a, b),
    lateFee(a, b),
    leastCap(a, b, c),
    forfeit(a, b, c),
    marketFee(a, b),
    b <= 10_000n ? leastPrice(a, b) : 0n,
  ];
  return limits.map(String);
}

describe('Solidity', () => {
  let anvil: Anvil;
  let harness: Mock;
  beforeAll(async () => {
    anvil = await startAnvil();
    harness = await deploy(anvil.url, 'mocks/LibraryHarness');
  });
  afterAll(() => anvil.stop());

  const call = (functionName: string, args: readonly unknown[] = []) =>
    readFrom(anvil.url, harness, functionName, args);

  it('costs the same', async () => {
    const found = await costsOnLedger(anvil.url, harness, costs.map(pricedOf));
    expect(found.map((cost, i) => [costs[i]?.name, cost])).toEqual(
      costs.map((c) => [c.name, BigInt(c.cost)]),
    );
  });

  it('bounds the same', async () => {
    const found = (await call('bounds', [bounds.map(({ values }) => values.map(BigInt))])) as bigint[][];
    const named = found.map((limits, i) => [bounds[i]?.name, limits.map(String)]);
    expect(named).toEqual(bounds.map(({ name, limits }) => [name, limits]));
  });

  it('keeps the same weekly hours', async () => {
    const words = hours.map((c) => packHours(hoursOf(c)));
    const found = (await call('withinHours', [words, hours.map((c) => BigInt(c.slot))])) as boolean[];
    expect(found.map((open, i) => [hours[i]?.name, open])).toEqual(hours.map((c) => [c.name, c.open]));
  });

  it('names the first slot outside of the hours', async () => {
    const mask = packHours({ mask: 1n << (3n * 24n), utcOffset: 0, offsetChangesAt: 0, utcOffsetAfter: 0 });
    expect(await call('firstOutside', [mask, 0n, 4n])).toBe(4n);
    expect(await call('firstOutside', [mask, 2n, 4n])).toBe(4n);
    expect(await call('firstOutside', [mask, 4n, 4n])).toBe(4n);
    expect(await call('firstOutside', [(1n << 168n) - 1n, 4n, 96n])).toBe(100n);
  });

  it('signs the same types: equal hashes, and none that TypeScript lacks', async () => {
    const offLedger: SignedTypeName[] = [
      ...(['Start', 'Stop', 'Watch', 'HandoverRequest', 'HandoverApproval'] as const),
      ...(['AgentHello', 'Heartbeat', 'Subscription'] as const),
      ...(['Rating', 'MessageKey', 'EvidenceUpload', 'VaultWrite'] as const),
    ];
    const names = (Object.keys(SIGNED_TYPES) as SignedTypeName[]).filter((n) => !offLedger.includes(n));
    expect(await call('typeHashes')).toEqual(names.map((name) => TYPE_HASHES[name]));
  });

  it('counts the same times', async () => {
    const zero = testTerms(harness.address, harness.address);
    const windows = { reportSec: 0, challengeSec: 0, proofSec: 0 };
    for (const [firstSlot, slotCount, cancelUntilMin, earlyStartMin, lateStopMin, leadTimeMin] of [
      [2_000_000, 1, 0n, 0n, 0n, 0n],
      [2_000_001, 96, 60n, 15n, 15n, 1n],
      [2_000_002, 4, 15n, 60n, 65_535n, 15n],
      [2_000_003, 7, 65_535n, 65_535n, 1n, 65_535n],
    ] as const) {
      const bookingTerms = { ...zero.bookingTerms, cancelUntilMin, earlyStartMin, lateStopMin, leadTimeMin };
      const word = toTermsStruct({ ...zero, tariff: TARIFF, bookingTerms }).bookingTerms;
      const session = packWord(
        [
          ['key', 160],
          ['first', 32],
          ['count', 16],
        ],
        { key: 1n, first: BigInt(firstSlot), count: BigInt(slotCount) },
      );
      // Days before, about the last free moment, in the last hour, and after its start.
      for (const bookedAt of [1_799_000_000, 1_799_992_000, 1_799_999_000, 1_800_003_500]) {
        for (const nowSec of [1_800_000_000, 1_800_000_001, 1_800_000_899]) {
          const t = bookingTimes({ firstSlot, slotCount, bookedAt }, bookingTerms, windows);
          const expected = [
            ...[t.opens, t.start, t.end, t.closes, t.freeUntil, t.noShowFrom],
            earliestSlot(nowSec, bookingTerms),
          ];
          const args = [session, word, BigInt(nowSec), BigInt(bookedAt)];
          expect(await call('times', args)).toEqual(expected.map(BigInt));
        }
      }
    }
  });
});
