import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RpcCall, RpcOutcome } from '../../../audit/ledger/json-rpc.ts';
import { PatientNode, pauseAfter } from '../../../audit/ledger/patient-node.ts';
import {
  kindOfRpcError,
  kindOfStatus,
  limitsNamedIn,
  NodeRefusal,
  retryAfterMs,
} from '../../../audit/ledger/refusals.ts';

const busy = (retryAfter?: number) =>
  new NodeRefusal('rateLimited', 'HTTP 429', { retryAfterMs: retryAfter });

/** A node whose answers are given, and what was sent to it. */
function nodeOf(answer: (calls: readonly RpcCall[], post: number) => RpcOutcome[]) {
  const sent: number[] = [];
  const waited: number[] = [];
  const node = new PatientNode({
    post: async (calls) => {
      sent.push(calls.length);
      return answer(calls, sent.length);
    },
    wait: async (ms) => waited.push(ms),
  });
  return { node, sent, waited };
}

const answered = (calls: readonly RpcCall[]): RpcOutcome[] => calls.map(({ params }) => ({ result: params }));

describe('a node that is asked with patience', () => {
  it('answers calls of one moment in batches, each to its own', async () => {
    const { node, sent } = nodeOf(answered);
    const params = Array.from({ length: 250 }, (_, index) => [index]);
    expect(
      await Promise.all(params.map((each) => node.request({ method: 'eth_call', params: each }))),
    ).toEqual(params);
    expect(sent).toEqual([100, 100, 50]);
  });

  it('is asked again after 429, for longer and longer, or as long as it says', async () => {
    const grows = nodeOf((calls, post) =>
      post <= 4 ? calls.map(() => ({ refusal: busy() })) : answered(calls),
    );
    expect(await grows.node.request({ method: 'eth_chainId', params: ['a'] })).toEqual(['a']);
    expect(grows.waited).toEqual([250, 500, 1_000, 2_000]);
    const says = nodeOf((calls, post) =>
      post <= 3 ? calls.map(() => ({ refusal: busy(7_000) })) : answered(calls),
    );
    await says.node.request({ method: 'eth_chainId', params: ['a'] });
    expect(says.waited).toEqual([7_000, 7_000, 7_000]);
  });

  it('is given up after ten, or at once when it wants more than two minutes', async () => {
    const { node, sent } = nodeOf((calls) => calls.map(() => ({ refusal: busy() })));
    await expect(node.request({ method: 'eth_chainId' })).rejects.toMatchObject({ kind: 'rateLimited' });
    expect(sent).toHaveLength(10);
    expect(pauseAfter(busy(3_600_000), 1)).toBeUndefined();
  });

  it('is asked one by one when it takes no batches', async () => {
    const whole = { refusal: new NodeRefusal('refused', 'batches are not supported') };
    const { node, sent } = nodeOf((calls) => (calls.length > 1 ? calls.map(() => whole) : answered(calls)));
    const found = await Promise.all(
      [1, 2, 3].map((each) => node.request({ method: 'eth_call', params: [each] })),
    );
    expect(found).toEqual([[1], [2], [3]]);
    expect(sent).toEqual([3, 1, 1, 1]);
  });

  it('gives each call its result however often and wherever it is busy', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.boolean()),
        fc.integer({ min: 1, max: 120 }),
        async (dice, count) => {
          let refusals = 0;
          const { node } = nodeOf((calls) =>
            calls.map(({ params }) => {
              const isBusy = refusals < 8 && dice.next().value === true;
              if (isBusy) refusals += 1;
              return isBusy ? { refusal: busy() } : { result: params };
            }),
          );
          const all = Array.from({ length: count }, (_, index) => [index]);
          const found = await Promise.all(all.map((params) => node.request({ method: 'eth_call', params })));
          expect(found).toEqual(all);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('what a refusal means', () => {
  it.each([
    [-32_005, 'query returned more than 10000 results', 'tooMany', { logs: 10_000 }],
    [-32_602, 'query exceeds max block range 1000', 'tooMany', { blocks: 1_000 }],
    [-32_600, 'eth_getLogs is limited to a 10,000 range', 'tooMany', { blocks: 10_000 }],
    [
      -32_000,
      'Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range',
      'tooMany',
      {},
    ],
    [-32_005, 'daily request count exceeded, request rate limited', 'rateLimited', {}],
    [429, 'Your app has exceeded its compute units per second capacity', 'rateLimited', {}],
    [-32_000, 'missing trie node abc (path )', 'noState', {}],
    [-32_000, 'header not found', 'noState', {}],
    [3, 'execution reverted', 'refused', {}],
  ] as const)('%i %s', (code, message, kind, limits) => {
    expect(kindOfRpcError({ code, message })).toBe(kind);
    if (kind === 'tooMany' && Object.keys(limits).length > 0) expect(limitsNamedIn(message)).toEqual(limits);
  });

  it('by status, and by Retry-After in seconds or as a date', () => {
    expect([429, 413, 503, 404].map(kindOfStatus)).toEqual([
      'rateLimited',
      'tooMany',
      'unreachable',
      'refused',
    ]);
    expect(retryAfterMs('3', 0)).toBe(3_000);
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:10 GMT', 4_000)).toBe(6_000);
    expect(retryAfterMs('soon', 0)).toBeUndefined();
  });
});
