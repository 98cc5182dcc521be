import { type Hex, numberToHex } from 'viem';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditLedger } from '../../../audit/audit-ledger.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { rpc } from '../../support/anvil.ts';
import { runScenario, type Scenario } from '../scenario.ts';
import { expectNamed } from './lines.ts';
import { NODE_FAULTS, NODE_REFUSALS, type NodeFault } from './node-faults.ts';
import { behindProxy, type Lie } from './proxy.ts';

let anvil: Anvil;
let scenario: Scenario;
beforeAll(async () => {
  anvil = await startAnvil();
  scenario = await runScenario(anvil.url);
});
afterAll(() => anvil?.stop());

const auditThrough = ({ lie }: NodeFault) => {
  const { market, chainId } = scenario.market;
  return behindProxy(anvil.url, lie(market), (rpcUrl) =>
    auditLedger({ rpcUrl, market, chainId, receipts: true }),
  );
};

it.each(NODE_FAULTS)('a node: $name', async (fault) => {
  expectNamed(await auditThrough(fault), fault.code);
});

it.each(NODE_REFUSALS)('a node: $name, and the audit ends', async (fault) => {
  await expect(auditThrough(fault)).rejects.toMatchObject({ code: fault.code });
});

it('a node that answers in another order is read all the same, and a finding says it', async () => {
  const shuffled: NodeFault['lie'] =
    () =>
    ({ method }, result) =>
      method === 'eth_getLogs' ? (result as object[]).toReversed() : result;
  const report = await auditThrough({ kind: 'node', name: 'shuffled', code: '', lie: shuffled });
  expect(report.discrepancies).toEqual([]);
  expect(report.findings.map(({ code }) => code)).toEqual(['node.order']);
});

/** Two nodes, of which the second lies. */
const auditWithSecond = (lie: Lie) => {
  const { market } = scenario.market;
  return behindProxy(anvil.url, lie, (second) => auditLedger({ rpcUrl: [anvil.url, second], market }));
};

it('of two nodes, a log that one of them leaves out is named', async () => {
  const report = await auditWithSecond(({ method }, result) =>
    method === 'eth_getLogs' ? (result as object[]).slice(1) : result,
  );
  expectNamed(report, 'node.differ');
});

it('of two nodes, the one that is behind is named', async () => {
  const newest = Number(await rpc<Hex>(anvil.url, 'eth_blockNumber'));
  const old = await rpc<object>(anvil.url, 'eth_getBlockByNumber', [numberToHex(newest - 20), false]);
  const report = await auditWithSecond(({ method, params }, result) => {
    if (method === 'eth_blockNumber') return numberToHex(newest - 20);
    if (method !== 'eth_getBlockByNumber') return result;
    if (params[0] === 'latest') return old;
    return Number(params[0]) > newest - 20 ? null : result;
  });
  expectNamed(report, 'node.behind');
});

it('a node that says another chain than the market’s code holds is named', async () => {
  const { market } = scenario.market;
  const lie: Lie = ({ method }, result) => (method === 'eth_chainId' ? '0x7b' : result);
  const report = await behindProxy(anvil.url, lie, (rpcUrl) => auditLedger({ rpcUrl, market }));
  expectNamed(report, 'node.chain');
});
