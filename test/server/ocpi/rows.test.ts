import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitRows } from '../../../server/ocpi/splitRows.ts';

const RUNS = process.env.PLUGPACT_DEEP === undefined ? 200 : 20_000;
const MAX_CHARS = 100_000;

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function rowsOf(text: string, chunkBytes = 7, maxChars = MAX_CHARS): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for await (const rows of splitRows(chunksOf(Buffer.from(text), chunkBytes), maxChars)) {
    found.push(...rows.map((row) => row.text));
  }
  return found;
}

const parsed = async (text: string, chunkBytes?: number): Promise<unknown[]> =>
  (await rowsOf(text, chunkBytes)).map((row) => JSON.parse(row!));

test('the rows of any array are those that JSON.parse finds, wherever its bytes are cut', async () => {
  const wrappers = fc.constantFrom(
    (rows: string) => rows,
    (rows: string) => `\uFEFF ${rows}\n`,
    (rows: string) => `{"status_code":1000,"status_message":"data","x":["data",{"data":[1]}],"data":${rows}}`,
    (rows: string) => `{ "data" : ${rows}, "timestamp": "2026-01-01T00:00:00Z" }`,
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 5 }),
      wrappers,
      fc.constantFrom(undefined, 2),
      fc.integer({ min: 1, max: 40 }),
      async (rows, wrap, indent, chunkBytes) => {
        expect(await parsed(wrap(JSON.stringify(rows, null, indent)), chunkBytes)).toEqual(
          JSON.parse(JSON.stringify(rows)),
        );
      },
    ),
    { numRuns: RUNS, seed: 51 },
  );
});

test('a row that is too long is one row without text, and the others are read', async () => {
  const text = JSON.stringify(['a'.repeat(3), 'b'.repeat(50), 'c'.repeat(3)]);
  expect(await rowsOf(text, 7, 20)).toEqual(['"aaa"', undefined, '"ccc"']);
});

test('a broken row spoils no other', async () => {
  expect(await rowsOf('[{"id": 1}, {"id": nothing}, {"id": 3}]')).toHaveLength(3);
});

test.each([
  ['', 'no array'],
  ['{}', 'no array'],
  ['<html>', 'no array'],
  ['{"data": {"locations": []}}', 'no array'],
  ['[{"id": 1}, {"id":', 'ends within'],
  ['[{"id": 1}', 'ends within'],
])('%s has no rows to the end', async (text, reason) => {
  await expect(rowsOf(text)).rejects.toMatchObject({
    code: 'feed.unreadable',
    value: expect.stringContaining(reason),
  });
});

// OCPI 2.2.1, 5: a refusal comes with HTTP's 200, and its data may be anything.
test.each([
  ['without data', '{"status_code": 2001, "status_message": "no data"}'],
  ['with its code before an empty list', '{"status_code":2002,"data":[],"timestamp":"2026-01-01T00:00:00Z"}'],
  ['with its code behind the rows', '{"data":[{"status_code":1000}],"x":{"data":[1]},"status_code":3000}'],
])('a refusal %s is none of a feed without locations', async (_, text) => {
  await expect(rowsOf(text)).rejects.toMatchObject({ code: 'feed.refused' });
});

test.each([
  ['{"status_code":1000,"data":[1]}'],
  ['{"status_code":"1000","data":[1]}'],
  ['{"status_code":200,"data":[1]}'],
  ['{"status_code":1000,"data":[1]'],
  ['{"data":[1],"note":{"status_code":2001}}'],
  ['[1]'],
])('%s is no refusal', async (text) => expect(await parsed(text)).toEqual([1]));
