import { sql } from 'kysely';
import { pino } from 'pino';
import type { Hex, LocalAccount } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { HandoverResponse, LiveEvent, Problem } from '../../protocol/api.ts';
import { type Handover, parseHandover, placeCommitmentOf } from '../../protocol/handover.ts';
import { open, seal } from '../../protocol/seal.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { SignedTypeName } from '../../protocol/signedTypes.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { consentTo } from '../meter-agent/support/ledger-fixture.ts';
import { Scope, startAgent, testConfig } from '../meter-agent/support/start-agent.ts';
import { reachTime, rpc } from '../support/anvil.ts';
import { publish, testListing, testTerms } from '../support/market.ts';
import { watchHeader } from './fixture.ts';
import { bookCharger, cancelByDriver, type DriverBooking } from './marketActions.ts';
import {
  type Answer,
  caughtUp,
  openSse,
  post,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

let ledger: TestLedger;
let server: TestServer;
const scope = new Scope();
const host = localAccount('host');

/** Each test has its own ledger, since one of them changes its time. */
beforeEach(async () => {
  ledger = await startLedger();
  scope.onEnd(() => ledger.stop());
  server = await startServer(ledger.market);
  scope.onEnd(() => server.stop());
});
afterEach(() => scope.end());

const SECRETS = {
  place: '50.775300,6.083900',
  instructions: 'Gate code 4711, left of the barn',
  contact: '+49 241 555',
};

/** Records every message on all connections between agent and API, before the socket masks it. */
function recordFrames(): string[] {
  const frames: string[] = [];
  const send = WebSocket.prototype.send;
  const spy = vi.spyOn(WebSocket.prototype, 'send').mockImplementation(function (this: WebSocket, ...args) {
    frames.push(String(args[0]));
    return send.apply(this, args as Parameters<typeof send>);
  });
  scope.onEnd(() => spy.mockRestore());
  return frames;
}

interface KeyedBooking extends DriverBooking {
  sessionPrivateKey: Hex;
}

/** A listed charger with its real agent connected, which does not have the location yet. */
async function setUp() {
  const frames = recordFrames();
  const agentLog: string[] = [];
  const dataDir = scope.dir();
  const { market } = ledger;
  const config = testConfig({
    ...{ rpcUrl: market.rpcUrl, market: market.market, deployBlock: market.deployBlock, dataDir },
    apiUrl: server.url,
    chargePoints: { CP1: { connectors: { '1': {} } } } as never,
  });
  const log = pino({ level: 'trace' }, { write: (line) => void agentLog.push(line) });
  const { agent } = await startAgent(scope, config, { log });
  const salt = generatePrivateKey();
  const listing = testListing(testTerms(host.address, agent.key.account.address));
  listing.place.placeCommitment = placeCommitmentOf({ salt, ...SECRETS });
  consentTo(agent);
  const listingId = await publish(market, agent.key.account, listing);
  const handover: Handover = { listingId, salt, ...SECRETS };
  await caughtUp(server, ledger);
  await waitFor('the agent to be connected', () => frames.some((frame) => frame.includes('welcome')));
  await waitFor('the agent to know its listing', () => agent.ledger.listedIds().has(listingId));
  const { publicKey } = agent.key.account;
  const sealed = (what: object) => seal(publicKey, JSON.stringify(what));
  const sendLocation = (what: object, id = listingId, path = 'location') =>
    post<Problem>(`${server.api}/chargers/${id}/${path}`, { envelope: sealed(what) });
  /** Books a slot `slotsAhead` quarters of an hour from now, and waits until the agent knows the booking. */
  const booked = async (slotsAhead: number): Promise<KeyedBooking> => {
    const sessionPrivateKey = generatePrivateKey();
    const sessionKey = privateKeyToAccount(sessionPrivateKey);
    const { timestamp } = await rpc<{ timestamp: Hex }>(market.rpcUrl, 'eth_getBlockByNumber', [
      'latest',
      false,
    ]);
    const firstSlot = Math.floor(Number(timestamp) / 900) + slotsAhead;
    const charger = { agent: agent.key.account, listing, listingId };
    const onLedger = await bookCharger(market, charger, { firstSlot, sessionKey: sessionKey.address });
    const made = { ...onLedger, sessionKey, sessionPrivateKey };
    await caughtUp(server, ledger);
    await waitFor('the agent to know the booking', () => agent.sessions.get(made.bookingId));
    return made;
  };
  return { frames, agentLog, agent, listingId, handover, sendLocation, booked };
}

async function send<T>(
  made: DriverBooking,
  path: string,
  type: SignedTypeName,
  key: LocalAccount,
  of = made.bookingId,
): Promise<Answer<T>> {
  const signature = await signMessageOf(key, ledger.market.ref, type, { bookingId: of });
  return post<T>(`${server.api}/bookings/${made.bookingId}/${path}`, { signature });
}

async function watch({ bookingId, sessionKey }: DriverBooking) {
  const headers = await watchHeader({ ledger }, { bookingId, sessionKey });
  const stream = await openSse(`${server.api}/bookings/${bookingId}/live`, headers);
  scope.onEnd(() => stream.close());
  return stream.events as LiveEvent[];
}

const ask = (made: DriverBooking, key: LocalAccount = made.sessionKey) =>
  send<HandoverResponse & Problem>(made, 'handover', 'HandoverRequest', key);

const approve = (made: DriverBooking, key: LocalAccount) =>
  send<Problem>(made, 'handover-approval', 'HandoverApproval', key);

const stored = (bookingId: Hex) =>
  server.db.selectFrom('handovers').select('sealed').where('bookingId', '=', bookingId).executeTakeFirst();

/** All tables, both logs, and all recorded messages. */
async function everything({ frames, agentLog }: { frames: string[]; agentLog: string[] }): Promise<string> {
  const all = await server.db.introspection.getTables();
  const tables = await Promise.all(
    all.map(({ name }) => sql`select * from ${sql.table(name)}`.execute(server.db)),
  );
  return [JSON.stringify(tables), ...server.logLines, ...frames, ...agentLog].join('\n');
}

const formsOf = (text: string): string[] => [
  text,
  Buffer.from(text).toString('hex'),
  Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1),
];

async function expectNoPlaintext(recorded: { frames: string[]; agentLog: string[] }, handover: Handover) {
  const all = await everything(recorded);
  for (const secret of [handover.place, handover.instructions, handover.contact, handover.salt.slice(2)]) {
    for (const form of formsOf(secret)) expect(all.includes(form)).toBe(false);
  }
  return all;
}

test('a driver gets the location when free cancellation ends, and nobody on the way can read it', async () => {
  const { booked, sendLocation, handover, agent, ...recorded } = await setUp();
  expect((await sendLocation(handover)).status).toBe(202);
  const made = await booked(8);
  const { freeUntil } = agent.sessions.get(made.bookingId)!.plan.times;
  const early = await ask(made);
  expect(early).toMatchObject({ status: 409, body: { code: 'handover.notYet' } });
  expect(early.body.detail).toContain(new Date(freeUntil * 1_000).toISOString());
  expect(await stored(made.bookingId)).toBeUndefined();
  await reachTime(ledger.anvil.url, freeUntil);
  const pushed = await waitFor('the agent to send it unasked', () => stored(made.bookingId));
  const now = await ask(made);
  expect(now.status).toBe(200);
  for (const sealed of [pushed.sealed, now.body.sealed]) {
    expect(parseHandover(open(made.sessionPrivateKey, sealed))).toEqual(handover);
    expect(() => open(generatePrivateKey(), sealed)).toThrow();
    expect(() => open(agent.key.privateKey, sealed)).toThrow();
  }
  const all = await expectNoPlaintext(recorded, handover);
  // The search works: it finds the ciphertext in the tables and in the messages.
  expect(all.split(now.body.sealed).length).toBeGreaterThan(2);
});

test('a host can release the location early, and nobody else can', async () => {
  const { booked, sendLocation, handover, ...recorded } = await setUp();
  await sendLocation(handover);
  const made = await booked(200);
  const other = await booked(210);
  const live = await watch(made);
  expect((await ask(made)).status).toBe(409);
  for (const key of [made.driver, made.sessionKey, privateKeyToAccount(generatePrivateKey())]) {
    expect(await approve(made, key)).toMatchObject({ status: 409, body: { code: 'signature.notHost' } });
  }
  const ofOther = await send(made, 'handover-approval', 'HandoverApproval', host, other.bookingId);
  expect(ofOther).toMatchObject({ status: 409, body: { code: 'signature.notHost' } });
  expect((await ask(made)).body.code).toBe('handover.notYet');
  expect((await approve(made, host)).status).toBe(202);
  const event = await waitFor('the location on the live stream', () =>
    live.find((one) => one.event === 'handover'),
  );
  expect(parseHandover(open(made.sessionPrivateKey, event.data.sealed))).toEqual(handover);
  expect((await ask(other)).body.code).toBe('handover.notYet');
  await expectNoPlaintext(recorded, handover);
});

test('a stranger, another driver and the API itself do not get the location', async () => {
  const { booked, sendLocation, handover, agent } = await setUp();
  await sendLocation(handover);
  const made = await booked(220);
  const other = await booked(230);
  await approve(made, host);
  const stranger = privateKeyToAccount(generatePrivateKey());
  for (const key of [other.sessionKey, other.driver, made.driver, stranger]) {
    expect(await ask(made, key)).toMatchObject({ status: 403, body: { code: 'signature.notSessionKey' } });
  }
  // The agent refuses an API that asks with its own key or with another booking's signature.
  const { ref } = ledger.market;
  const requests = [
    [made.bookingId, stranger],
    [other.bookingId, other.sessionKey],
  ] as const;
  const { plan } = agent.sessions.get(made.bookingId)!;
  const fact = agent.ledger.booking(made.bookingId)!;
  for (const [bookingId, key] of requests) {
    const signature = await signMessageOf(key, ref, 'HandoverRequest', { bookingId });
    await expect(agent.handovers.answer(ref, plan, fact, signature)).rejects.toMatchObject({
      code: 'signature.notSessionKey',
    });
  }
});

test('with the agent offline the driver gets what it sent before, until the booking ends and it is deleted', async () => {
  const { booked, sendLocation, handover, agent } = await setUp();
  await sendLocation(handover);
  const made = await booked(240);
  await approve(made, host);
  expect((await ask(made)).status).toBe(200);
  await agent.close();
  const alone = await waitFor('an answer without the agent', async () => {
    const answer = await ask(made);
    return answer.status === 200 ? answer : undefined;
  });
  expect(parseHandover(open(made.sessionPrivateKey, alone.body.sealed))).toEqual(handover);
  await cancelByDriver(ledger.market, made);
  await waitFor('it to be deleted', async () => (await stored(made.bookingId)) === undefined);
  expect((await ask(made)).status).toBe(503);
});

test('an agent sends the location again over a new connection, but not after the booking has ended', async () => {
  const { booked, sendLocation, handover, agent, frames } = await setUp();
  await sendLocation(handover);
  const made = await booked(250);
  expect((await ask(made)).status).toBe(409);
  await approve(made, host);
  const sent = () =>
    frames.filter((frame) => frame.includes('"type":"handover"') && frame.includes('sealed'));
  await waitFor('the location to be sent', () => sent().length === 1);
  agent.handovers.sendAll();
  await waitFor('the location to be sent again', () => sent().length === 2);
  await cancelByDriver(ledger.market, made);
  await waitFor('the agent to see the end', () => agent.ledger.booking(made.bookingId)?.ended != null);
  agent.handovers.sendAll();
  expect(sent()).toHaveLength(2);
  expect((await ask(made)).body.code).toMatch(/^(handover.over|booking.unknown)$/);
});

test('the agent accepts the location that its listing commits to, and no other', async () => {
  const { booked, sendLocation, handover, agent, listingId } = await setUp();
  const made = await booked(260);
  await approve(made, host);
  expect(await ask(made)).toMatchObject({ status: 409, body: { code: 'handover.noLocation' } });
  for (const other of [
    { ...handover, instructions: 'Ring at the neighbour, who wants 50 in cash' },
    { ...handover, contact: '+1 900 111' },
    { ...handover, place: '50.775301,6.083900' },
    { ...handover, salt: `0x${'00'.repeat(32)}` },
    { ...handover, listingId: `0x${'00'.repeat(32)}` },
    { ...handover, more: 1 },
    {},
  ]) {
    expect(await sendLocation(other)).toMatchObject({ status: 409, body: { code: 'location.notCommitted' } });
  }
  const garbage = await post<Problem>(`${server.api}/chargers/${listingId}/location`, { envelope: '0x0102' });
  expect(garbage).toMatchObject({ status: 409, body: { code: 'location.notCommitted' } });
  const nobody = `0x${'99'.repeat(32)}` as const;
  expect(await sendLocation(handover, nobody)).toMatchObject({
    status: 404,
    body: { code: 'listing.unknown' },
  });
  // Older pages and programs use the old name in the path, which the log warns of.
  expect((await sendLocation(handover, listingId, 'place')).status).toBe(202);
  expect(server.logLines.join('')).toContain('old path of /chargers/:listingId/location');
  expect((await ask(made)).status).toBe(200);
  expect(agent.journal.note(`location:${listingId}`)).toEqual(handover);
});
