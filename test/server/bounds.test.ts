import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createCapacity } from '../../server/http/capacity.ts';
import { addressKey, clientAddress } from '../../server/http/client-address.ts';
import { createFewLines } from '../../server/http/few-lines.ts';
import { arrivedByTls, createProxyWatch } from '../../server/http/proxy.ts';
import { createTokenBucket } from '../../server/http/token-bucket.ts';

test('any sequence of takes and returns keeps below both bounds, and what was given back can be taken', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), isReturn: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(4), fc.nat(3), (steps, total, perKey) => {
      const capacity = createCapacity({ total, perKey });
      const held: { key: string; giveBack: () => void }[] = [];
      for (const { key, isReturn } of steps) {
        const ofKey = held.filter((one) => one.key === key);
        if (isReturn) {
          const [one] = ofKey;
          one?.giveBack();
          one?.giveBack();
          if (one !== undefined) held.splice(held.indexOf(one), 1);
        } else {
          const giveBack = capacity.take(key);
          expect(giveBack !== undefined).toBe(held.length < total && ofKey.length < perKey);
          if (giveBack !== undefined) held.push({ key, giveBack });
        }
        expect(capacity.taken()).toBe(held.length);
      }
    }),
  );
});

test('a bucket never gives more than its burst and its pace, and gives all of that to who waits', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      gaps,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      (waits, burst, perSec) => {
        let nowMs = 0;
        const take = createTokenBucket({ burst, perSec }, () => nowMs);
        /** Whole thousandths of tokens: an account without fractions. */
        let thousandths = burst * 1_000;
        for (const waitMs of waits) {
          nowMs += waitMs;
          thousandths = Math.min(burst * 1_000, thousandths + waitMs * perSec);
          const isGiven = take();
          // At the very border a fraction of a double decides.
          if (thousandths !== 1_000) expect(isGiven).toBe(thousandths > 1_000);
          if (isGiven) thousandths -= 1_000;
        }
      },
    ),
  );
});

test('what is left out of the log is counted in the next line', () => {
  const lines: object[] = [];
  vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(1);
  const warn = createFewLines({ warn: (fields: object) => void lines.push(fields) } as never, {
    ...{ burst: 2, perSec: 1 },
  });
  for (let i = 0; i < 5; i++) warn({ i }, 'bad');
  vi.spyOn(performance, 'now').mockReturnValue(1_001);
  warn({ i: 5 }, 'bad');
  expect(lines).toEqual([{ i: 0 }, { i: 1 }, { i: 5, leftOut: 3 }]);
});

const requestOf = (remoteAddress: string, headers: Record<string, string> = {}) =>
  ({
    headers,
    socket: { remoteAddress },
    get: (name: string) => headers[name],
    secure: false,
  }) as unknown as Request;

test('an address is believed from as many proxies as are trusted, and no more', () => {
  const chain = { 'x-forwarded-for': 'invented, 203.0.113.1, 10.0.0.2' };
  const of = (hops: number, headers = chain) =>
    clientAddress(requestOf('10.0.0.1', headers) as IncomingMessage, hops);
  expect([of(0), of(1), of(2), of(9)]).toEqual(['10.0.0.1', '10.0.0.2', '203.0.113.1', 'invented']);
  expect(of(1, {} as typeof chain)).toBe('10.0.0.1');
  expect(addressKey('2001:db8:1:2:3::4')).toBe(addressKey('2001:db8:1:2:9::'));
  expect(addressKey('2001:db8:1:2::')).not.toBe(addressKey('2001:db8:2:2::'));
});

test.each([
  ['a forwarded request without a trusted proxy', 0, '10.0.0.9', { 'x-forwarded-for': '203.0.113.1' }, true],
  ['another kind of proxy', 0, '10.0.0.9', { forwarded: 'for=203.0.113.1' }, true],
  ['a direct request without a proxy', 0, '203.0.113.1', {}, false],
  ['a forwarded request of a trusted proxy', 1, '10.0.0.9', { 'x-forwarded-for': '203.0.113.1' }, false],
  ['a request past the trusted proxy', 1, '203.0.113.1', {}, true],
  ['a health check past the proxy', 1, '127.0.0.1', {}, false],
] as const)('%s: whether the settings fit', (_what, hops, remote, headers, isProblem) => {
  const lines: string[] = [];
  const proxy = createProxyWatch(hops, {
    warn: (_fields: object, text: string) => void lines.push(text),
  } as never);
  for (let i = 0; i < 2; i++) proxy.watch(requestOf(remote, headers), {} as Response, () => undefined);
  expect(lines).toHaveLength(isProblem ? 1 : 0);
  expect(proxy.problem() !== undefined).toBe(isProblem);
});

test('a cookie is for https only where the client’s side was encrypted, also behind a proxy that nobody named', () => {
  expect(arrivedByTls(requestOf('10.0.0.1', { 'x-forwarded-proto': 'https' }))).toBe(true);
  expect(arrivedByTls(requestOf('10.0.0.1', { 'x-forwarded-proto': 'http' }))).toBe(false);
  expect(arrivedByTls(requestOf('10.0.0.1'))).toBe(false);
});
