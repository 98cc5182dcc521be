import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPublicClient } from 'viem';
import { expect, onTestFinished, test } from 'vitest';
import { rpcTransport } from '../../../protocol/ledger/transport.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A client of a node that answers like this. */
async function clientOf(answer: Answer, userInfo = '') {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => answer(response, request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://${userInfo}127.0.0.1:${(server.address() as AddressInfo).port}/rpc`;
  return createPublicClient({ transport: rpcTransport(url) });
}

const json = (response: ServerResponse, body: object, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** The names of an error and of what caused it. */
function namesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  return [error.name, ...namesOf(error.cause)];
}

test('gives the result, over a connection that is kept, with the user of the address', async () => {
  const lines = new Set<unknown>();
  const users = new Set<unknown>();
  const client = await clientOf((response, request) => {
    lines.add(request.socket);
    users.add(request.headers.authorization);
    json(response, { jsonrpc: '2.0', id: 1, result: '0x2a' });
  }, 'home:owner@');
  expect(await client.getBlockNumber({ cacheTime: 0 })).toBe(42n);
  expect(await client.getBlockNumber({ cacheTime: 0 })).toBe(42n);
  expect(lines.size).toBe(1);
  expect([...users]).toEqual([`Basic ${Buffer.from('home:owner').toString('base64')}`]);
});

test('a node that closes the kept-alive connection is connected anew at once', async () => {
  let answered = 0;
  const client = await clientOf((response, request) => {
    answered += 1;
    if (answered === 2) request.socket.resetAndDestroy();
    else json(response, { jsonrpc: '2.0', id: 1, result: '0x2a' });
  });
  expect(await client.getBlockNumber({ cacheTime: 0 })).toBe(42n);
  expect(await client.getBlockNumber({ cacheTime: 0 })).toBe(42n);
  expect(answered).toBe(3);
});

test.each<[string, Answer, string]>([
  [
    'the node’s own error, its data kept',
    (response) =>
      json(response, { jsonrpc: '2.0', id: 1, error: { code: 3, message: 'reverted', data: '0x1234' } }),
    'RpcRequestError',
  ],
  [
    'a status that is none of success',
    (response) => json(response, { jsonrpc: '2.0' }, 503),
    'HttpRequestError',
  ],
  ['no JSON', (response) => response.end('<html>'), 'HttpRequestError'],
  ['JSON that is no answer', (response) => response.end('null'), 'HttpRequestError'],
  ['a connection cut at once', (response) => response.destroy(), 'HttpRequestError'],
  [
    'a connection cut in the answer',
    (response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{');
      setImmediate(() => response.destroy());
    },
    'HttpRequestError',
  ],
  ['an answer without end', (response) => response.end(Buffer.alloc(11_000_000, ' ')), 'HttpRequestError'],
])('%s is an error of viem’s own', async (_what, answer, name) => {
  const client = await clientOf(answer);
  const error = await client.getBlockNumber({ cacheTime: 0 }).catch((caught: unknown) => caught);
  expect(namesOf(error)).toContain(name);
  if (name === 'RpcRequestError') expect(JSON.stringify(error)).toContain('0x1234');
});
