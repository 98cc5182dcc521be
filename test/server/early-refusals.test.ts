import { once } from 'node:events';
import { type OutgoingHttpHeaders, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { refusal } from '../support/ocpi/transport.ts';
import { UNREACHABLE_MARKET } from './support/unreachable-market.ts';
import { startServer, type TestServer } from './support.ts';

const OCPI = '/api/v1/ocpi/2.2.1/credentials';
const JSON_TYPE = { 'content-type': 'application/json' };
/** A byte more than is read. */
const TOO_LONG = `"${'x'.repeat(65_535)}"`;

let server: TestServer;
beforeAll(async () => {
  server = await startServer(UNREACHABLE_MARKET);
});
afterAll(() => server?.stop());

async function posted(port: number, path: string, headers: OutgoingHttpHeaders, body: string) {
  const asked = request({ host: '127.0.0.1', port, method: 'POST', path, headers });
  asked.end(body);
  const [response] = await once(asked, 'response');
  return { status: response.statusCode, type: response.headers['content-type'], body: await json(response) };
}

/** Refused the same way: as OCPI does where the path is OCPI's, by a problem document elsewhere. */
async function expectRefused(
  { port }: TestServer,
  headers: OutgoingHttpHeaders,
  body: string,
  status: number,
  [code, ocpiCode]: readonly [string, number],
) {
  const problem = await posted(port, '/api/v1/faucet', headers, body);
  expect(problem).toMatchObject({ status, type: expect.stringContaining('problem+json'), body: { code } });
  const answer = await posted(port, OCPI, headers, body);
  expect(answer).toMatchObject({ status, body: { status_code: ocpiCode } });
  refusal.parse(answer.body);
}

test.each([
  ['a long body', { ...JSON_TYPE, 'content-length': 65_537 }, TOO_LONG, 413, ['body.tooLarge', 2_000]],
  ['long chunks', { ...JSON_TYPE, 'transfer-encoding': 'chunked' }, TOO_LONG, 413, ['body.tooLarge', 2_000]],
  ['broken JSON', JSON_TYPE, '{', 400, ['body.malformed', 2_001]],
  ['a name of others', { ...JSON_TYPE, host: 'evil.example' }, '{}', 421, ['host.unknown', 2_000]],
] as const)('%s is refused in the format of its path', async (_what, headers, body, status, codes) => {
  await expectRefused(server, headers, body, status, codes);
});

test('too many requests are refused in the format of their path', async () => {
  const limits = { api: { count: 1, windowSec: 60 } };
  const limited = await startServer(UNREACHABLE_MARKET, {}, { limits });
  onTestFinished(() => limited.stop());
  await posted(limited.port, '/api/v1/faucet', JSON_TYPE, '{}');
  await expectRefused(limited, JSON_TYPE, '{}', 429, ['limit.reached', 2_000]);
});
