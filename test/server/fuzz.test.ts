import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { OPERATIONS } from '../../protocol/api/index.ts';
import { fromAgent } from '../../protocol/link.ts';
import { connectedAgent } from './agentPeer.ts';
import { bookedWithAgent, fixtureForAllTests } from './fixture.ts';
import { document, expectDocumented } from './support/document.ts';
import { type FuzzRequest, requestsOf } from './support/fuzz-requests.ts';
import { drawnBy, JUNK_TEXTS, type Schema, spoiled } from './support/fuzz-values.ts';
import { get, waitFor } from './support.ts';

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
const REQUESTS = DEEP ? 20_000 : 2_000;
const AT_ONCE = 10;
const SEED = 20_261_130;

/** The full count took nine minutes beside other work. */
const LONGEST_RUN_MS = DEEP ? 3_600_000 : 600_000;

/** No request of this API takes as long, not even on a slow machine. */
const LONGEST_MS = 20_000;

const MANY = { count: 1_000_000, windowSec: 60 };
const fixture = fixtureForAllTests({
  // The faucet and the relay keep theirs: their answers wait for the ledger.
  limits: { api: MANY, agent: MANY, pairing: MANY, signIn: MANY },
  replyTimeoutMs: 500,
});

/** What only the inside of the server knows, and no answer may show. */
const INSIDE = /node_modules|\bat .+:\d+:\d+|sqlite|select .+ from |postgres/i;

async function sent(url: string, { method, path, headers, body }: FuzzRequest): Promise<string> {
  const response = await fetch(url + path, {
    // A connection of its own: the server ends idle ones, which on a slow machine may be just when one is used again.
    ...{ method, headers: { ...headers, connection: 'close' }, redirect: 'manual' },
    signal: AbortSignal.timeout(LONGEST_MS),
    ...(body !== undefined && { body }),
  });
  const contentType = response.headers.get('content-type');
  if (contentType?.startsWith('text/event-stream')) {
    await response.body!.cancel();
    return `${response.status}`;
  }
  const text = await response.text();
  const isJson = /json/.test(contentType ?? '') && text !== '';
  const json: unknown = isJson ? JSON.parse(text) : undefined;
  expectDocumented(method, url + path, { status: response.status, contentType, json });
  expect(text).not.toMatch(INSIDE);
  expect(response.status, `${method} ${path} ${text}`).not.toBe(500);
  return `${response.status}`;
}

test(
  `${REQUESTS} requests of all operations, valid and not, are answered as the document says`,
  async () => {
    const { server } = fixture;
    const { made, charger, peer } = await bookedWithAgent(fixture);
    peer.answer(() => ({ problem: { code: 'start.envelope', detail: 'It cannot be opened.' } }));
    const requests = requestsOf(document, [made.bookingId, charger.listingId]);
    const statuses = new Map<string, Set<string>>();
    const send = async (request: FuzzRequest) => {
      const status = await sent(server.url, request);
      const { operationId } = request;
      statuses.set(operationId, (statuses.get(operationId) ?? new Set()).add(status));
    };
    const drawn = fc.sample(requests, { numRuns: REQUESTS, seed: SEED });
    const failures: string[] = [];
    for (let at = 0; at < drawn.length && failures.length === 0; at += AT_ONCE) {
      const batch = drawn.slice(at, at + AT_ONCE).map((request) =>
        send(request).catch((error: Error) => {
          failures.push(`${JSON.stringify(request).slice(0, 1_000)}: ${error.message} ${error.cause ?? ''}`);
        }),
      );
      await Promise.all(batch);
    }
    expect(failures).toEqual([]);
    expect(new Set(statuses.keys())).toEqual(new Set(OPERATIONS.map((one) => one.operationId)));
    // Those that need no signature were reached: the values were not refused one and all.
    for (const id of ['getConfig', 'getCharger', 'getBooking', 'getNonce']) {
      expect([id, [...statuses.get(id)!]]).toEqual([id, expect.arrayContaining(['200'])]);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect((await get(`${server.api}/config`)).status).toBe(200);
    expect(server.fatal).toEqual([]);
  },
  LONGEST_RUN_MS,
);

const MESSAGES = DEEP ? 5_000 : 500;

test(
  `${MESSAGES} messages of an agent, valid and not, end neither the server nor another agent’s link`,
  async () => {
    const { ledger, server } = fixture;
    const other = await connectedAgent(server.host, ledger.market.ref);
    onTestFinished(() => other.stop());
    const schema = z.toJSONSchema(fromAgent, { io: 'input' }) as Schema;
    const text = fc.oneof(
      { arbitrary: spoiled(drawnBy(schema, {}, [])).map((value) => JSON.stringify(value) ?? ''), weight: 6 },
      {
        arbitrary: fc.constantFrom(...JUNK_TEXTS, '{', `${'['.repeat(30_000)}`, 'x'.repeat(70_000)),
        weight: 1,
      },
    );
    const texts = fc.sample(text, { numRuns: MESSAGES, seed: SEED });
    let peer = await connectedAgent(server.host, ledger.market.ref);
    for (const [i, message] of texts.entries()) {
      if (peer.closed() !== undefined) peer = await connectedAgent(server.host, ledger.market.ref);
      peer.send(message);
      if (i % 10 === 0) expect((await get(`${server.api}/config`)).status).toBe(200);
    }
    await peer.stop();
    await waitFor('a heartbeat of the other agent', async () => {
      await other.heartbeat([]);
      return other.closed() === undefined;
    });
    expect(server.logLines.filter((line) => line.includes('"level":50'))).toEqual([]);
    expect(server.fatal).toEqual([]);
  },
  LONGEST_RUN_MS,
);
