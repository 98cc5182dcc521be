import { pino } from 'pino';
import { privateKeyToAccount } from 'viem/accounts';
import { afterEach, expect, test } from 'vitest';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { LedgerFollower } from '../../../meter-agent/ledger/ledger-follower.ts';
import { CHECKPOINT_BLOCKS, FINALITY_BLOCKS } from '../../../protocol/ledger/range.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { rpc, startAnvil } from '../../support/anvil.ts';
import { LyingNode } from '../../support/lying-node.ts';
import { deployTestMarket, publish } from '../../support/market.ts';
import { listingOf } from '../support/ledger-fixture.ts';
import { Scope, testConfig } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const agent = privateKeyToAccount(`0x${'5a'.repeat(32)}`);

/** A fresh market, and nodes in front of its ledger; `start` starts a follower that reads by them. */
async function marketByNodes(count: number) {
  const anvil = await startAnvil();
  scope.onEnd(() => anvil.stop());
  const market = await deployTestMarket(anvil.url);
  const nodes: LyingNode[] = [];
  for (let i = 0; i < count; i++) nodes.push(await LyingNode.start(anvil.url));
  for (const node of nodes) scope.onEnd(() => node.close());
  const dataDir = scope.dir();
  const rpcUrl = nodes.map(({ url }) => url);
  const { deployBlock } = market;
  const config = testConfig({ rpcUrl, market: market.market, deployBlock, dataDir });
  const start = () => {
    const journal = new Journal(dataDir);
    scope.onEnd(() => journal.close());
    const follower = new LedgerFollower(config, agent.address, journal, pino({ level: 'silent' }));
    follower.start();
    scope.onEnd(() => follower.close());
    return follower;
  };
  const list = () => publish(market, agent, listingOf(agent.address));
  return { anvil, list, nodes, start };
}

async function followerOfThree() {
  const { start, ...market } = await marketByNodes(3);
  return { ...market, follower: start() };
}

test('the first node falls away, the second is of another chain, the third goes on; nothing is taken back', async () => {
  const { anvil, list, nodes, follower } = await followerOfThree();
  const [first, second, third] = nodes as [LyingNode, LyingNode, LyingNode];
  second.lie = (method) => (method === 'eth_chainId' ? 'chainId' : undefined);
  const listingId = await list();
  await waitFor('the listing to be followed', () => follower.listings().has(listingId));
  first.lie = () => 'disconnect';
  await rpc(anvil.url, 'evm_mine');
  const newest = () => follower.followed().at(-1)?.number ?? 0;
  const before = newest();
  await waitFor(
    'the third node to be followed',
    () => newest() > before && (third.asked.get('eth_getLogs') ?? 0) > 0,
  );
  expect(second.asked.get('eth_getLogs')).toBeUndefined();
  expect(follower.listings().has(listingId)).toBe(true);
});

test('an empty answer about a new listing is caught by the block’s bloom filter', async () => {
  const { list, nodes, follower } = await followerOfThree();
  await waitFor('the ledger to be reached', () => follower.followed().length > 0);
  // A lie is told where there are logs to leave out.
  const hasLied = () => nodes.some(({ told }) => told > 0);
  for (const node of nodes) {
    node.lie = (method) => (method === 'eth_getLogs' && !hasLied() ? 'empty' : undefined);
  }
  const listingId = await list();
  await waitFor('the lie to be told', hasLied);
  await waitFor('the listing to be followed', () => follower.listings().has(listingId));
});

/** Makes what is followed so far history, which is read in long ranges without bloom filters. */
const makeHistory = (anvilUrl: string) =>
  rpc(anvilUrl, 'anvil_mine', [CHECKPOINT_BLOCKS + 2 * FINALITY_BLOCKS]);

test.for([
  ['three nodes, of which one leaves it out', 3],
  ['two nodes, of which one leaves it out once', 2],
] as const)('a listing that was left out of history comes by a second reading: %s', async ([, count]) => {
  const { anvil, list, nodes, start } = await marketByNodes(count);
  const first = nodes[0]!;
  const listingId = await list();
  await makeHistory(anvil.url);
  const listedIn =
    Number((await rpc(anvil.url, 'eth_blockNumber')) as string) - CHECKPOINT_BLOCKS - 2 * FINALITY_BLOCKS;
  first.hiddenBlock = listedIn;
  const follower = start();
  await waitFor('history to be followed', () => (follower.followed().at(-1)?.number ?? 0) > listedIn);
  if (count === 2) first.hiddenBlock = undefined;
  await waitFor('the listing to be followed', () => follower.listings().has(listingId));
});

test('two nodes that contradict each other for good take nothing back', async () => {
  const { anvil, list, nodes, start } = await marketByNodes(2);
  const listingId = await list();
  await makeHistory(anvil.url);
  nodes[1]!.lie = (method) => (method === 'eth_getLogs' ? 'empty' : undefined);
  const follower = start();
  await waitFor('both readings by the second node', () => nodes[1]!.told > 1);
  await rpc(anvil.url, 'evm_mine');
  const head = Number((await rpc(anvil.url, 'eth_blockNumber')) as string);
  await waitFor('the next block to be followed', () => follower.followed().at(-1)?.number === head);
  expect(follower.listings().has(listingId)).toBe(true);
});
