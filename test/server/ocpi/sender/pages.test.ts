import fc from 'fast-check';
import type { Hex } from 'viem';
import { expect, test } from 'vitest';
import type { OcpiPage } from '../../../../protocol/api/ocpi.ts';
import { isoTime } from '../../../../protocol/units.ts';
import { type Key, type KeySource, readPage } from '../../../../server/ocpi/sender/pages.ts';

const idOf = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`;

const byTime = (a: Key, b: Key) => a.at - b.at || a.id.localeCompare(b.id);

/** A list in memory, which may change while it is read. */
const listOf = (keys: () => Key[]): KeySource => {
  const within = ({ from, until }: { from: number; until: number }) =>
    keys()
      .filter(({ at }) => at >= from && at < until)
      .toSorted(byTime);
  return {
    count: async (span) => within(span).length,
    keys: async (span, after, limit) =>
      within(span)
        .filter((key) => after === undefined || byTime(key, after) > 0)
        .slice(0, limit),
  };
};

const afterOf = ({ at, id }: Key) => [at, id] as const;

/** Follows the pages to the last one, and does something between two of them. */
async function walk(sources: KeySource[], query: OcpiPage, between: () => void = () => {}): Promise<Key[]> {
  const seen: Key[] = [];
  let next: OcpiPage | undefined = query;
  while (next !== undefined) {
    const page = await readPage(sources, next);
    seen.push(...page.keys);
    next = page.next && { ...query, after: afterOf(page.next.after), offset: String(page.next.offset) };
    between();
  }
  return seen;
}

/** Keys of three lists: many objects share a second. */
const lists = fc.tuple(
  ...[0, 1, 2].map((list) =>
    fc
      .uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 25 })
      .chain((ids) =>
        fc.tuple(
          ...ids.map((id) =>
            fc.integer({ min: 0, max: 12 }).map((at): Key => ({ at, id: idOf(list * 100 + id) })),
          ),
        ),
      ),
  ),
);

const bound = fc.option(fc.integer({ min: 0, max: 14 }), { nil: undefined });

test('the pages of several lists have each object of the asked times once, in order', () =>
  fc.assert(
    fc.asyncProperty(
      lists,
      bound,
      bound,
      fc.integer({ min: 1, max: 9 }),
      async (given, from, until, limit) => {
        const query: OcpiPage = {
          limit: String(limit),
          ...(from !== undefined && { date_from: isoTime(from) }),
          ...(until !== undefined && { date_to: isoTime(until) }),
        };
        const expected = given
          .flat()
          .filter(({ at }) => at >= (from ?? 0) && at < (until ?? 100))
          .toSorted(byTime);
        const sources = given.map((keys) => listOf(() => keys));
        expect(await walk(sources, query)).toEqual(expected);
        const { total, keys } = await readPage(sources, { ...query, offset: '7' });
        expect(total).toBe(expected.length);
        expect(keys).toEqual(expected.slice(7, 7 + limit));
      },
    ),
    { seed: 20_261_130, numRuns: 200 },
  ));

test('an object that changes while the pages are read comes again, and no other is left out', async () => {
  let keys = Array.from({ length: 20 }, (_, n): Key => ({ at: 5, id: idOf(n) }));
  let at = 6;
  const touched: Key[] = [];
  const seen = await walk([listOf(() => keys)], { limit: '3' }, () => {
    const [first, ...rest] = keys;
    if (touched.length === 4) return;
    touched.push({ ...first!, at });
    keys = [...rest, { ...first!, at }];
    at += 1;
  });
  expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(keys.map(({ id }) => id)));
  expect(seen.slice(-4)).toEqual(touched);
});

test.each([
  ['2026-01-02T03:04:05', 0],
  ['2026-01-02T03:04:05Z', 0],
  ['2026-01-02T04:04:05+01:00', 0],
  ['2026-01-02T03:04:05.001Z', 1],
])('%s is a time in UTC', async (date_from, late) => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5) / 1_000;
  const keys = [0, 1].map((n): Key => ({ at: at + n, id: idOf(n) }));
  expect(await walk([listOf(() => keys)], { date_from })).toEqual(keys.slice(late));
});

test('a large offset is refused, with what to do', async () => {
  await expect(readPage([], { offset: '10001' })).rejects.toMatchObject({
    ...{ status: 400, code: 'ocpi.offset', remedy: expect.stringContaining('Link') },
  });
});
