import fc from 'fast-check';
import { pino } from 'pino';
import { bytesToHex, type Hex, hashTypedData } from 'viem';

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectorsHash, connectorsText, EVSE_STATUSES, STALE_AFTER_SEC } from '../../protocol/link.ts';
import { typedData } from '../../protocol/signedTypes.ts';
import { heartbeatDigest } from '../../server/charging/heartbeatDigest.ts';
import { createHeartbeats, type Heartbeats } from '../../server/charging/heartbeats.ts';
import { createReports } from '../../server/charging/reports.ts';
import { type Database, openDatabase } from '../../server/db/open.ts';
import { createTopics } from '../../server/topics.ts';
import { type HeartbeatAgent, listAll, newAgent, REF, signedHeartbeat } from './support/heartbeat-agents.ts';
import { newDatabase, type TestDatabase, waitFor } from './support.ts';

const AGENTS = 4;
const START_SEC = 1_800_000_000;

let place: TestDatabase;
let database: Database;
let agents: HeartbeatAgent[];
let heartbeats: Heartbeats;
let nowSec = START_SEC;
let told: string[];
const topics = createTopics();
topics.subscribe('connector', (id) => void told.push(id));

beforeAll(async () => {
  place = await newDatabase();
  const env = place.env as { DATABASE_FILE?: string; DATABASE_URL?: string };
  database = await openDatabase({ databaseFile: env.DATABASE_FILE, databaseUrl: env.DATABASE_URL });
});
afterAll(async () => {
  await database?.close();
  await place?.remove();
});

/** New agents and a new process for each test, on the same database. */
beforeEach(async () => {
  nowSec = START_SEC;
  told = [];
  agents = Array.from({ length: AGENTS }, newAgent);
  heartbeats = newProcess();
  await listAll(database.db, agents);
});

const newProcess = () =>
  createHeartbeats({
    ...{ ...database, topics, log: pino({ level: 'silent' }) },
    marketRef: () => REF,
    now: () => nowSec,
  });

const rowOf = ({ listingId }: HeartbeatAgent) =>
  database.db.selectFrom('connectors').selectAll().where('listingId', '=', listingId).executeTakeFirst();

/** Another market, so that the domain that was used last is not always the right one. */
const OTHER_REF = { ...REF, chainId: REF.chainId + 1 };

test('the digest of a heartbeat is that of EIP-712, whichever market was asked about before', () => {
  const connector = fc.record({
    connector: fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => bytesToHex(bytes)),
    listingId: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytesToHex(bytes)),
    status: fc.constantFrom(...EVSE_STATUSES),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 40 - 1 }),
      fc.array(connector, { maxLength: 3 }),
      fc.constantFrom(REF, OTHER_REF),
      (sentAt, connectors, ref) => {
        const { agentKey } = agents[0]!.link;
        const message = { agentKey, sentAt, connectorsHash: connectorsHash(connectors) };
        const expected = hashTypedData(typedData(ref, 'Heartbeat', message) as never);
        const digest = heartbeatDigest(ref, { agentKey, sentAt }, connectorsText(connectors));
        expect(bytesToHex(digest)).toBe(expected);
      },
    ),
    { numRuns: 20 },
  );
});

const REPEATED_SEC = 5;

/** What a map shows of a connector, by an independent account of the rules. */
interface Shown {
  status: string;
  host: string | null;
  receivedAt: number;
  sentAt: number;
}

const step = fc.record({
  agent: fc.integer({ min: 0, max: AGENTS - 1 }),
  status: fc.constantFrom('AVAILABLE' as const, 'CHARGING' as const),
  host: fc.constantFrom(null, `0x${'aa'.repeat(20)}` as const, `0x${'bb'.repeat(20)}` as const),
  afterSec: fc.constantFrom(0, 1, 4, 5, 30, STALE_AFTER_SEC - 1, STALE_AFTER_SEC),
  behindSec: fc.constantFrom(0, 0, 0, 2),
});

const isShownAnew = (before: Shown | undefined, after: Shown): boolean =>
  before === undefined ||
  before.status !== after.status ||
  before.host !== after.host ||
  after.receivedAt - before.receivedAt >= STALE_AFTER_SEC;

/** Said again before it is worth writing again. */
const isRepeated = (before: Shown | undefined, after: Shown): boolean =>
  before?.status === after.status &&
  before.host === after.host &&
  after.receivedAt - before.receivedAt < REPEATED_SEC;

test('any sequence of heartbeats leaves the newest of each agent, and tells exactly what the map shows anew', async () => {
  const run = async (steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) => {
    const own = Array.from({ length: AGENTS }, newAgent);
    await listAll(database.db, own);
    told = [];
    const shown = new Map<Hex, Shown>();
    const newestSentAt = new Map<Hex, number>();
    const expected: string[] = [];
    const process = newProcess();
    for (const { agent: i, status, host, afterSec, behindSec } of steps) {
      nowSec += afterSec;
      const { link, listingId } = own[i]!;
      const after: Shown = { status, host, receivedAt: nowSec, sentAt: nowSec - behindSec };
      const before = shown.get(listingId);
      const isOld = after.sentAt < (newestSentAt.get(listingId) ?? 0);
      const report = signedHeartbeat(own[i]!, after.sentAt, { status, ...(host && { host }) });
      expect(await process.handle(link, report)).toBe(isOld ? 'heartbeat.older' : undefined);
      if (isOld) continue;
      newestSentAt.set(listingId, after.sentAt);
      if (isRepeated(before, after)) continue;
      if (isShownAnew(before, after)) expected.push(listingId);
      shown.set(listingId, after);
    }
    await process.close();
    expect(told).toEqual(expected);
    const rows = await Promise.all(own.map(rowOf));
    expect(rows).toEqual(
      own.map(({ listingId }) => shown.get(listingId) && expect.objectContaining(shown.get(listingId))),
    );
  };
  const numRuns = process.env.PLUGPACT_DEEP === undefined ? 6 : 200;
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 12 }), run), { numRuns });
});

test('heartbeats of many agents at once are written together, and unchanged ones tell nobody', async () => {
  const send = (change = {}) =>
    Promise.all(agents.map((agent) => heartbeats.handle(agent.link, signedHeartbeat(agent, nowSec, change))));
  await send();
  expect(told.sort()).toEqual(agents.map(({ listingId }) => listingId).sort());
  told = [];
  for (let round = 0; round < 3; round++) {
    nowSec += 30;
    await send();
  }
  expect(told).toEqual([]);
  const [seen] = await database.db
    .selectFrom('agents')
    .select('seenAt')
    .where('agentKey', '=', agents[0]!.link.agentKey)
    .execute();
  expect(seen?.seenAt).toBe(nowSec);
});

test('what an agent says again within five seconds is not written, what it says anew is', async () => {
  const [agent] = agents as [HeartbeatAgent];
  const startSec = nowSec;
  const say = async (afterSec: number, status: 'AVAILABLE' | 'CHARGING') => {
    nowSec = startSec + afterSec;
    expect(await heartbeats.handle(agent.link, signedHeartbeat(agent, nowSec, { status }))).toBeUndefined();
    return (await rowOf(agent))!.sentAt - startSec;
  };
  expect(await say(0, 'AVAILABLE')).toBe(0);
  expect(await say(4, 'AVAILABLE')).toBe(0);
  expect(await say(4, 'CHARGING')).toBe(4);
  expect(await say(8, 'CHARGING')).toBe(4);
  expect(await say(9, 'CHARGING')).toBe(9);
});

test('an older report of another process does not replace a newer one, and is not told', async () => {
  const [agent] = agents as [HeartbeatAgent];
  const other = newProcess();
  await heartbeats.handle(agent.link, signedHeartbeat(agent, nowSec, { status: 'CHARGING' }));
  told = [];
  await other.handle(agent.link, signedHeartbeat(agent, nowSec - 1, { status: 'AVAILABLE' }));
  expect(told).toEqual([]);
  expect(await rowOf(agent)).toMatchObject({ status: 'CHARGING', sentAt: nowSec });
  await other.close();
});

test('a signature of another key or with a high s is refused, and a link that brings many is closed', async () => {
  const [agent, other] = agents as [HeartbeatAgent, HeartbeatAgent];
  const false1 = signedHeartbeat(agent, nowSec, {}, other.key);
  expect(await heartbeats.handle(agent.link, false1)).toBe('heartbeat.signature');
  const good = signedHeartbeat(agent, nowSec);
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const s = order - BigInt(`0x${good.signature.slice(66, 130)}`);
  const high = `${good.signature.slice(0, 66)}${s.toString(16).padStart(64, '0')}1c` as Hex;
  expect(await heartbeats.handle(agent.link, { ...good, signature: high })).toBe('heartbeat.signature');
  expect(agent.refusals).toEqual([]);
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const reports = createReports({ ...database, topics, log, marketRef: () => REF, now: () => nowSec });
  for (let i = 0; i < 20; i++) await reports.handle(agent.link, false1);
  expect(agent.refusals).toEqual([]);
  await reports.handle(agent.link, false1);
  expect(agent.refusals).toEqual([expect.stringContaining('heartbeat.signature: too many')]);
  expect(lines).toHaveLength(1);
  expect(await rowOf(agent)).toBeUndefined();
});

test('made-up keys at one address have one measure of forgeries; who is only wrong, or elsewhere, goes on', async () => {
  const log = pino({ level: 'silent' });
  const reports = createReports({ ...database, topics, log, marketRef: () => REF, now: () => nowSec });
  const at = (address: string) => {
    const agent = newAgent();
    return { ...agent, link: { ...agent.link, address } };
  };
  const forger = newAgent();
  const forged = async (agent: HeartbeatAgent) => {
    await reports.handle(agent.link, signedHeartbeat(agent, nowSec, {}, forger.key));
    return agent.refusals.length > 0;
  };
  let borne = 0;
  // A second brings one more.
  while (borne < 1_000 && !(await forged(at('192.0.2.7')))) borne += 1;
  expect(borne).toBeGreaterThanOrEqual(100);
  expect(borne).toBeLessThan(1_000);
  expect(await forged(at('192.0.2.8'))).toBe(false);
  const wrongClock = at('192.0.2.7');
  await reports.handle(wrongClock.link, signedHeartbeat(wrongClock, nowSec - 3_600));
  const honest = at('192.0.2.7');
  await listAll(database.db, [honest]);
  await reports.handle(honest.link, signedHeartbeat(honest, nowSec));
  expect([...wrongClock.refusals, ...honest.refusals]).toEqual([]);
  expect(await rowOf(honest)).toMatchObject({ sentAt: nowSec });
  await reports.close();
});

test('a heartbeat counts once its charger is listed, for that listing alone', async () => {
  const late = newAgent();
  await heartbeats.handle(late.link, signedHeartbeat(late, nowSec, { status: 'CHARGING' }));
  expect(await rowOf(late)).toBeUndefined();
  await listAll(database.db, [late]);
  topics.publish('listing', agents[0]!.listingId);
  topics.publish('listing', late.listingId);
  expect(await waitFor('the report', () => rowOf(late))).toMatchObject({ status: 'CHARGING' });
  expect(told).toEqual([late.listingId]);
  heartbeats.forget(late.link.agentKey);
});
