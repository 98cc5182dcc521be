import fc from 'fast-check';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startLeadership } from '../../server/cluster/leader.ts';
import { deleteDead, startLiveness } from '../../server/cluster/liveness.ts';
import { openMailbox } from '../../server/cluster/mailbox.ts';
import { createSharedCounts, deleteOldCounts } from '../../server/cluster/shared-counts.ts';
import { type SharedTopics, shareTopics } from '../../server/cluster/shared-topics.ts';
import type { Cluster } from '../../server/db/cluster.ts';
import { type Database, openDatabase } from '../../server/db/open.ts';
import { processOfLink, putLinks } from '../../server/link/store.ts';
import { TOPICS, type Topics } from '../../server/topics.ts';
import { type FreshPostgres, freshPostgres } from '../support/postgres.ts';
import { waitFor } from './support.ts';

const log = pino({ level: 'silent' });
const AGENT = `0x${'aa'.repeat(20)}` as const;

/** Two processes on one database. */
let place: FreshPostgres;
let [a, b]: (Database & { cluster: Cluster })[] = [];

const open = async () => (await openDatabase({ databaseUrl: place.url })) as Database & { cluster: Cluster };

beforeAll(async () => {
  place = await freshPostgres();
});
afterAll(() => place?.drop());
beforeEach(async () => {
  [a, b] = [await open(), await open()];
});
afterEach(async () => {
  await a?.close();
  await b?.close();
});

/** Ends all connections to the database but the one that asks, as its restart or a broken network would. */
const breakConnections = () =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(b!.db);

test('a message of any length reaches its process once, and leaves no row', async () => {
  const received: string[] = [];
  const inbox = await openMailbox({ ...b!, log }, (body) => void received.push(body));
  const outbox = await openMailbox({ ...a!, log }, () => undefined);
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.integer({ min: 7_850, max: 8_100 }).map((length) => 'x'.repeat(length)),
    fc.integer({ min: 2_600, max: 2_700 }).map((length) => 'é€"'.repeat(length)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(texts, { maxLength: 4 }), async (bodies) => {
      received.length = 0;
      for (const body of bodies) await outbox.send(b!.cluster.processId, body);
      await waitFor('the messages', () => received.length === bodies.length);
      expect(received.toSorted()).toEqual(bodies.toSorted());
    }),
    { numRuns: 15 },
  );
  expect(await a!.db.selectFrom('clusterMessages').selectAll().execute()).toEqual([]);
  await Promise.all([inbox.close(), outbox.close()]);
});

test('what one process publishes each listener of both hears, the keyed ones only their own', async () => {
  const [here, there] = [await shareTopics(a!.cluster, log), await shareTopics(b!.cluster, log)];
  const change = fc.tuple(fc.constantFrom(...TOPICS), fc.integer({ min: 0, max: 300 }).map(String));
  const hear = (bus: SharedTopics, topic: keyof Topics, id: string) => {
    const heard = { all: [] as string[], one: 0 };
    const ends = [
      bus.subscribe(topic, (each) => void heard.all.push(each)),
      bus.subscribeTo(topic, id, () => {
        heard.one += 1;
      }),
    ];
    return { heard, end: () => ends.forEach((end) => void end()) };
  };
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 400 }), change, async (drawn, [topic, drawnId]) => {
      // What an earlier run published may arrive late.
      run += 1;
      const changes = drawn.map(([each, of]) => [each, `${run} ${of}`] as const);
      const [id, last] = [`${run} ${drawnId}`, `${run} last`];
      const [local, remote] = [hear(here, topic, id), hear(there, topic, id)];
      for (const [each, of] of changes) here.publish(each, of);
      here.publish(topic, last);
      const expected = [...changes.filter(([each]) => each === topic).map(([, of]) => of), last];
      expect(local.heard.all).toEqual(expected);
      await waitFor('the last change', () => remote.heard.all.includes(last));
      const ofRun = remote.heard.all.filter((each) => each.startsWith(`${run} `));
      expect(new Set(ofRun)).toEqual(new Set(expected));
      expect(remote.heard.one).toBe(expected.includes(id) ? 1 : 0);
      local.end();
      remote.end();
    }),
    { numRuns: 10 },
  );
  await Promise.all([here.close(), there.close()]);
});

test('after a lost connection listeners are told that they may have missed something', async () => {
  const [here, there] = [await shareTopics(a!.cluster, log), await shareTopics(b!.cluster, log)];
  let missed = 0;
  const end = here.onMissed(() => {
    missed += 1;
  });
  const heard: string[] = [];
  here.subscribe('booking', (id) => void heard.push(id));
  await breakConnections();
  await waitFor('the gap to be told', () => missed > 0);
  there.publish('booking', 'later');
  await waitFor('what comes after it', () => heard.includes('later'));
  end();
  await Promise.all([here.close(), there.close()]);
});

test('one process leads at a time, and another one when its connection breaks or it stops', async () => {
  const running = new Map<string, number>();
  const lead = (name: string) => () => {
    running.set(name, (running.get(name) ?? 0) + 1);
    return { stop: async () => void running.delete(name) };
  };
  const wait = () => ({ stop: async () => undefined });
  const start = (name: string, { cluster }: { cluster: Cluster }) =>
    startLeadership({ cluster, log, wait, lead: lead(name) });
  const first = start('a', a!);
  await waitFor('the first to lead', () => first.isLeader());
  const second = start('b', b!);
  await waitFor('the second to wait', async () => {
    const waiting = await b!.db
      .selectFrom('pg_locks' as never)
      .select('pid' as never)
      .where('locktype' as never, '=', 'advisory' as never)
      .where('granted' as never, '=', false as never)
      .execute();
    return waiting.length > 0;
  });
  expect([...running.keys()]).toEqual(['a']);
  await breakConnections();
  await waitFor('one of them to lead', () => [first, second].some((one) => one.isLeader()));
  const leader = first.isLeader() ? first : second;
  await leader.stop();
  const other = leader === first ? second : first;
  await waitFor('the other to lead', () => other.isLeader());
  await waitFor('it alone to run', () => running.size === 1);
  await other.stop();
  expect(running.size).toBe(0);
});

test('links of a process that shows no sign of life are gone', async () => {
  const options = { log, onForgotten: async () => undefined };
  const liveness = await startLiveness({ ...a!, ...options });
  const dead = { processId: 'dead', seenAt: Math.floor(Date.now() / 1_000) - 3_600 };
  await a!.db.insertInto('processes').values(dead).execute();
  const link = { agentKey: AGENT, linkId: '1', linkedAt: 1 };
  await putLinks(a!.db, 'dead', [link]);
  expect(await processOfLink(a!.db, AGENT)).toBeUndefined();
  expect(await putLinks(a!.db, a!.cluster.processId, [{ ...link, linkId: '2' }])).toEqual([
    { agentKey: AGENT, processId: 'dead', linkId: '1' },
  ]);
  expect(await processOfLink(b!.db, AGENT)).toBe(a!.cluster.processId);
  await deleteDead(a!.db);
  expect(await a!.db.selectFrom('processes').select('processId').execute()).toEqual([
    { processId: a!.cluster.processId },
  ]);
  await liveness.close();
  expect(await processOfLink(b!.db, AGENT)).toBeUndefined();
});

test('each hit of all processes has its own number, until the window is over', async () => {
  const stores = [a!, b!].map(({ db }) => createSharedCounts(db).storeOf('test'));
  for (const store of stores) store.init?.({ windowMs: 60_000 } as never);
  const hits = await Promise.all(
    Array.from({ length: 40 }, (_, i) => stores[i % 2]!.increment(i < 30 ? 'one' : 'two')),
  );
  const numbers = hits.map(({ totalHits }) => totalHits);
  expect(numbers.slice(0, 30).toSorted((x, y) => x - y)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  expect(numbers.slice(30).toSorted((x, y) => x - y)).toEqual(Array.from({ length: 10 }, (_, i) => i + 1));
  await stores[0]!.decrement('two');
  expect((await stores[1]!.increment('two')).totalHits).toBe(10);
  await a!.db.updateTable('requestCounts').set({ resetAtMs: 1 }).where('countKey', '=', 'test one').execute();
  expect((await stores[1]!.increment('one')).totalHits).toBe(1);
  await a!.db.updateTable('requestCounts').set({ resetAtMs: 1 }).where('countKey', '=', 'test two').execute();
  await deleteOldCounts(a!.db);
  expect(
    (await a!.db.selectFrom('requestCounts').select('countKey').execute()).map((row) => row.countKey),
  ).toEqual(['test one']);
});
