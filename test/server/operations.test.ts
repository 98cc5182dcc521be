import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../server/db/open.ts';
import type { Readiness } from '../../server/status/readiness.ts';
import { rpc } from '../support/anvil.ts';
import {
  caughtUp,
  get,
  newDatabase,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

let ledger: TestLedger;
let server: TestServer;
let folder: string;

const OPERATOR = 'Charge & Co <Berlin>';

beforeAll(async () => {
  ledger = await startLedger();
  folder = await mkdtemp(join(tmpdir(), 'plugpact-operations-'));
  await writeFile(join(folder, 'imprint.md'), `# Imprint\n\n${OPERATOR}\nStreet 1\n`);
  server = await startServer(ledger.market, {
    METRICS_PORT: '0',
    IMPRINT_FILE: join(folder, 'imprint.md'),
    RELAY_WARN_BELOW: '0.000000000000001',
    RELAY_STOP_BELOW: '0',
  });
  await caughtUp(server, ledger);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
  await rm(folder, { recursive: true, force: true });
});

const readiness = async () => (await get<Readiness>(`${server.url}/readyz`)).body;

test('a request is named by its own id or a new one, in the answer and in the log', async () => {
  const own = await get(`${server.api}/config`, { 'x-request-id': 'mine-1' });
  expect(own.headers.get('x-request-id')).toBe('mine-1');
  const wrong = await get(`${server.api}/config`, { 'x-request-id': 'not a good id' });
  const made = wrong.headers.get('x-request-id')!;
  expect(made).toMatch(/^[0-9a-f-]{36}$/);
  const ids = () => server.logLines.join('\n');
  await waitFor('the log lines', () => ids().includes('"mine-1"') && ids().includes(made));
  expect(ids()).not.toContain('not a good id');
});

test('a server that has everything is well and ready', async () => {
  expect(await get(`${server.url}/healthz`)).toMatchObject({
    ...{ status: 200, body: { status: 'ok', database: { reachable: true } } },
  });
  const ok = { status: 'ok' };
  expect(await get(`${server.url}/readyz`)).toMatchObject({
    status: 200,
    body: {
      status: 'ready',
      checks: { process: ok, database: ok, ledger: ok, index: ok, relayer: ok, proxy: ok },
    },
  });
});

test('a relayer without gas is a warning that names it', async () => {
  const relayer = server.config.relayerKey!;
  const { privateKeyToAddress } = await import('viem/accounts');
  const address = privateKeyToAddress(relayer);
  const before = await rpc<string>(ledger.anvil.url, 'eth_getBalance', [address, 'latest']);
  await rpc(ledger.anvil.url, 'anvil_setBalance', [address, '0x3e7']);
  onTestFinished(async () => void (await rpc(ledger.anvil.url, 'anvil_setBalance', [address, before])));
  for (const [env, said] of [
    [{ RELAY_WARN_BELOW: '0.000000000000001', RELAY_STOP_BELOW: '0' }, 'RELAY_WARN_BELOW (1000)'],
    [{ RELAY_STOP_BELOW: '0.000000000000001' }, 'RELAY_STOP_BELOW (1000): no call is relayed'],
  ] as const) {
    const poor = await startServer(ledger.market, env);
    onTestFinished(() => poor.stop());
    await caughtUp(poor, ledger);
    const { status, body } = await get<Readiness>(`${poor.url}/readyz`);
    expect(status).toBe(200);
    expect(body.checks.relayer).toMatchObject({ status: 'warn', reason: expect.stringContaining(address) });
    expect(body.checks.relayer.reason).toContain(`999 wei for gas, less than ${said}`);
  }
});

test('what contradicts itself gets no requests; neither does an index far behind, or one of nothing', async () => {
  const since = 1_800_000_000;
  const contradiction = { kind: 'answer', fromBlock: 3, toBlock: 9, reason: 'other logs', since };
  await server.db
    .updateTable('ledger')
    .set({ contradiction: JSON.stringify(contradiction) })
    .execute();
  expect(await get(`${server.url}/readyz`)).toMatchObject({
    status: 503,
    body: { checks: { index: { status: 'fail', reason: expect.stringContaining('3 to 9: other logs') } } },
  });
  expect((await get(`${server.url}/healthz`)).status).toBe(503);
  await server.db.updateTable('ledger').set({ contradiction: null }).execute();
  expect((await readiness()).status).toBe('ready');

  const lost = await startServer(ledger.market, { RPC_URL: 'http://127.0.0.1:1' });
  onTestFinished(() => lost.stop());
  expect(await get(`${lost.url}/readyz`)).toMatchObject({
    ...{ status: 503, body: { checks: { ledger: { status: 'fail' }, database: { status: 'ok' } } } },
  });
});

test('the metrics are at a port of their own, and count requests by route', async () => {
  const url = `http://127.0.0.1:${server.metricsPort}/metrics`;
  await get(`${server.api}/chargers/0x${'0'.repeat(64)}`);
  const text = async () => (await fetch(url)).text();
  const counted =
    /plugpact_http_request_duration_seconds_count\{method="GET",route="\/chargers\/:\w+",status="404"\} 1\n/;
  await waitFor('the count', async () => counted.test(await text()));
  const metrics = await text();
  for (const line of [
    /^plugpact_database_up 1$/m,
    /^plugpact_ledger_up 1$/m,
    /^plugpact_leader 1$/m,
    /^plugpact_index_contradiction 0$/m,
    /^plugpact_proxy_problem 0$/m,
    /^plugpact_agents_connected 0$/m,
    /^plugpact_relayer_balance_coins [\d.]+$/m,
    /^process_resident_memory_bytes /m,
  ])
    expect(metrics).toMatch(line);
  const head = await get<{ blockNumber: number }>(`${server.api}/ledger/head`);
  expect(metrics).toContain(`\nplugpact_ledger_head_block ${head.body.blockNumber}\n`);
  expect((await fetch(`http://127.0.0.1:${server.metricsPort}/healthz`)).status).toBe(404);
  expect((await fetch(`${server.url}/metrics`)).headers.get('content-type')).not.toContain('openmetrics');
});

test('the operator’s texts are pages without a script, and clients are told of them', async () => {
  const answer = await fetch(`${server.url}/imprint`);
  const text = await answer.text();
  expect(text).toContain('<h1>Imprint</h1>');
  expect(text).toContain('<p>Charge &amp; Co &lt;Berlin&gt;<br>Street 1</p>');
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  const { body } = await get<{ imprint: string | null; privacy: string | null }>(`${server.api}/config`);
  expect(body).toMatchObject({ imprint: '/imprint', privacy: null });
});

test('a server that stops answers what it has begun to read, and takes nothing new', async () => {
  const database = await newDatabase();
  onTestFinished(() => database.remove());
  const token = 'a-token-for-the-app-of-somebody';
  const stopping = await startServer(ledger.market, { ...database.env, OCPI_TOKENS: `app=${token}` });
  await caughtUp(stopping, ledger);
  const roles = [{ role: 'EMSP', country_code: 'DE', party_id: 'EMS', business_details: { name: 'App' } }];
  const body = JSON.stringify({ token: 'of-the-app', url: 'https://app.example/versions', roles });
  const socket = connect(stopping.port, '127.0.0.1');
  let answered = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answered += text;
  });
  const head = [
    'POST /api/v1/ocpi/2.2.1/credentials HTTP/1.1',
    `host: ${stopping.host}`,
    `authorization: Token ${Buffer.from(token).toString('base64')}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'expect: 100-continue',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  // By this word the server says that it has the request.
  await waitFor('the server to have the request', () => answered.includes('100 Continue'));
  const stopped = stopping.stop();
  await waitFor('no new connections', async () => {
    const attempt = connect(stopping.port, '127.0.0.1');
    const [error] = await Promise.race([
      once(attempt, 'connect').then(() => []),
      once(attempt, 'error'),
    ]).catch((refused: Error) => [refused]);
    attempt.destroy();
    return error !== undefined;
  });
  socket.write(body);
  await once(socket, 'close');
  await stopped;
  expect(answered).toContain('HTTP/1.1 200 OK');
  expect(answered.toLowerCase()).toContain('connection: close');
  const { databaseFile, databaseUrl } = stopping.config;
  const reopened = await openDatabase({ databaseFile, databaseUrl });
  const stored = await reopened.db.selectFrom('ocpiParties').select('name').execute();
  await reopened.close();
  expect(stored).toEqual([{ name: 'app' }]);
});

test('a request that never ends does not hold the stop for ever', async () => {
  const held = await startServer(ledger.market, {}, { drainMs: 50 });
  const socket = connect(held.port, '127.0.0.1');
  let answered = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answered += text;
  });
  socket.write(
    `POST /api/v1/sign-in HTTP/1.1\r\nhost: ${held.host}\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n`,
  );
  await waitFor('the server to have the request', () => answered.includes('100 Continue'));
  const closed = once(socket, 'close');
  await held.stop();
  await closed;
});
