import type { ServerResponse } from 'node:http';
import { pino } from 'pino';
import type { Hex } from 'viem';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Notice } from '../../../protocol/notices.ts';
import { type Database, openDatabase } from '../../../server/db/open.ts';
import { PAUSES_SEC, startDeliveries } from '../../../server/subscriptions/deliver.ts';
import { postOut } from '../../../server/subscriptions/post-out.ts';
import { queueNotice } from '../../../server/subscriptions/queue.ts';
import { newWebhookSecret } from '../../../server/subscriptions/sign-webhook.ts';
import {
  cleanSubscriptions,
  countWaiting,
  deleteSubscription,
  hashOf,
  MOST_WAITING,
  putSubscription,
  readSubscription,
} from '../../../server/subscriptions/store.ts';
import { createTopics } from '../../../server/topics.ts';
import { type HeartbeatAgent, listAll, newAgent } from '../support/heartbeat-agents.ts';
import { newDatabase, type TestDatabase, waitFor } from '../support.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const START_SEC = 1_800_000_000;

let place: TestDatabase;
let database: Database;
let receiver: Receiver;
let nowSec = START_SEC;
let agent: HeartbeatAgent;
let hash: Hex;
let path: string;

beforeAll(async () => {
  place = await newDatabase();
  const env = place.env as { DATABASE_FILE?: string; DATABASE_URL?: string };
  database = await openDatabase({ databaseFile: env.DATABASE_FILE, databaseUrl: env.DATABASE_URL });
  receiver = await startReceiver();
});
afterAll(async () => {
  receiver?.stop();
  await database?.close();
  await place?.remove();
});

let tests = 0;

/** A new host with a webhook for each test. */
beforeEach(async () => {
  tests += 1;
  receiver.answer = undefined;
  agent = newAgent();
  await listAll(database.db, [agent]);
  path = `/hook-${tests}`;
  hash = await subscribed(path);
});

async function subscribed(at: string): Promise<Hex> {
  const subscriptionHash = hashOf(`0x${at}`);
  await putSubscription(database.db, {
    ...{ subscriptionHash, channel: 'WEBHOOK', account: agent.link.agentKey, bookingId: null },
    ...{ endpoint: `http://${receiver.host}${at}`, secret: newWebhookSecret(), createdAt: nowSec },
    expiresAt: null,
  });
  return subscriptionHash;
}

const noticeAt = (at: number): Notice => ({
  ...{ listingId: agent.listingId, bookingId: null, to: 'host' },
  ...{ code: 'FAULT_CLEARED', params: {}, at },
});

const queue = (at: number) => queueNotice(database.db, noticeAt(at), nowSec);

function start(db = database.db): void {
  const deliveries = startDeliveries({
    ...{
      db,
      topics: createTopics(),
      log: pino({ level: 'silent' }),
      now: () => nowSec,
      lookMs: 5,
    },
    config: { webhookPrivateHosts: [receiver.host], vapid: undefined },
  });
  onTestFinished(() => deliveries.stop());
}

const state = async () => (await readSubscription(database.db, hash))!;

test('events are sent once each and in their order, also where they are queued again', async () => {
  for (const at of [1, 2, 3]) {
    nowSec += 1;
    await queue(at);
  }
  await queue(2);
  start();
  await waitFor('the events', () => receiver.eventsAt(path).length >= 3);
  await queue(1);
  nowSec += 1;
  await queue(4);
  await waitFor('the last event', () => receiver.eventsAt(path).some((event) => event.timestamp === 4));
  expect(receiver.eventsAt(path).map((event) => event.timestamp)).toEqual([1, 2, 3, 4]);
  await waitFor('nothing to wait', async () => (await state()).dueAt === null);
});

test('events of one second are sent in the order in which they were queued', async () => {
  const ats = Array.from({ length: 8 }, (_, i) => i + 1);
  for (const at of ats) await queue(at);
  start();
  await waitFor('the events', () => receiver.eventsAt(path).length === ats.length);
  expect(receiver.eventsAt(path).map((event) => event.timestamp)).toEqual(ats);
});

test('an endpoint that fails is tried again with growing pauses, then given up, and the host is told', async () => {
  const other = await subscribed(`${path}-other`);
  receiver.answer = (res, one) => {
    res.statusCode = one.path === path ? 500 : 204;
    res.end();
  };
  await queue(1);
  start();
  let tries = 0;
  for (const pauseSec of PAUSES_SEC) {
    tries += 1;
    await waitFor(`failure ${tries}`, async () => (await state()).failures === tries);
    expect((await state()).dueAt).toBe(nowSec + pauseSec);
    expect(receiver.eventsAt(path)).toHaveLength(tries);
    nowSec += pauseSec;
  }
  await waitFor('it to be given up', async () => (await state()).endedBecause === 'GIVEN_UP');
  expect(receiver.eventsAt(path)).toHaveLength(tries + 1);
  const notice = { code: 'SUBSCRIPTION_GIVEN_UP', params: { endpointHost: receiver.host }, to: 'host' };
  await waitFor('the other webhook to hear of it', () =>
    receiver.eventsAt(`${path}-other`).some(({ data }) => (data as Notice).code === notice.code),
  );
  expect(receiver.eventsAt(`${path}-other`).at(-1)).toMatchObject({ type: 'notice', data: notice });
  const stored = await database.db
    .selectFrom('notices')
    .select('code')
    .where('listingId', '=', agent.listingId)
    .execute();
  expect(stored).toEqual([{ code: 'SUBSCRIPTION_GIVEN_UP' }]);
  await deleteSubscription(database.db, other);
});

test('a turn that ends while it is read who is due is not begun again before its pause is over', async () => {
  const triedAt: number[] = [];
  const unanswered: ServerResponse[] = [];
  receiver.answer = (res) => {
    triedAt.push(nowSec);
    if (triedAt.length === 1) unanswered.push(res);
    else res.end();
  };
  let looks = 0;
  let results = 0;
  // The second look has read that the first turn's subscription is due, and is told so after the end of that turn.
  const db = database.db.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      results += 1;
      if (!result.rows.some((row) => row.endpoint !== undefined)) return result;
      looks += 1;
      if (looks === 2) {
        await waitFor('the event to be there', () => unanswered.length === 1);
        unanswered[0]!.writeHead(500).end();
        await waitFor('the turn to end', async () => (await state()).failures === 1);
      }
      return result;
    },
  });
  await queue(1);
  start(db);
  await waitFor('the turn to end', async () => (await state()).failures === 1);
  const resultsThen = results;
  await waitFor('more looks', () => results > resultsThen + 20);
  const begunAt = nowSec;
  nowSec += PAUSES_SEC[0];
  await waitFor('the next try', async () => (await state()).failures === 0);
  expect(triedAt).toEqual([begunAt, nowSec]);
});

test('a failure that ends begins from the front, and what waited comes in its order', async () => {
  receiver.answer = (res) => void res.destroy();
  await queue(1);
  start();
  await waitFor('the failure', async () => (await state()).failures === 1);
  nowSec += 1;
  await queue(2);
  receiver.answer = undefined;
  nowSec += PAUSES_SEC[0];
  await waitFor('both', () => receiver.eventsAt(path).length === 3);
  expect(receiver.eventsAt(path).map((event) => event.timestamp)).toEqual([1, 1, 2]);
  expect(await state()).toMatchObject({ failures: 0 });
});

test('an endpoint that does not answer delays no other', async () => {
  const held: ServerResponse[] = [];
  receiver.answer = (res, one) => {
    if (one.path === `${path}-slow`) held.push(res);
    else res.end();
  };
  const slow = await subscribed(`${path}-slow`);
  await queue(1);
  start();
  await waitFor('the slow one to be asked', () => held.length === 1);
  await waitFor('the first event', () => receiver.eventsAt(path).length === 1);
  await queue(2);
  await waitFor('the second event', () => receiver.eventsAt(path).length === 2);
  expect(held[0]!.destroyed).toBe(false);
  held[0]!.end();
  await waitFor('the slow one to get the second', () => held.length === 2);
  held[1]!.end();
  await waitFor('nothing to wait', async () => (await readSubscription(database.db, slow))!.dueAt === null);
});

test('who answers 410 is sent nothing more', async () => {
  receiver.answer = (res) => {
    res.statusCode = 410;
    res.end();
  };
  await queue(1);
  start();
  await waitFor('the end', async () => (await state()).endedBecause === 'GONE');
  await queue(2);
  expect(await countWaiting(database.db, hash)).toBe(0);
  await cleanSubscriptions(database.db, nowSec + 8 * 86_400);
  expect(await readSubscription(database.db, hash)).toBeUndefined();
});

test('more events than may wait are left out and counted', async () => {
  for (let at = 0; at < MOST_WAITING + 5; at++) await queue(at);
  expect(await countWaiting(database.db, hash)).toBe(MOST_WAITING);
  expect((await state()).missed).toBe(5);
  start();
  await waitFor('the first event', () => receiver.eventsAt(path).length > 0);
  expect(receiver.eventsAt(path)[0]).toMatchObject({ missed: 5 });
});

const post = (url: string, change: { isAllowed?: boolean } = {}) =>
  postOut({
    ...{ url: new URL(url), headers: {}, body: '{}', isAllowed: true },
    ...{ signal: new AbortController().signal, ...change },
  });

test('a name that leads to this computer is not dialled, unless the operator allows it', async () => {
  const url = `http://localhost:${receiver.host.split(':')[1]}/named`;
  await expect(post(url, { isAllowed: false })).rejects.toThrow('not public');
  expect(receiver.eventsAt('/named')).toEqual([]);
  expect((await post(url)).status).toBe(200);
});

test('no redirect is followed, and of a long answer the first bytes are read', async () => {
  receiver.answer = (res, one) => {
    if (one.path === '/from') res.writeHead(302, { location: `http://${receiver.host}/to` }).end();
    else res.end('x'.repeat(10_000_000));
  };
  expect((await post(`http://${receiver.host}/from`)).status).toBe(302);
  expect(receiver.eventsAt('/to')).toEqual([]);
  expect((await post(`http://${receiver.host}/long`)).text).toHaveLength(4_096);
});
