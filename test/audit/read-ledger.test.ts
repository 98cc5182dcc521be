import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerClient, readLedger, requirePinned } from '../../audit/ledger/read-ledger.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { rpc } from '../support/anvil.ts';
import { runScenario, type Scenario } from './scenario.ts';

interface Call {
  id: number;
  method: string;
  params: unknown[];
}

/** What a node does otherwise than the local one; `undefined` lets the call through. */
type Strictness = (call: Call) => { result?: unknown; error?: { code: number; message: string } } | undefined;

/** A proxy in front of the local node that is stricter, as public nodes are. */
async function withStrictNode<T>(
  anvil: Anvil,
  strict: Strictness,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as Call | Call[];
    const answer = async (call: Call) => {
      const { id, method, params } = call;
      const own = strict(call) ?? { result: await rpc<unknown>(anvil.url, method, params) };
      return { jsonrpc: '2.0', id, ...own };
    };
    const answers = Array.isArray(body) ? await Promise.all(body.map(answer)) : await answer(body);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

describe('reading the ledger', () => {
  let anvil: Anvil;
  let scenario: Scenario;
  beforeAll(async () => {
    anvil = await startAnvil();
    scenario = await runScenario(anvil.url);
  });
  afterAll(() => anvil.stop());

  const logsBy = async (url: string) => (await readLedger(ledgerClient(url), scenario.market.market)).logs;

  /** Of the market's own logs, or the filter of the token's transfers. */
  const askedOf = ({ params }: Call): string => {
    const [{ address, topics }] = params as [{ address: string; topics?: unknown }];
    return JSON.stringify([address, topics]);
  };

  const rangeOf = ({ params }: Call): [from: number, to: number] => {
    const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
    return [Number(fromBlock), Number(toBlock)];
  };

  it('begins at the deployment, and goes by smaller ranges when the node refuses large ones', async () => {
    const rangesOf = new Map<string, [from: number, to: number][]>();
    const strict: Strictness = (call) => {
      if (call.method === 'eth_chainId') return { result: '0x2105' };
      if (call.method !== 'eth_getLogs') return undefined;
      const [from, to] = rangeOf(call);
      if (to - from + 1 > 3) return { error: { code: -32005, message: 'query exceeds max block range 3' } };
      rangesOf.set(askedOf(call), [...(rangesOf.get(askedOf(call)) ?? []), [from, to]]);
      return undefined;
    };
    const logs = await withStrictNode(anvil, strict, logsBy);
    expect(logs).toEqual(await logsBy(anvil.url));
    // The market's events, and the token's transfers to it and from it.
    expect(rangesOf.size).toBe(3);
    for (const ranges of rangesOf.values()) {
      expect(ranges[0]?.[0]).toBe(scenario.market.deployBlock);
      const gaps = ranges.slice(1).map(([from], index) => from - ranges[index]![1]);
      expect(new Set(gaps)).toEqual(new Set([1]));
    }
  });

  it('reads from the first block on when the node keeps no old states', async () => {
    const starts: number[] = [];
    const strict: Strictness = (call) => {
      if (call.method === 'eth_chainId') return { result: '0x2105' };
      if (call.method === 'eth_getLogs') starts.push(rangeOf(call)[0]);
      const isOldCode = call.method === 'eth_getCode' && Number(call.params[1]) < 5;
      return isOldCode ? { error: { code: -32000, message: 'missing trie node' } } : undefined;
    };
    const logs = await withStrictNode(anvil, strict, logsBy);
    expect(logs).toEqual(await logsBy(anvil.url));
    expect(starts[0]).toBe(0);
  });

  it('asks the blocks for their times when the logs carry none', async () => {
    const plain = await logsBy(anvil.url);
    const withoutTimes = await rpc<Record<string, unknown>[]>(anvil.url, 'eth_getLogs', [
      { address: scenario.market.market, fromBlock: '0x0' },
    ]);
    for (const log of withoutTimes) delete log.blockTimestamp;
    const strict: Strictness = ({ method }) => {
      return method === 'eth_getLogs' ? { result: withoutTimes } : undefined;
    };
    expect(await withStrictNode(anvil, strict, logsBy)).toEqual(plain);
  });

  it('refuses to mix two histories when the ledger is reorganised meanwhile', async () => {
    const client = ledgerClient(anvil.url);
    const { pin } = await readLedger(client, scenario.market.market);
    await requirePinned(client, pin);
    await rpc(anvil.url, 'anvil_reorg', [2, []]);
    await expect(requirePinned(client, pin)).rejects.toMatchObject({
      code: 'audit.reorganised',
      retry: 'later',
    });
  });
});
