import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UNREACHABLE_MARKET } from './support/unreachable-market.ts';
import { get, startServer, type TestServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer(UNREACHABLE_MARKET, { PUBLIC_HOSTS: 'map.example:8443' });
});
afterAll(() => server?.stop());

/** With a Host header of its own, as a browser sends it that was given a wrong address for a name (DNS rebinding). */
async function under(host: string, method: string, path: string) {
  const asked = request({ ...{ host: '127.0.0.1', port: server.port, method, path }, headers: { host } });
  asked.end();
  const [response] = await once(asked, 'response');
  return { status: response.statusCode as number, response };
}

test.each([
  ['GET', '/'],
  ['GET', '/api/v1/config'],
  ['GET', '/tiles/chargers/0/0/0.mvt'],
  ['POST', '/api/v1/faucet'],
  ['POST', `/api/v1/local/wallboxes/0x${'ab'.repeat(32)}/plug`],
  ['DELETE', '/api/v1/sign-in'],
])('%s %s is refused under a name that is not this server’s', async (method, path) => {
  const { status, response } = await under('evil.example', method, path);
  expect([status, ((await json(response)) as { code: string }).code]).toEqual([421, 'host.unknown']);
});

test('it is answered under the names of PUBLIC_HOSTS and under local ones, and probes need no name', async () => {
  for (const host of ['map.example:8443', `localhost:${server.port}`, `[::1]:${server.port}`]) {
    const { status, response } = await under(host, 'GET', '/api/v1/sign-in/nonce');
    response.resume();
    expect([host, status]).toEqual([host, 200]);
  }
  const { status, response } = await under('10.0.0.7:8080', 'GET', '/healthz');
  response.resume();
  expect([200, 503]).toContain(status);
});

test('the first request that a proxy forwarded is named in the log, once, where no proxy is trusted', async () => {
  const lines = () => server.logLines.filter((line) => line.includes('TRUST_PROXY_HOPS'));
  expect(lines()).toEqual([]);
  for (let i = 0; i < 3; i++) {
    const headers = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };
    await get(`${server.api}/sign-in/nonce`, headers);
  }
  expect(lines()).toHaveLength(1);
});
