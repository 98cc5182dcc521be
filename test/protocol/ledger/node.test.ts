import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { EMPTY_DIGEST } from '../../../protocol/ledger/digest.ts';
import { ContradictoryAnswer, type Refusal, refusalOf } from '../../../protocol/ledger/faults.ts';
import { HeadClock } from '../../../protocol/ledger/heads.ts';
import { LedgerNode } from '../../../protocol/ledger/node.ts';
import { LedgerNodes } from '../../../protocol/ledger/nodes.ts';
import type { BlockRange } from '../../../protocol/ledger/range.ts';
import { RangeSize } from '../../../protocol/ledger/range-size.ts';
import { readRanges } from '../../../protocol/ledger/read-ranges.ts';
import { marketFilter } from '../../../protocol/ledger/read-span.ts';
import type { Anvil } from '../../../scripts/lib/anvil.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { rpc, startAnvil } from '../../support/anvil.ts';
import { LyingNode } from '../../support/lying-node.ts';
import { deployTestMarket, fundDriver, type TestMarket } from '../../support/market.ts';

let anvil: Anvil;
let market: TestMarket;
beforeAll(async () => {
  anvil = await startAnvil();
  market = await deployTestMarket(anvil.url);
  await fundDriver(market);
  await fundDriver(market);
});
afterAll(() => anvil?.stop());

async function rangesOf(node: LedgerNode, address = market.market): Promise<BlockRange[]> {
  const head = await node.head();
  const options = {
    node,
    filter: marketFilter(address),
    size: new RangeSize(),
    from: 0,
    digest: EMPTY_DIGEST,
  };
  const ranges: BlockRange[] = [];
  for await (const range of readRanges({ ...options, head })) ranges.push(range);
  return ranges;
}

test('over HTTP and over a WebSocket the same ranges are read', async () => {
  const [http, socket] = [new LedgerNode(anvil.url), new LedgerNode(anvil.url.replace('http', 'ws'))];
  onTestFinished(() => socket.close());
  const ranges = await rangesOf(http);
  expect(await rangesOf(socket)).toEqual(ranges);
  const deposits = ranges.flatMap(({ events }) => events).filter(({ name }) => name === 'Deposited');
  expect(deposits).toHaveLength(2);
  expect(ranges.at(-1)?.to).toBe((await http.head()).number);
});

test('a block is announced over a WebSocket, long before the next poll', async () => {
  const nodes = new LedgerNodes([anvil.url.replace('http', 'ws')]);
  onTestFinished(() => nodes.close());
  const clock = new HeadClock(nodes, 600_000);
  const { signal } = new AbortController();
  clock.saw(await nodes.current.head());
  // The subscription wakes it, since there may have been a block before.
  await clock.next(signal);
  expect(clock.pauseMs(performance.now())).toBe(600_000);
  const waiting = clock.next(signal);
  await rpc(anvil.url, 'evm_mine');
  await waiting;
});

test('a connection that was lost is made again by the next request', async () => {
  const node = new LedgerNode(anvil.url.replace('http', 'ws'));
  onTestFinished(() => node.close());
  const { hash } = await node.head();
  await node.close();
  expect((await node.head()).hash).toBe(hash);
});

test('a node that answers what is no header, or another one, contradicts', async () => {
  const lying = await LyingNode.start(anvil.url);
  onTestFinished(() => lying.close());
  lying.lie = (method) => (method === 'eth_getLogs' ? 'foreign' : undefined);
  await expect(rangesOf(new LedgerNode(lying.url))).rejects.toBeInstanceOf(ContradictoryAnswer);
});

test('a node that never answers about many blocks is asked about fewer, until it answers', async () => {
  const lying = await LyingNode.start(anvil.url);
  onTestFinished(() => lying.close());
  lying.lie = (method, [filter]) => {
    const { fromBlock, toBlock } = (filter ?? {}) as { fromBlock?: string; toBlock?: string };
    return method === 'eth_getLogs' && Number(toBlock) - Number(fromBlock) > 2 ? 'stall' : undefined;
  };
  const node = new LedgerNode(lying.url, 1_000);
  const head = await node.head();
  const [filter, size, digest] = [marketFilter(market.market), new RangeSize(), EMPTY_DIGEST];
  let [from, failures] = [0, 0];
  while (from <= head.number) {
    try {
      for await (const { to } of readRanges({ node, filter, size, from, head, digest })) from = to + 1;
    } catch (error) {
      expect(refusalOf(error)).toBe('load');
      failures += 1;
    }
  }
  expect(failures).toBeGreaterThan(0);
  expect(failures).toBeLessThan(6);
});

test('logs of a market that has none are none, whatever else is in the blocks', async () => {
  const ranges = await rangesOf(new LedgerNode(anvil.url), localAccount('host').address);
  expect(ranges.flatMap(({ events }) => events)).toEqual([]);
  expect(ranges.at(-1)?.blocks.at(-1)?.digest).toBe(EMPTY_DIGEST);
});

type Answer = (response: ServerResponse) => void;

const json = (response: ServerResponse, body: object) =>
  response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }));

test.each<[string, Answer, Refusal | undefined]>([
  [
    'a refusal of the node',
    (r) => json(r, { error: { code: -32_000, message: 'query exceeds limit' } }),
    'length',
  ],
  ['its limit', (r) => json(r, { error: { code: -32_005, message: 'more than 10000 results' } }), 'length'],
  ['too many requests, as an answer', (r) => json(r, { error: { code: 429, message: 'slow down' } }), 'load'],
  ['too many requests', (r) => r.writeHead(429).end('{}'), 'load'],
  ['a bad request', (r) => r.writeHead(400).end('{}'), 'length'],
  ['a request too large', (r) => r.writeHead(413).end('too large'), 'length'],
  ['a gateway in trouble', (r) => r.writeHead(502).end('<html>'), 'load'],
  ['a gateway that waited in vain', (r) => r.writeHead(504).end(''), 'load'],
  ['an answer without end', (r) => r.end(Buffer.alloc(11_000_000, ' ')), 'length'],
  ['no answer in time', () => undefined, 'load'],
  ['no connection', (r) => r.destroy(), undefined],
])('%s says of the range what it may', async (_what, answer, refusal) => {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const node = new LedgerNode(
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer.length === 0 ? 300 : 10_000,
  );
  const filter = { address: market.market, fromBlock: 0, toBlock: 9 };
  const error = await node.logs(filter).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(Error);
  expect(refusalOf(error)).toBe(refusal);
});
