import type { KyselyPlugin } from 'kysely';
import { pino } from 'pino';
import type { Hex } from 'viem';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { applyRange } from '../../../server/chain/apply-range.ts';
import { rollBack } from '../../../server/chain/versions.ts';
import { type Database, openDatabase } from '../../../server/db/open.ts';
import type { Db } from '../../../server/db.ts';
import { INDEX_RULES, rulesOf } from '../../../server/index-rules.ts';
import { putMessage } from '../../../server/people/messageStore.ts';
import { startDeliveries } from '../../../server/subscriptions/deliver.ts';
import { queueMarked } from '../../../server/subscriptions/queue.ts';
import { newWebhookSecret } from '../../../server/subscriptions/sign-webhook.ts';
import { hashOf, putSubscription } from '../../../server/subscriptions/store.ts';
import { createTopics } from '../../../server/topics.ts';
import { FOLD, followTo } from '../support/follow-history.ts';
import { History } from '../support/history.ts';
import { resetIndex } from '../support/index-rows.ts';
import { newDatabase, type TestDatabase, waitFor } from '../support.ts';
import { type Receiver, startReceiver } from './receiver.ts';

/** What is told survives the process that was about to tell it: each test ends one at some moment, and starts another. */

const NOW_SEC = 1_800_000_000;

let place: TestDatabase;
let database: Database;
let receiver: Receiver;
let history: History;

const open = () => {
  const env = place.env as { DATABASE_FILE?: string; DATABASE_URL?: string };
  return openDatabase({ databaseFile: env.DATABASE_FILE, databaseUrl: env.DATABASE_URL });
};

beforeAll(async () => {
  place = await newDatabase();
  database = await open();
  receiver = await startReceiver();
});
afterAll(async () => {
  receiver?.stop();
  await database?.close();
  await place?.remove();
});

/** A ledger of one listing, indexed, whose host and driver have a webhook each. */
beforeEach(async () => {
  const { db } = database;
  for (const table of ['subscriptions', 'deliveries', 'eventMarks', 'messages'] as const)
    await db.deleteFrom(table).execute();
  receiver.received.length = 0;
  history = new History();
  await resetIndex(db, history.deployBlock - 1);
  history.publish({ a: 1, b: 1 });
  history.book({ a: 1, b: 1 });
  history.mine();
  await followTo(db, history, FOLD, 50);
  const { host, driver } = await partiesOf(await newestBooking());
  await subscribe('/host', host);
  await subscribe('/driver', driver);
});

async function newestBooking(): Promise<Hex> {
  const newest = database.db.selectFrom('bookings').select('bookingId').orderBy('fromBlock', 'desc');
  return (await newest.executeTakeFirstOrThrow()).bookingId;
}

const partiesOf = (bookingId: Hex) =>
  database.db
    .selectFrom('bookings')
    .innerJoin('terms', 'terms.termsHash', 'bookings.termsHash')
    .select(['host', 'driver'])
    .where('bookingId', '=', bookingId)
    .executeTakeFirstOrThrow();

const subscribe = (path: string, account: Hex) =>
  putSubscription(database.db, {
    ...{ subscriptionHash: hashOf(`0x${path}`), channel: 'WEBHOOK', account, bookingId: null },
    ...{ endpoint: `http://${receiver.host}${path}`, secret: newWebhookSecret(), createdAt: NOW_SEC },
    expiresAt: null,
  });

/** Books once more on the ledger, and indexes it: the process may end after it. */
async function bookedAndIndexed(b: number): Promise<Hex> {
  history.mine();
  history.book({ a: 1, b });
  await followTo(database.db, history, FOLD, 50);
  return newestBooking();
}

async function canceledAndIndexed(): Promise<void> {
  history.mine();
  history.change(1, { a: 0, b: 0 });
  await followTo(database.db, history, FOLD, 50);
}

/** The process has ended; another one opens the database. */
async function restarted(): Promise<void> {
  await database.close();
  database = await open();
}

function start(): void {
  const deliveries = startDeliveries({
    ...{ db: database.db, topics: createTopics(), log: pino({ level: 'silent' }) },
    ...{ now: () => NOW_SEC, lookMs: 5 },
    config: { webhookPrivateHosts: [receiver.host], vapid: undefined },
  });
  onTestFinished(() => deliveries.stop());
}

const queued = async () => {
  const rows = await database.db.selectFrom('deliveries').select(['deliveryId', 'body']).execute();
  return rows.sort((a, b) => (a.deliveryId < b.deliveryId ? -1 : 1));
};

test('a booking that was indexed just before the process ended is told by the next one, once to each', async () => {
  const bookingId = await bookedAndIndexed(2);
  await restarted();
  start();
  await waitFor('both to hear of it', () => receiver.received.length === 2);
  for (const path of ['/host', '/driver'])
    expect(receiver.eventsAt(path)).toMatchObject([{ type: 'booking.changed', data: { bookingId } }]);
  await waitFor('the marks to be gone', async () => (await marks()).length === 0);
});

const marks = () => database.db.selectFrom('eventMarks').selectAll().execute();

/** A database on which the statement of a number fails, as where the process ends before it. */
function endingAt(db: Db, number: number): Db {
  let statements = 0;
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      statements += 1;
      if (statements === number) throw new Error('the process ends');
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return db.withPlugin(plugin);
}

test('wherever the process ends while it queues, each event waits once for each in the end', async () => {
  const bookingId = await bookedAndIndexed(3);
  await putMessage(database.db, {
    ...{ bookingId, sender: 'DRIVER', toDriver: '0x01', toHost: '0x02', sentAt: NOW_SEC },
  });
  const before = await marks();
  await queueMarked(database.db, NOW_SEC);
  const expected = await queued();
  // The booking for both, and the message for the host.
  expect(expected).toHaveLength(3);
  let isOver = false;
  for (let number = 1; !isOver; number++) {
    await database.db.deleteFrom('deliveries').execute();
    await database.db.deleteFrom('eventMarks').execute();
    await database.db.insertInto('eventMarks').values(before).execute();
    isOver = await queueMarked(endingAt(database.db, number), NOW_SEC).then(
      () => true,
      () => false,
    );
    await queueMarked(database.db, NOW_SEC);
    expect([number, await queued()]).toEqual([number, expected]);
    expect(await marks()).toEqual([]);
    expect(number).toBeLessThan(50);
  }
});

test('a booking that changes while it is queued is told once more', async () => {
  const bookingId = await bookedAndIndexed(4);
  let statements = 0;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      statements += 1;
      // The marks and the booking have been read; the marks are not deleted yet.
      if (statements === 2) await canceledAndIndexed();
      return result;
    },
  };
  await queueMarked(database.db.withPlugin(plugin), NOW_SEC);
  start();
  await waitFor('both states to be told to both', () => receiver.received.length === 4);
  for (const path of ['/host', '/driver'])
    expect(receiver.eventsAt(path).map(({ data }) => data)).toMatchObject([
      { bookingId, reservationStatus: 'RESERVED' },
      { bookingId, reservationStatus: 'CANCELED' },
    ]);
});

test('what the ledger took back before it was told is not told', async () => {
  await bookedAndIndexed(5);
  await rollBack(database.db, history.head - 1, INDEX_RULES);
  await queueMarked(database.db, NOW_SEC);
  expect(await queued()).toEqual([]);
  expect(await marks()).toEqual([]);
});

test('a message is told to the one to whom it was written, without its text', async () => {
  const bookingId = await newestBooking();
  const sealed = { toDriver: '0x11', toHost: '0x22', sentAt: NOW_SEC } as const;
  await putMessage(database.db, { bookingId, sender: 'DRIVER', ...sealed });
  await putMessage(database.db, { bookingId, sender: 'HOST', ...sealed });
  await restarted();
  start();
  await waitFor('both to hear of it', () => receiver.received.length === 2);
  const { listingId } = receiver.eventsAt('/host')[0]!.data as { listingId: Hex };
  expect(receiver.eventsAt('/host')).toEqual([
    { type: 'message.sent', timestamp: NOW_SEC, data: { bookingId, listingId, seq: 1, sender: 'DRIVER' } },
  ]);
  expect(receiver.eventsAt('/driver')).toEqual([
    { type: 'message.sent', timestamp: NOW_SEC, data: { bookingId, listingId, seq: 2, sender: 'HOST' } },
  ]);
});

test('what a back-fill reads is not told: it has happened long ago', async () => {
  history.mine();
  history.book({ a: 1, b: 7 });
  const range = history.range(history.head, history.head);
  await applyRange(
    database.db,
    range,
    rulesOf(() => false),
  );
  expect(await marks()).toEqual([]);
  await rollBack(database.db, history.head - 1, INDEX_RULES);
  await applyRange(
    database.db,
    range,
    rulesOf(() => true),
  );
  expect((await marks()).length).toBeGreaterThan(0);
});

test('nothing is marked where nobody has subscribed', async () => {
  await database.db.deleteFrom('subscriptions').execute();
  await bookedAndIndexed(6);
  expect(await marks()).toEqual([]);
});
