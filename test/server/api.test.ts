import { connect, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDocument } from '../../protocol/api/document.ts';
import { OPERATIONS } from '../../protocol/api/index.ts';
import { INFO } from '../../protocol/api/info.ts';
import { fullPath } from '../../protocol/api/operation.ts';
import type { ConfigResponse } from '../../protocol/api.ts';
import { get, startLedger, startServer, type TestLedger, type TestServer, waitFor } from './support.ts';

let ledger: TestLedger;
let server: TestServer;

beforeAll(async () => {
  ledger = await startLedger();
  server = await startServer(ledger.market);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

const ELSEWHERE = { origin: 'https://elsewhere.example' };

test('the document that is served is the one of the operations', async () => {
  const { body } = await get(`${server.api}/openapi.json`);
  expect(body).toEqual(JSON.parse(JSON.stringify(makeDocument(OPERATIONS, INFO))));
});

test('an answer has an ETag, and is not sent again to who has it', async () => {
  const url = `${server.api}/openapi.json`;
  const { headers } = await get(url);
  const etag = headers.get('etag')!;
  expect(headers.get('cache-control')).toBe('no-cache');
  const ask = (known: string) => rawAnswer(server, 'GET /api/v1/openapi.json', { 'if-none-match': known });
  const again = await ask(etag);
  expect([again.head.split(' ')[1], again.body.length]).toEqual(['304', 0]);
  expect((await ask('"another"')).head.split(' ')[1]).toBe('200');
});

test('long answers are compressed where the client can unpack them; private ones and streams are not', async () => {
  const answer = (path: string, accept: string) =>
    rawAnswer(server, `GET ${path}`, { 'accept-encoding': accept });
  const packed = await answer('/api/v1/openapi.json', 'gzip');
  expect(packed.head).toMatch(/content-encoding: gzip/i);
  expect(JSON.parse(gunzipSync(packed.body).toString())).toMatchObject({ openapi: '3.1.0' });
  expect((await answer('/api/v1/openapi.json', 'identity')).head).not.toMatch(/content-encoding/i);
  expect((await answer('/api/v1/sign-in/nonce', 'gzip')).head).not.toMatch(/content-encoding/i);
});

test('pages of any origin may read what is public, and may not read what needs a session', async () => {
  for (const path of ['/config', '/chargers?bbox=5,47,15,55', `/bookings/0x${'ab'.repeat(32)}`, '/nothing']) {
    const { headers } = await get(server.api + path, ELSEWHERE);
    expect([path, headers.get('access-control-allow-origin')]).toEqual([path, '*']);
    expect(headers.get('access-control-expose-headers')).toContain('etag');
  }
  for (const path of ['/me/bookings', '/me/health', '/sign-in/nonce']) {
    const { headers } = await get(server.api + path, ELSEWHERE);
    expect([path, headers.get('access-control-allow-origin')]).toEqual([path, null]);
  }
});

test('a browser that asks first is told what a page of another origin may call', async () => {
  const ask = (path: string, method: string) =>
    fetch(server.api + path, {
      method: 'OPTIONS',
      headers: { ...ELSEWHERE, 'access-control-request-method': method },
    });
  const relay = await ask('/relay', 'POST');
  expect(relay.status).toBe(204);
  expect(relay.headers.get('access-control-allow-methods')).toBe('POST');
  expect(relay.headers.get('access-control-allow-headers')).toContain('idempotency-key');
  for (const operation of OPERATIONS.filter((one) => one.security === 'session' || one.isOwnOrigin)) {
    const path = fullPath(operation)
      .replace('/api/v1', '')
      .replaceAll(/\{\w+\}/g, 'plug');
    const answer = await ask(path, operation.method.toUpperCase());
    expect([path, answer.headers.get('access-control-allow-methods')]).not.toContain(
      operation.method.toUpperCase(),
    );
  }
});

test('a page of another origin does not learn the pairing codes of this computer', async () => {
  const url = `${server.api}/config`;
  expect((await get<ConfigResponse>(url)).body.local).not.toBeNull();
  expect((await get<ConfigResponse>(url, { origin: server.url })).body.local).not.toBeNull();
  const other = await get<ConfigResponse>(url, ELSEWHERE);
  expect(other.body.local).toBeNull();
  expect(other.headers.get('vary')).toMatch(/origin/i);
});

/** A connection whose answer is read as bytes, whatever was sent. */
function dial({ port }: TestServer): { socket: Socket; received: Buffer[] } {
  const socket = connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  socket.on('error', (error) => received.push(Buffer.from(`\n${error}`)));
  return { socket, received };
}

async function rawAnswer(
  { host, port }: TestServer,
  line: string,
  headers: Record<string, string>,
): Promise<{ head: string; body: Buffer }> {
  const { socket, received } = dial({ port } as TestServer);
  const fields = Object.entries({ host, connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  socket.write(`${line} HTTP/1.0\r\n${fields.join('\r\n')}\r\n\r\n`);
  await waitFor('the end of the answer', () => socket.closed);
  const whole = Buffer.concat(received);
  const end = whole.indexOf('\r\n\r\n');
  return { head: whole.subarray(0, end).toString(), body: whole.subarray(end + 4) };
}

const head = (server: TestServer, length: string): string =>
  `POST /api/v1/faucet HTTP/1.1\r\nhost: ${server.host}\r\ncontent-type: application/json\r\n${length}\r\n\r\n`;

const isRefused = (received: Buffer[]): boolean =>
  /^HTTP\/1.1 413 [\s\S]*"code":"body.tooLarge"/.test(Buffer.concat(received).toString());

test('a body that announces too much is refused at once, and the refusal can be read while it is sent', async () => {
  const { socket, received } = dial(server);
  socket.write(`${head(server, 'content-length: 100000000')}{"account":"`);
  await waitFor('the refusal', () => isRefused(received));
  expect(socket.closed).toBe(false);
  const piece = Buffer.alloc(1_048_576, 'x');
  const send = () => !socket.destroyed && socket.write(piece, send);
  send();
  await waitFor('the end of the server’s patience', () => socket.closed);
});

test('a body of chunks is refused when it becomes too long, before its end', async () => {
  const { socket, received } = dial(server);
  socket.write(head(server, 'transfer-encoding: chunked'));
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  for (let i = 0; i < 5; i++) socket.write(chunk);
  await waitFor('the refusal', () => isRefused(received));
  // The connection goes on after a body that ends.
  socket.write(`0\r\n\r\nGET /api/v1/config HTTP/1.1\r\nhost: ${server.host}\r\n\r\n`);
  await waitFor('the next answer', () => Buffer.concat(received).includes('"chainId"'));
  socket.destroy();
});

test('each of many long bodies gets its refusal', async () => {
  const sizes = [65_537, 100_000, 1_000_000];
  const answers = await Promise.all(
    Array.from({ length: 24 }, async (_, i) => {
      const response = await fetch(`${server.api}/faucet`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: 'x'.repeat(sizes[i % sizes.length]!),
      });
      return [response.status, ((await response.json()) as { code: string }).code];
    }),
  );
  expect(new Set(answers.map(String))).toEqual(new Set(['413,body.tooLarge']));
});
