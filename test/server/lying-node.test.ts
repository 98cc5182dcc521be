import fc from 'fast-check';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import type { Db } from '../../server/db.ts';
import { rpc } from '../support/anvil.ts';
import { type Lie, LyingNode, lieOf } from '../support/lying-node.ts';
import { write } from '../support/market.ts';
import { bookCharger, cancelByDriver, claim, listCharger, settle } from './marketActions.ts';
import {
  caughtUp,
  get,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

const SAMPLES = process.env.PLUGPACT_DEEP ? 60 : 3;

let ledger: TestLedger;
let truth: unknown;
/** Block of the booking that is settled blocks later. */
let bookedIn: number;

async function rowsOf(db: Db) {
  const listings = await db
    .selectFrom('listings')
    .selectAll()
    .orderBy('listingId')
    .orderBy('fromBlock')
    .execute();
  const bookings = await db
    .selectFrom('bookings')
    .selectAll()
    .orderBy('bookingId')
    .orderBy('fromBlock')
    .execute();
  const moves = await db
    .selectFrom('accountMoves')
    .selectAll()
    .orderBy('fromBlock')
    .orderBy('logIndex')
    .execute();
  const terms = await db.selectFrom('terms').selectAll().orderBy('termsHash').execute();
  return { listings, bookings, moves, terms };
}

const headOf = async () => Number(await rpc<string>(ledger.anvil.url, 'eth_blockNumber'));
const mine = (blocks: number) => rpc(ledger.anvil.url, 'anvil_mine', [`0x${blocks.toString(16)}`]);

interface Health {
  status: string;
  index: { indexedTo: number; lagBlocks: number; verifiedTo: number; contradiction: { kind: string } | null };
}

const healthOf = (server: TestServer) => get<Health>(`${server.url}/healthz`);

const isRight = async (server: TestServer): Promise<boolean> => {
  if ((await healthOf(server)).body.index.indexedTo < (await headOf())) return false;
  return JSON.stringify(await rowsOf(server.db)) === JSON.stringify(truth);
};

/** A server that reads from these nodes. */
async function serverOf(nodes: readonly { url: string }[]): Promise<TestServer> {
  const env = { RPC_URL: nodes.map(({ url }) => url).join() };
  const server = await startServer(ledger.market, env);
  onTestFinished(() => server.stop());
  return server;
}

async function lyingNode(): Promise<LyingNode> {
  const node = await LyingNode.start(ledger.anvil.url);
  onTestFinished(() => node.close());
  return node;
}

beforeAll(async () => {
  ledger = await startLedger();
  const { market } = ledger;
  const charger = await listCharger(market);
  const settled = await bookCharger(market, charger);
  bookedIn = await headOf();
  const claimed = await bookCharger(market, await listCharger(market));
  await settle(market, settled);
  await claim(market, claimed);
  const later = { firstSlot: Math.floor(Date.now() / 900_000) + 40, slotCount: 2 };
  await cancelByDriver(market, await bookCharger(market, await listCharger(market), later));
  // The first blocks become history, which is read without a header for each.
  await mine(200);
  await write(market, localAccount('host'), 'setListingStatus', [charger.listing, 2, '0x']);
  await mine(20);
  await write(market, localAccount('host'), 'setListingStatus', [charger.listing, 1, '0x']);
  const honest = await startServer(market);
  await caughtUp(honest, ledger);
  truth = await rowsOf(honest.db);
  await honest.stop();
});
afterAll(() => ledger?.stop());

const indexed = (server: TestServer) =>
  waitFor('the index to be right', () => isRight(server), { timeoutMs: 100_000, pollMs: 100 });

/** Waits until the index is right and nothing contradicts it. */
async function healed(server: TestServer): Promise<void> {
  await indexed(server);
  await waitFor('no contradiction to last', async () => (await healthOf(server)).status === 200);
  expect(server.fatal).toEqual([]);
}

const said = (server: TestServer, text: string) => server.logLines.some((line) => line.includes(text));

test('a node that lies at random for a while leaves an index that is right', async () => {
  const lies = fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(1_000) });
  await fc.assert(
    fc.asyncProperty(fc.array(lies, { minLength: 10, maxLength: 40 }), async (planned) => {
      const node = await LyingNode.start(ledger.anvil.url);
      const left = [...planned];
      node.lie = (method) => {
        // With nothing indexed yet, one wrong identity is fatal: a wrong configuration is likelier then.
        const number = node.asked.has('eth_getLogs') ? left.shift() : undefined;
        return number === undefined || number === null ? undefined : lieOf(method, number);
      };
      const server = await startServer(ledger.market, { RPC_URL: node.url });
      try {
        await waitFor('the lies to be told', () => left.length === 0, { timeoutMs: 100_000 });
        await healed(server);
      } finally {
        await server.stop();
        node.close();
      }
    }),
    { seed: 13, numRuns: SAMPLES, endOnFailure: true },
  );
});

test('one empty answer about history is found by the second reading, told, and put right', async () => {
  const node = await lyingNode();
  let isTold = false;
  node.lie = (method, [filter]) => {
    const { fromBlock } = (filter ?? {}) as { fromBlock?: string };
    if (isTold || method !== 'eth_getLogs' || Number(fromBlock) > bookedIn) return undefined;
    isTold = true;
    return 'empty';
  };
  const server = await serverOf([node]);
  await waitFor('the fault to be found', () => said(server, 'rewound, and read again'));
  await healed(server);
  const verifiedTo = async () => (await healthOf(server)).body.index.verifiedTo;
  await waitFor('the booking’s block to be verified', async () => (await verifiedTo()) > bookedIn);
  expect(said(server, 'the nodes contradict each other no more')).toBe(true);
});

test('one empty answer about a block near the head is found by its bloom filter, before anything is indexed', async () => {
  const node = await lyingNode();
  const head = await headOf();
  let isTold = false;
  node.lie = (method, [filter]) => {
    const { fromBlock, toBlock } = (filter ?? {}) as { fromBlock?: string; toBlock?: string };
    if (isTold || method !== 'eth_getLogs' || fromBlock === undefined || Number(toBlock) < head)
      return undefined;
    isTold = true;
    return 'empty';
  };
  const server = await serverOf([node]);
  await healed(server);
  expect(isTold).toBe(true);
  expect(said(server, 'logs were left out')).toBe(true);
  expect(said(server, 'rewound')).toBe(false);
});

test('a node that hides a booking always is caught by a second one', async () => {
  const [liar, honest] = [await lyingNode(), await lyingNode()];
  liar.hiddenBlock = bookedIn;
  const server = await serverOf([liar, honest]);
  await indexed(server);
  // One against one outvotes nobody: it is told for as long as a second reading gives something else.
  await waitFor('the contradiction to be told', async () => {
    const { status, body } = await healthOf(server);
    return status === 503 && body.index.contradiction?.kind === 'history';
  });
  expect(await isRight(server)).toBe(true);
  liar.hiddenBlock = undefined;
  await healed(server);
});

test('one that hides a booking, alone, is told by /healthz, and the index heals when it tells the truth', async () => {
  const node = await lyingNode();
  node.hiddenBlock = bookedIn;
  const server = await serverOf([node]);
  const health = await waitFor('the contradiction to be told', async () => {
    const { status, body } = await healthOf(server);
    return status === 503 && body.index.contradiction !== null && body;
  });
  expect(health).toMatchObject({ status: 'degraded', ledger: { reachable: true } });
  node.hiddenBlock = undefined;
  await healed(server);
});

test('the first node falls away, the second is of another chain, the third goes on', async () => {
  const nodes = [await lyingNode(), await lyingNode(), await lyingNode()] as const;
  nodes[1].lie = (method) => (method === 'eth_chainId' ? 'chainId' : undefined);
  const server = await serverOf(nodes);
  await healed(server);
  nodes[0].lie = () => 'disconnect';
  const asked = nodes[2].asked.get('eth_getBlockByNumber') ?? 0;
  await waitFor('the third to be read', () => (nodes[2].asked.get('eth_getBlockByNumber') ?? 0) > asked + 3);
  await healed(server);
});

test.each<[string, string, Lie]>([
  ['has no code at the market', 'eth_getCode', 'noCode'],
  ['names another chain', 'eth_chainId', 'chainId'],
  ['has no first block', 'eth_getBlockByNumber', 'noGenesis'],
])('a node that %s for a moment ends nothing', async (_what, method, lie) => {
  const node = await lyingNode();
  const server = await serverOf([node]);
  await healed(server);
  // After a failure it is asked again which ledger it is of.
  let times = 0;
  node.lie = (asked, [block]) => {
    const isMeant = asked === method && (lie !== 'noGenesis' || block === '0x0');
    if (!isMeant) return times === 0 && block === 'latest' ? 'status502' : undefined;
    times += 1;
    return times <= 3 ? lie : undefined;
  };
  await waitFor('the answers to be given', () => times > 3);
  await healed(server);
});

test('a node whose headers and logs are of two branches, always, is told by /healthz', async () => {
  const node = await lyingNode();
  node.lie = (method, [block]) =>
    method === 'eth_getBlockByNumber' && block !== 'latest' && Number(block) >= bookedIn
      ? 'branch'
      : undefined;
  const server = await serverOf([node]);
  await waitFor('the contradiction to be told', async () => {
    const { status, body } = await healthOf(server);
    return status === 503 && body.index?.contradiction?.kind === 'answer';
  });
  node.lie = () => undefined;
  await healed(server);
});
