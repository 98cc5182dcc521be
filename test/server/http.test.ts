import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getAddress } from 'viem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConfigResponse, Problem } from '../../protocol/api.ts';
import { localAccount, localPrivateKey } from '../../scripts/lib/local-accounts.ts';
import {
  caughtUp,
  get,
  post,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

let ledger: TestLedger;
let server: TestServer;
let webDir: string;

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'plugpact-web-'));
  await mkdir(join(webDir, 'assets'));
  await writeFile(join(webDir, 'index.html'), '<!doctype html><title>The page</title>');
  await writeFile(join(webDir, 'assets', 'worker-abc123.mjs'), 'export {};');
  await writeFile(join(webDir, 'logo.svg'), '<svg xmlns="http://www.w3.org/2000/svg"><title>x</title></svg>');
  ledger = await startLedger();
  server = await startServer(ledger.market, { WEB_DIR: webDir });
  await caughtUp(server, ledger);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
  await rm(webDir, { recursive: true, force: true });
});

test('the configuration names ledger, market, token and windows', async () => {
  const { status, body } = await get<ConfigResponse>(`${server.api}/config`);
  expect(status).toBe(200);
  expect(body).toEqual({
    chainId: 31_337,
    ...{ networkName: 'Local ledger', explorerUrl: null, topUpUrl: null },
    market: getAddress(ledger.market.market),
    token: { address: getAddress(ledger.market.token), symbol: 'DUSD', decimals: 6 },
    rpcUrl: ledger.anvil.url,
    passkeyVerifier: getAddress(ledger.market.passkeyVerifier),
    depositAddresses: getAddress(ledger.market.depositAddresses),
    windows: { reportSec: 3_600, challengeSec: 3_600, proofSec: 3_600 },
    bondMax: '10000000',
    firstTrustMax: '500000',
    forfeitMin: '50000',
    relayer: localAccount('relayer').address,
    basemapStyleUrl: null,
    streets: {
      styleUrl: 'https://tiles.openfreemap.org/styles/liberty',
      darkStyleUrl: 'https://tiles.openfreemap.org/styles/dark',
    },
    walletConnect: null,
    foreignFeeds: [],
    ...{ imprint: null, privacy: null, currencyRates: {} },
    local: { faucet: true, pairingCodes: [], wallboxes: [] },
  });
});

test('the head of the ledger and of the index are public', async () => {
  const { body } = await get<Record<string, number>>(`${server.api}/ledger/head`);
  expect(body.indexedTo).toBeGreaterThanOrEqual(ledger.market.deployBlock);
  expect(body.blockNumber).toBe(body.indexedTo);
  expect(Math.abs(body.blockTimestamp! - Date.now() / 1000)).toBeLessThan(3_600);
});

test.each([
  ['an unknown address', '/api/v1/nothing', 404, 'route.unknown'],
  ['an unknown version', '/api/v9/config', 404, 'route.unknown'],
  ['an id that is too short', '/api/v1/bookings/0x12', 400, 'input.invalid'],
  ['an id in capitals', `/api/v1/chargers/0x${'AB'.repeat(32)}`, 400, 'input.invalid'],
  ['an unknown booking', `/api/v1/bookings/0x${'ab'.repeat(32)}`, 404, 'booking.unknown'],
  ['an unknown charger', `/api/v1/chargers/0x${'ab'.repeat(32)}`, 404, 'charger.unknown'],
  ['a broken path', '/api/v1/bookings/%E0%A4%A', 400, 'body.malformed'],
])('%s is answered by a problem document', async (_what, path, status, code) => {
  const answer = await get<Problem>(server.url + path);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer).toMatchObject({ status, body: { status, code } });
  for (const key of ['type', 'title', 'detail', 'remedy'] as const) expect(answer.body[key]).not.toBe('');
});

test('bodies that are not JSON, too large, or of another type are refused', async () => {
  const url = `${server.api}/faucet`;
  expect(await post(url, '{')).toMatchObject({ status: 400, body: { code: 'body.malformed' } });
  expect(await post(url, '"x"')).toMatchObject({ status: 400, body: { code: 'body.malformed' } });
  const large = { account: 'x'.repeat(70_000) };
  expect(await post(url, large)).toMatchObject({ status: 413, body: { code: 'body.tooLarge' } });
  const form = await post(url, 'account=1', { 'content-type': 'application/x-www-form-urlencoded' });
  expect(form).toMatchObject({ status: 415, body: { code: 'body.notJson' } });
});

test('every body is checked, and each invalid field is named with its path and rule', async () => {
  const booking = `/bookings/0x${'ab'.repeat(32)}`;
  const routes = [
    '/faucet',
    '/relay',
    '/pairings',
    '/sign-in',
    `${booking}/start`,
    `${booking}/cosignatures`,
    `${booking}/allowance`,
  ];
  for (const route of [...routes, `${booking}/stop`]) {
    for (const body of [
      {},
      [],
      { unknown: 1 },
      { cost: '[]' },
      { account: 5, to: '0x', code: '', message: 1, seq: -1 },
    ]) {
      const answer = await post<Problem & { errors: { path: string; rule: string }[] }>(
        server.api + route,
        body,
      );
      expect([route, answer.status, answer.body.code]).toEqual([route, 400, 'input.invalid']);
      expect(answer.body.errors[0]!.path).toMatch(/^body/);
      expect(answer.body.errors[0]!.rule).not.toBe('');
    }
  }
});

test('every view serves the page, assets have their types, and a missing asset is not the page', async () => {
  for (const path of ['/', '/bookings/0x12', '/audit']) {
    const answer = await fetch(server.url + path);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(await answer.text()).toContain('The page');
  }
  const worker = await fetch(`${server.url}/assets/worker-abc123.mjs`);
  expect(worker.headers.get('content-type')).toContain('javascript');
  expect(worker.headers.get('cache-control')).toContain('immutable');
  expect((await fetch(`${server.url}/logo.svg`)).headers.get('content-type')).toContain('image/svg+xml');
  expect((await fetch(`${server.url}/assets/gone.js`)).status).toBe(404);
  expect((await fetch(`${server.url}/../package.json`)).status).toBe(404);
});

test('without a built page the answer explains how to build it', async () => {
  for (const env of [{}, { WEB_DIR: join(webDir, 'assets') }] as Record<string, string>[]) {
    const bare = await startServer(ledger.market, env);
    try {
      const answer = await fetch(bare.url);
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain('vite build');
    } finally {
      await bare.stop();
    }
  }
});

test('the page may load from this server and connect to the ledger, and nothing else', async () => {
  const csp = (await fetch(server.url)).headers.get('content-security-policy')!;
  expect(csp).toContain("default-src 'none'");
  expect(csp).toContain("script-src 'self'");
  expect(csp).toContain("worker-src 'self'");
  // Streets may be asked for: their origin, and no other.
  expect(csp).toContain(`connect-src 'self' ${ledger.anvil.url} https://tiles.openfreemap.org;`);
  expect(csp.match(/https:[^ ;]*/g)).toEqual(Array(2).fill('https://tiles.openfreemap.org'));
  const cspWith = async (env: Record<string, string>) => {
    const other = await startServer(ledger.market, env);
    try {
      return (await fetch(other.url)).headers.get('content-security-policy')!;
    } finally {
      await other.stop();
    }
  };
  expect(await cspWith({ STREETS_STYLE_URL: 'none' })).not.toContain('https:');
  const withMap = await cspWith({
    BASEMAP_STYLE_URL: 'https://map.example/style.json',
    BASEMAP_STYLE_ORIGINS: 'https://tiles.example',
  });
  expect(withMap).toContain(
    `connect-src 'self' ${ledger.anvil.url} https://map.example https://tiles.example;`,
  );
  expect(withMap).not.toMatch(/openfreemap|https:[ ;]|wss?:/);
  const withWallets = await cspWith({
    STREETS_STYLE_URL: 'none',
    WALLETCONNECT_PROJECT_ID: 'ab'.repeat(16),
    WALLETCONNECT_RELAY_URL: 'wss://relay.example/v1',
  });
  expect(withWallets).toContain(`connect-src 'self' ${ledger.anvil.url} wss://relay.example;`);
});

test('the whole API is limited per IP address', async () => {
  const limited = await startServer(ledger.market, {}, { limits: { api: { count: 3, windowSec: 60 } } });
  try {
    for (let i = 0; i < 3; i++) expect((await get(`${limited.api}/nothing`)).status).toBe(404);
    expect(await get(`${limited.api}/nothing`)).toMatchObject({
      status: 429,
      body: { code: 'limit.reached' },
    });
    const health = () => get(`${limited.url}/healthz`);
    await waitFor('health, which is not limited', async () => (await health()).status === 200);
  } finally {
    await limited.stop();
  }
});

test('the log knows neither secrets nor people: no address, program, header, account or booking of a request', async () => {
  const bookingId = `0x${'ab'.repeat(32)}`;
  const account = localAccount('host').address;
  const about = {
    'user-agent': 'Odd-Browser/7',
    referer: 'https://from.example/',
    'accept-language': 'gsw',
    'x-forwarded-for': '203.0.113.77',
  };
  await get(`${server.api}/me/bookings?account=${account}`, {
    ...about,
    cookie: 'plugpact-session=secret-token',
  });
  const authorization = 'Plugpact-Watch secret-right';
  await get(`${server.api}/bookings/${bookingId}/live`, { ...about, authorization });
  await post(`${server.api}/bookings/${bookingId}/start`, { envelope: '0x5ec7e7' }, about);
  await post(`${server.api}/faucet`, { account: 'nobody' }, about);
  await get(`${server.url}/some/view/${bookingId}`, about).catch(() => undefined);
  const requests = () => server.logLines.filter((line) => line.includes('"route"'));
  await waitFor('the requests in the log', () => {
    const text = requests().join('');
    return ['/me/bookings', '/bookings/:bookingId/live', '/bookings/:bookingId/start', '/faucet'].every(
      (route) => text.includes(`"route":"${route}"`),
    );
  });
  for (const line of requests()) {
    const { req, res, ...rest } = JSON.parse(line) as Record<string, object>;
    expect(Object.keys(req!).sort()).toEqual(['method', 'route']);
    expect(Object.keys(res!)).toEqual(['statusCode']);
    expect(['hostname', 'level', 'msg', 'pid', 'responseTime', 'time']).toEqual(
      Object.keys(rest)
        .filter((name) => name !== 'reqId')
        .sort(),
    );
  }
  const text = server.logLines
    .filter((line) => !line.includes('"listening"'))
    .join('')
    .toLowerCase();
  const secrets = ['secret-token', 'secret-right', '5ec7e7', localPrivateKey('relayer').slice(2)];
  const people = ['odd-browser', 'from.example', 'gsw', '203.0.113.77', '127.0.0.1', bookingId, account];
  for (const one of [...secrets, localPrivateKey('deployer').slice(2), ...people])
    expect(text).not.toContain(one.toLowerCase());
});
