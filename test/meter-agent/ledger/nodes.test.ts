import { pino } from 'pino';
import type { Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Journal } from '../../../meter-agent/journal/journal.ts';
import { LedgerFollower } from '../../../meter-agent/ledger/ledger-follower.ts';
import { CHECKPOINT_BLOCKS, FINALITY_BLOCKS } from '../../../protocol/ledger/range.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { rpc, startAnvil } from '../../support/anvil.ts';
import { LyingNode } from '../../support/lying-node.ts';
import { deployTestMarket, publish, type TestMarket } from '../../support/market.ts';
import { listingOf } from '../support/ledger-fixture.ts';
import { Scope, testConfig } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const agent = privateKeyToAccount(`0x${'5a'.repeat(32)}`);

/** Nodes in front of a market's ledger; `start` starts a follower that reads by them. */
async function byNodes({ rpcUrl: target, market, deployBlock }: TestMarket, count: number) {
  const nodes: LyingNode[] = [];
  for (let i = 0; i < count; i++) nodes.push(await LyingNode.start(target));
  for (const node of nodes) scope.onEnd(() => node.close());
  const dataDir = scope.dir();
  const rpcUrl = nodes.map(({ url }) => url);
  const config = testConfig({ rpcUrl, market, deployBlock, dataDir });
  const start = () => {
    const journal = new Journal(dataDir);
    scope.onEnd(() => journal.close());
    const follower = new LedgerFollower(config, agent.address, journal, pino({ level: 'silent' }));
    follower.start();
    scope.onEnd(() => follower.close());
    return follower;
  };
  return { nodes, start };
}

/** A follower of a fresh market by three nodes, started. */
async function followerOfThree() {
  const anvil = await startAnvil();
  scope.onEnd(() => anvil.stop());
  const market = await deployTestMarket(anvil.url);
  const { nodes, start } = await byNodes(market, 3);
  const list = () => publish(market, agent, listingOf(agent.address));
  return { anvil, list, nodes, follower: start() };
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

/** Blocks that a node mines within its time also where the machine is busy. */
const MINED_AT_ONCE = 128;
const HISTORY_BLOCKS = CHECKPOINT_BLOCKS + 2 * FINALITY_BLOCKS;

describe('a listing in history, which is read in long ranges without bloom filters', () => {
  const ledger = new Scope();
  let market: TestMarket;
  let listingId: Hex;
  let listedIn: number;

  const head = async () => Number((await rpc(market.rpcUrl, 'eth_blockNumber')) as string);

  beforeAll(async () => {
    const anvil = await startAnvil();
    ledger.onEnd(() => anvil.stop());
    market = await deployTestMarket(anvil.url);
    listingId = await publish(market, agent, listingOf(agent.address));
    listedIn = await head();
    for (let mined = 0; mined < HISTORY_BLOCKS; mined += MINED_AT_ONCE)
      await rpc(anvil.url, 'anvil_mine', [MINED_AT_ONCE]);
  });
  afterAll(() => ledger.end());

  test.for([
    ['three nodes, of which one leaves it out', 3],
    ['two nodes, of which one leaves it out once', 2],
  ] as const)('comes by a second reading where it was left out: %s', async ([, count]) => {
    const { nodes, start } = await byNodes(market, count);
    const first = nodes[0]!;
    first.hiddenBlock = listedIn;
    const follower = start();
    await waitFor('history to be followed', () => (follower.followed().at(-1)?.number ?? 0) > listedIn);
    if (count === 2) first.hiddenBlock = undefined;
    await waitFor('the listing to be followed', () => follower.listings().has(listingId));
  });

  test('stays where two nodes contradict each other for good', async () => {
    const { nodes, start } = await byNodes(market, 2);
    nodes[1]!.lie = (method) => (method === 'eth_getLogs' ? 'empty' : undefined);
    const follower = start();
    await waitFor('both readings by the second node', () => nodes[1]!.told > 1);
    await rpc(market.rpcUrl, 'evm_mine');
    const newest = await head();
    await waitFor('the next block to be followed', () => follower.followed().at(-1)?.number === newest);
    expect(follower.listings().has(listingId)).toBe(true);
  });
});
