import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdempotencyKeys } from '../../../protocol/api/idempotency.ts';

const WRITES = ['POST', 'PUT', 'DELETE'].map((method) => ({ method, path: '/api/v1/things', body: '{}' }));

test('a read carries no key', () => {
  expect(new IdempotencyKeys().headersOf({ method: 'GET', path: '/api/v1/things', body: undefined })).toEqual(
    {},
  );
});

test('more open actions than anybody has are not all kept', () => {
  const keys = new IdempotencyKeys();
  const keyOf = (path: string) =>
    keys.headersOf({ method: 'POST', path, body: undefined })['idempotency-key'];
  const first = keyOf('/0');
  for (let at = 1; at <= 100; at += 1) keyOf(`/${at}`);
  const last = keyOf('/100');
  expect(keyOf('/100')).toBe(last);
  expect(keyOf('/0')).not.toBe(first);
});

const step = fc.oneof(
  fc.record({ do: fc.constant('send' as const), write: fc.nat(WRITES.length - 1) }),
  fc.record({
    do: fc.constant('answer' as const),
    write: fc.nat(WRITES.length - 1),
    status: fc.constantFrom(200, 204, 409, 429, 500, 503),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 599_999, 600_000) }),
);

test('one key for each action: kept while its answer is open, new after it, never shared', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let now = 0;
      const keys = new IdempotencyKeys(() => now);
      const open = new Map<number, { key: string; at: number }>();
      const used = new Set<string>();
      for (const one of steps) {
        if (one.do === 'wait') now += one.ms;
        else if (one.do === 'answer') {
          keys.answered(WRITES[one.write]!, one.status);
          if (one.status < 500) open.delete(one.write);
        } else {
          const key = keys.headersOf(WRITES[one.write]!)['idempotency-key']!;
          expect(key).toMatch(/^[\w-]{16,128}$/);
          const known = open.get(one.write);
          if (known !== undefined && now - known.at < 600_000) expect(key).toBe(known.key);
          else {
            expect(used.has(key)).toBe(false);
            open.set(one.write, { key, at: now });
          }
          used.add(key);
        }
      }
    }),
    { seed: 20_261_130, numRuns: 200 },
  );
});
