import fc from 'fast-check';
import type { Hex } from 'viem';
import { expect, test } from 'vitest';
import { pageOf, pageQuery, TIME_AND_ID } from '../../protocol/api/pages.ts';
import { AREA_CURSOR, HOST_CURSOR } from '../../protocol/api/queries.ts';
import { CELL_CURSOR, TIME_CURSOR } from '../../protocol/api/statistics.ts';

const RUNS = { seed: 20_261_130, numRuns: 200 };

const time = fc.integer({ min: 0, max: 2 ** 40 });
const hexOf = (digits: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((all) => all.join(''));
const id = hexOf(64).map((digits): Hex => `0x${digits}`);

test('a cursor is read as the values that it was written of', () => {
  fc.assert(
    fc.property(time, fc.integer({ min: 0, max: 2 ** 42 - 1 }), id, hexOf(15), (at, m, one, cell) => {
      expect(TIME_AND_ID.field.parse(TIME_AND_ID.text(at, one))).toEqual([at, one]);
      expect(TIME_CURSOR.field.parse(TIME_CURSOR.text(at))).toEqual([at]);
      expect(CELL_CURSOR.field.parse(CELL_CURSOR.text(cell))).toEqual([cell]);
      expect(AREA_CURSOR.field.parse(AREA_CURSOR.text(m, one))).toEqual([m, one]);
      expect(HOST_CURSOR.field.parse(HOST_CURSOR.text(one))).toEqual([one]);
    }),
    RUNS,
  );
});

test('a text that no page has named is refused: of another list, with a part too many, or anything else', () => {
  const cursors = [TIME_AND_ID, TIME_CURSOR, CELL_CURSOR, AREA_CURSOR, HOST_CURSOR];
  fc.assert(
    fc.property(fc.string(), id, (text, one) => {
      for (const { field } of cursors) expect(field.safeParse(`${text}!`).success).toBe(false);
      expect(TIME_AND_ID.field.safeParse(`${TIME_AND_ID.text(1, one)}.${text}`).success).toBe(false);
      expect(HOST_CURSOR.field.safeParse(TIME_AND_ID.text(1, one)).success).toBe(false);
    }),
    RUNS,
  );
});

test('a page has the rows up to its limit, and a cursor exactly where one more was found', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 21 }), (limit, count) => {
      const found = Array.from({ length: Math.min(count, limit + 1) }, (_, i) => i);
      const { rows, cursor } = pageOf(found, limit, String);
      expect(rows).toEqual(found.slice(0, limit));
      expect(cursor).toBe(count > limit ? String(limit - 1) : null);
    }),
    RUNS,
  );
});

test('a limit is a whole number up to the most, and has a usual value', () => {
  const { limit } = pageQuery(TIME_CURSOR, { most: 50, usual: 20 });
  expect([limit.parse(undefined), limit.parse('50'), limit.parse('1')]).toEqual([20, 50, 1]);
  for (const wrong of ['0', '51', '1.5', '-1', '1e1', '', ' 1'])
    expect(limit.safeParse(wrong).success).toBe(false);
});
