import type { Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditLedger } from '../../../audit/audit-ledger.ts';
import { bloomHolds, headerHash, nodeHeader } from '../../../audit/ledger/header.ts';
import { ledgerClient, readLedger } from '../../../audit/ledger/read-ledger.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { rpc } from '../../support/anvil.ts';
import { behindProxy, type Lie } from '../faults/proxy.ts';
import { runScenario, type Scenario } from '../scenario.ts';

interface Log {
  blockNumber: Hex;
  logIndex: Hex;
}

describe('nodes that do not say the truth', () => {
  let anvil: Anvil;
  let scenario: Scenario;
  beforeAll(async () => {
    anvil = await startAnvil();
    scenario = await runScenario(anvil.url);
  });
  afterAll(() => anvil.stop());

  const audit = (...rpcUrl: string[]) => auditLedger({ rpcUrl, market: scenario.market.market });
  const behind = (lie: Lie) => behindProxy(anvil.url, lie, (url) => audit(url));
  const beside = (lie: Lie) => behindProxy(anvil.url, lie, (url) => audit(anvil.url, url));

  const ofLogs =
    (change: (logs: Log[]) => unknown): Lie =>
    ({ method }, result) =>
      method === 'eth_getLogs' ? change(result as Log[]) : result;

  it('are no matter where two say the same', async () => {
    const { discrepancies, findings } = await audit(anvil.url, anvil.url);
    expect(discrepancies).toEqual([]);
    expect(findings.filter(({ code }) => code.startsWith('node.'))).toEqual([]);
  });

  it('shuffle their logs: these are sorted, and it is a finding', async () => {
    const { discrepancies, findings } = await behind(ofLogs((logs) => logs.toReversed()));
    expect(discrepancies).toEqual([]);
    expect(findings.map(({ code }) => code)).toContain('node.order');
  });

  it.each([
    ['no logs', () => []],
    ['all but one', (logs: Log[]) => logs.toSpliced(logs.length >> 1, 1)],
    ['none of the second half', (logs: Log[]) => logs.slice(0, logs.length >> 1)],
  ] as const)('leave logs out, %s: receipts have them, and nothing else is wrong', async (_, change) => {
    const { discrepancies } = await behind(ofLogs(change));
    expect(new Set(discrepancies.map(({ code }) => code))).toEqual(new Set(['node.logsMissing']));
    expect(discrepancies.length).toBeLessThanOrEqual(3);
  });

  it('repeat each log: one of each counts', async () => {
    const { discrepancies } = await behind(ofLogs((logs) => [...logs, ...logs]));
    expect(new Set(discrepancies.map(({ code }) => code))).toEqual(new Set(['node.duplicate']));
  });

  it('differ from another one: both answers are named, of logs, of the block, of a word in storage', async () => {
    const omitted = await beside(ofLogs((logs) => logs.slice(1)));
    expect(omitted.discrepancies[0]).toMatchObject({ code: 'node.differ' });
    const pinned = `0x${omitted.pin.blockNumber.toString(16)}`;
    const branch = await beside(({ method, params }, result) => {
      const isPin = method === 'eth_getBlockByNumber' && params[0] === pinned;
      return isPin ? { ...(result as object), hash: `0x${'77'.repeat(32)}` } : result;
    });
    expect(branch.discrepancies.map(({ code }) => code)).toEqual(['node.differ']);
    expect(branch.discrepancies[0]!.found).toMatch(/^0x7+ by http/);
    const word = await beside(({ method, params }, result) => {
      const [{ data = '0x' } = {}] = params as { data?: string }[];
      const isPurse = method === 'eth_call' && data.length === 138 && (result as string).length === 130;
      return isPurse ? `0x${'00'.repeat(31)}01${(result as string).slice(66)}` : result;
    });
    expect(word.discrepancies[0]).toMatchObject({
      code: 'node.differ',
      expected: expect.stringContaining('purse'),
    });
  });

  it('answer with null: it has its own words', async () => {
    await expect(
      behind(({ method }, result) => (method === 'eth_getLogs' ? null : result)),
    ).rejects.toMatchObject({
      code: 'node.nullAnswer',
    });
    await expect(
      behind(({ method }, result) => (method === 'eth_getBlockByNumber' ? null : result)),
    ).rejects.toMatchObject({ code: 'node.nullAnswer' });
  });

  it('are of another chain than --chain says', async () => {
    const task = { rpcUrl: anvil.url, market: scenario.market.market, chainId: 1 };
    await expect(auditLedger(task)).rejects.toMatchObject({ code: 'node.otherChain' });
    const lie: Lie = ({ method }, result) => (method === 'eth_chainId' ? '0x1' : result);
    const { discrepancies } = await behind(lie);
    expect(discrepancies.map(({ code }) => code)).toContain('node.chain');
  });

  it('mine on while they are read: the pinned block moves on', async () => {
    let isMined = false;
    const reading = await behindProxy(
      anvil.url,
      ({ method }, result) => {
        if (method === 'eth_getLogs' && !isMined) {
          isMined = true;
          void rpc(anvil.url, 'anvil_mine', ['0x40']);
        }
        return result;
      },
      (url) => readLedger(ledgerClient(url), scenario.market.market),
    );
    const newest = await rpc<{ number: Hex }>(anvil.url, 'eth_getBlockByNumber', ['latest', false]);
    expect(Number(newest.number) - Number(reading.pin.blockNumber)).toBeLessThan(17);
  });

  it('are bound by the hash and the bloom of their headers', async () => {
    const logs = await rpc<{ address: Hex; topics: Hex[]; blockNumber: Hex }[]>(anvil.url, 'eth_getLogs', [
      { address: scenario.market.market, fromBlock: '0x0' },
    ]);
    for (const { address, topics, blockNumber } of logs.slice(0, 10)) {
      const answer = await rpc<object>(anvil.url, 'eth_getBlockByNumber', [blockNumber, false]);
      const header = nodeHeader.parse(answer);
      expect(headerHash(header.raw)).toBe(header.hash);
      expect(headerHash({ ...header.raw, timestamp: '0x1' })).not.toBe(header.hash);
      for (const value of [address, ...topics]) expect(bloomHolds(header.logsBloom, value)).toBe(true);
    }
    const empty = nodeHeader.parse(await rpc(anvil.url, 'eth_getBlockByNumber', ['0x0', false]));
    expect(bloomHolds(empty.logsBloom, scenario.market.market)).toBe(false);
  });
});
