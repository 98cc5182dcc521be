import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { expect, onTestFinished, test } from 'vitest';
import { compressed } from '../../server/http/compress.ts';
import { inOrder } from '../../server/http/in-order.ts';
import { limitTo } from '../../server/http/limits.ts';
import { prepareJson, sendPrepared } from '../../server/http/prepared.ts';
import { problemHandler } from '../../server/http/problem.ts';

async function served(build: (app: Express) => void): Promise<string> {
  const app = express();
  build(app);
  app.use(problemHandler);
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('handlers run in order; what one throws or rejects with ends them', async () => {
  const ran: string[] = [];
  const step =
    (name: string): RequestHandler =>
    (_req, _res, next) => {
      ran.push(name);
      next();
    };
  const fails: Record<string, RequestHandler> = {
    '/throws': () => {
      throw new RangeError('thrown');
    },
    '/rejects': async () => Promise.reject(new RangeError('rejected')),
    '/says': (_req, _res, next) => next(new RangeError('said')),
  };
  const url = await served((app) => {
    app.use(
      inOrder(step('a'), (req, res, next) => (fails[req.path] ?? step('b'))(req, res, next), step('c')),
    );
    app.use((_req, res) => void res.send('done'));
    const handler: express.ErrorRequestHandler = (error: Error, _req, res, _next) =>
      void res.send(error.message);
    app.use(handler);
  });
  const answerOf = async (path: string) => (await fetch(url + path)).text();
  expect(await answerOf('/')).toBe('done');
  expect(ran.splice(0)).toEqual(['a', 'b', 'c']);
  expect([await answerOf('/throws'), await answerOf('/rejects'), await answerOf('/says')]).toEqual([
    'thrown',
    'rejected',
    'said',
  ]);
  expect(ran).toEqual(['a', 'a', 'a']);
});

test.each([
  { count: 2, windowSec: 60 },
  { count: 3, windowSec: 30 },
  { count: 1, windowSec: 900 },
])(
  'a limit of $count in $windowSec s says what express-rate-limit would say',
  async ({ count, windowSec }) => {
    const own = await served((app) => {
      app.use(limitTo({ count, windowSec }), (_req, res) => void res.send('done'));
    });
    const library = await served((app) => {
      const options = { limit: count, windowMs: windowSec * 1_000, legacyHeaders: false } as const;
      app.use(rateLimit({ ...options, standardHeaders: 'draft-8' }), (_req, res) => void res.send('done'));
    });
    for (let i = 0; i <= count; i++) {
      const [ours, theirs] = [await fetch(own), await fetch(library)];
      expect(ours.status).toBe(i < count ? 200 : 429);
      expect(theirs.status).toBe(ours.status);
      expect(ours.headers.get('ratelimit-policy')).toBe(theirs.headers.get('ratelimit-policy'));
      // The seconds that are left may differ by one.
      const left = ({ headers }: Response) => headers.get('ratelimit')!.replace(/t=\d+$/, '');
      expect(left(ours)).toBe(left(theirs));
      expect(Number(ours.headers.get('retry-after'))).toBeLessThanOrEqual(windowSec);
      expect(ours.headers.has('retry-after')).toBe(theirs.headers.has('retry-after'));
    }
  },
);

test('a limit of failures counts failures only', async () => {
  const url = await served((app) => {
    app.use(limitTo({ count: 2, windowSec: 600, onlyFailed: true }));
    app.use((req, res) => void res.status(req.path === '/bad' ? 404 : 200).send('done'));
  });
  const statusOf = async (path: string) => (await fetch(url + path)).status;
  for (let i = 0; i < 4; i++) expect(await statusOf('/good')).toBe(200);
  expect([await statusOf('/bad'), await statusOf('/good'), await statusOf('/bad')]).toEqual([404, 200, 404]);
  expect(await statusOf('/good')).toBe(429);
});

test.each([
  ['ASCII', { text: 'plain '.repeat(300) }],
  ['other characters', { text: 'Ladesäule €3 😀 '.repeat(200) }],
])(
  'a prepared answer of %s is what Express would send, packed where that is asked for',
  async (_what, value) => {
    const url = await served((app) => {
      app.use(compressed());
      app.get('/own', (req, res) => sendPrepared(req, res, prepareJson(value)));
      app.get('/express', (_req, res) => void res.json(value));
    });
    const answer = async (path: string, headers: Record<string, string>, method = 'GET') => {
      const response = await fetch(url + path, { headers, method });
      const { date: _date, ...rest } = Object.fromEntries(response.headers);
      return { status: response.status, headers: rest, text: await response.text() };
    };
    const { etag } = (await answer('/express', {})).headers;
    const identity = { 'accept-encoding': 'identity' };
    for (const method of ['GET', 'HEAD'])
      for (const headers of [
        identity,
        { 'accept-encoding': 'gzip' },
        { ...identity, 'if-none-match': etag! },
      ])
        expect(await answer('/own', headers, method)).toEqual(await answer('/express', headers, method));
  },
);

test('who asks for nothing packed gets it plain, and is told that it could be otherwise', async () => {
  const url = await served((app) => {
    app.use(compressed(), (_req, res) => void res.json({ text: 'plain '.repeat(300) }));
  });
  // `fetch` always asks for something packed.
  const { port } = new URL(url);
  const { get } = await import('node:http');
  const [response] = await once(get({ port, host: '127.0.0.1', path: '/' }), 'response');
  response.resume();
  expect(response.headers).toMatchObject({ vary: 'Accept-Encoding' });
  expect(response.headers['content-encoding']).toBeUndefined();
});
