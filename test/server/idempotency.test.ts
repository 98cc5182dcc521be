import { randomUUID } from 'node:crypto';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { operation } from '../../protocol/api/operation.ts';
import { answeredRequests } from '../../server/cluster/answered-requests.ts';
import { type Database, openDatabase } from '../../server/db/open.ts';
import { idempotencyKeys } from '../../server/http/idempotency.ts';
import { operate } from '../../server/http/operate.ts';
import { HttpProblem, problemHandler } from '../../server/http/problem.ts';
import { newDatabase } from './support.ts';

const buy = operation({
  ...{ operationId: 'buy', method: 'post', path: '/things/{name}', tag: 'test', summary: 'Buys a thing' },
  params: z.object({ name: z.string() }),
  body: z.strictObject({ count: z.int() }),
  answers: { 201: { description: 'Bought.', schema: z.strictObject({ order: z.int() }) } },
  problems: ['thing.soldOut'],
});
const cheapest = operation({
  ...{ operationId: 'cheapest', method: 'post', path: '/cheapest', tag: 'test', summary: 'Finds a thing' },
  answers: { 200: { description: 'Null where there is none.', schema: z.strictObject({}).nullable() } },
  problems: [],
});
const drop = operation({
  ...{ operationId: 'drop', method: 'delete', path: '/things/{name}', tag: 'test', summary: 'Drops a thing' },
  answers: { 204: { description: 'Dropped.' } },
  problems: [],
});

/** Two processes on one database, which count what they do. */
async function shop(options: { now?: () => number; act?: () => Promise<void> } = {}) {
  const { env, remove } = await newDatabase();
  const database: Database = await openDatabase(
    'DATABASE_URL' in env
      ? { databaseUrl: env.DATABASE_URL, databaseFile: '' }
      : { databaseFile: env.DATABASE_FILE },
  );
  onTestFinished(async () => {
    await database.close();
    await remove();
  });
  const done: string[] = [];
  const store = answeredRequests(database.db, options.now ?? (() => 1_000_000));
  const serve = async (): Promise<string> => {
    const app = express();
    app.use(express.json(), idempotencyKeys({ store, accountOf: async (req) => req.get('test-account') }));
    operate(app, buy, [], async ({ params, body }) => {
      await options.act?.();
      if (body.count === 0)
        throw new HttpProblem(409, { code: 'thing.soldOut', rule: 'No.', remedy: 'Wait.' });
      done.push(params.name);
      return { order: done.length };
    });
    operate(app, cheapest, [], async () => null);
    operate(app, drop, [], async ({ res }) => {
      done.push('dropped');
      res.status(204).end();
    });
    app.use(problemHandler);
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  };
  return { processes: [await serve(), await serve()] as const, done, db: database.db };
}

async function send(url: string, key: string | undefined, body: unknown, account?: string, method = 'POST') {
  const response = await fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(account !== undefined && { 'test-account': account }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const isReplay = response.headers.get('idempotency-replayed') === 'true';
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown), isReplay };
}

test('null is an answer, also to the same request again', async () => {
  const { processes } = await shop();
  const key = randomUUID();
  const answer = { status: 200, body: null };
  expect(await send(`${processes[0]}/cheapest`, undefined, {})).toEqual({ ...answer, isReplay: false });
  expect(await send(`${processes[0]}/cheapest`, key, {})).toEqual({ ...answer, isReplay: false });
  expect(await send(`${processes[1]}/cheapest`, key, {})).toEqual({ ...answer, isReplay: true });
});

test('the same request with the same key gets the same answer from any process, and is done once', async () => {
  const { processes, done } = await shop();
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => send(`${processes[i % 2]}/things/tea`, key, { count: 1 })),
  );
  expect(done).toEqual(['tea']);
  for (const answer of answers) expect(answer).toMatchObject({ status: 201, body: { order: 1 } });
  expect(answers.filter(({ isReplay }) => !isReplay)).toHaveLength(1);
});

test('without a key, or with another one, it is done again', async () => {
  const { processes, done } = await shop();
  const url = `${processes[0]}/things/tea`;
  for (const key of [undefined, undefined, randomUUID(), randomUUID()]) await send(url, key, { count: 1 });
  expect(done).toHaveLength(4);
});

test('a key belongs to an account and a path: others have nothing of it', async () => {
  const { processes, done } = await shop();
  const key = randomUUID();
  const orders = [
    await send(`${processes[0]}/things/tea`, key, { count: 1 }, '0xa'),
    await send(`${processes[0]}/things/tea`, key, { count: 1 }, '0xb'),
    await send(`${processes[0]}/things/tea`, key, { count: 1 }),
    await send(`${processes[0]}/things/coffee`, key, { count: 1 }, '0xa'),
  ];
  expect(orders.map(({ body }) => body)).toEqual([1, 2, 3, 4].map((order) => ({ order })));
  expect(done).toHaveLength(4);
});

test('the same key with another body or query is refused, and nothing is done', async () => {
  const { processes, done } = await shop();
  const key = randomUUID();
  const url = `${processes[0]}/things/tea`;
  await send(url, key, { count: 1 });
  for (const [other, body] of [
    [url, { count: 2 }],
    [`${url}?gift=1`, { count: 1 }],
  ] as const) {
    expect(await send(other, key, body)).toMatchObject({
      status: 422,
      body: { code: 'idempotency.otherRequest' },
    });
  }
  expect(done).toEqual(['tea']);
});

test('what was refused did nothing: it may be tried again with its key', async () => {
  let isFailing = true;
  const act = async () => {
    if (isFailing) throw new HttpProblem(503, { code: 'agent.offline', rule: 'No.', remedy: 'Wait.' });
  };
  const { processes, done } = await shop({ act });
  const key = randomUUID();
  const url = `${processes[0]}/things/tea`;
  expect((await send(url, key, { count: 1 })).status).toBe(503);
  isFailing = false;
  expect(await send(url, key, { count: 1 })).toMatchObject({ status: 201, isReplay: false });
  expect(done).toEqual(['tea']);
});

test('an answer without a body is remembered too', async () => {
  const { processes, done } = await shop();
  const key = randomUUID();
  const drops = [1, 2].map(() => send(`${processes[0]}/things/tea`, key, {}, undefined, 'DELETE'));
  expect((await Promise.all(drops)).map(({ status, body }) => [status, body])).toEqual([
    [204, null],
    [204, null],
  ]);
  expect(done).toEqual(['dropped']);
});

test('a request whose process died is taken over, and a day later a key is free', async () => {
  let now = 1_000_000;
  const { processes, done, db } = await shop({ now: () => now });
  const key = randomUUID();
  const url = `${processes[0]}/things/tea`;
  await send(url, key, { count: 1 });
  await db.updateTable('answeredRequests').set({ status: null, body: null }).execute();
  now += 61;
  expect(await send(url, key, { count: 1 })).toMatchObject({ status: 201, isReplay: false });
  now += 24 * 3_600;
  expect(await send(url, key, { count: 1 })).toMatchObject({ isReplay: true });
  now += 1;
  expect(await send(url, key, { count: 1 })).toMatchObject({ isReplay: false });
  expect(done).toHaveLength(3);
});

test.each(['short', 'x'.repeat(129), 'sixteen letters or more'])('the key %j is refused', async (key) => {
  const { processes, done } = await shop();
  expect(await send(`${processes[0]}/things/tea`, key, { count: 1 })).toMatchObject({
    status: 400,
    body: { code: 'idempotency.malformed' },
  });
  expect(done).toEqual([]);
});
