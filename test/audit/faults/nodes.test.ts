import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditLedger } from '../../../audit/audit-ledger.ts';
import { type Anvil, startAnvil } from '../../../scripts/lib/anvil.ts';
import { runScenario, type Scenario } from '../scenario.ts';
import { NODE_FAULTS, NODE_REFUSALS, type NodeFault } from './node-faults.ts';
import { behindProxy } from './proxy.ts';

/** Lines that one cause may take. */
const MOST_LINES = 3;

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
  const { discrepancies } = await auditThrough(fault);
  const lines = discrepancies.map(({ code, expected, found }) => `${code}: ${expected}, found ${found}`);
  expect(lines.slice(0, 1)).toEqual([expect.stringMatching(`^${fault.code}:`)]);
  expect(lines.slice(MOST_LINES)).toEqual([]);
});

it.each(NODE_REFUSALS)('a node: $name, and the audit ends', async (fault) => {
  await expect(auditThrough(fault)).rejects.toMatchObject({ code: fault.code });
});

it('a node that answers in another order is read all the same', async () => {
  const shuffled: NodeFault['lie'] =
    () =>
    ({ method }, result) =>
      method === 'eth_getLogs' ? (result as object[]).toReversed() : result;
  const { discrepancies } = await auditThrough({ kind: 'node', name: 'shuffled', code: '', lie: shuffled });
  expect(discrepancies).toEqual([]);
});
