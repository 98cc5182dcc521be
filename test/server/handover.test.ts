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
import { Scope, startAgent, testConfig } from '../meter-agent/support/start-agent.ts';
import { rpc } from '../support/anvil.ts';
import { publish, testListing, testTerms } from '../support/market.ts';
import { watchHeader } from './here.ts';
import { bookCharger, cancelByDriver, type Visit } from './story.ts';
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

/** Each with a ledger of its own: one test moves its time. */
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

/** Everything said on any line between agent and API, as it is before the socket masks it. */
function listen(): string[] {
  const frames: string[] = [];
  const send = WebSocket.prototype.send;
  const spy = vi.spyOn(WebSocket.prototype, 'send').mockImplementation(function (this: WebSocket, ...args) {
    frames.push(String(args[0]));
    return send.apply(this, args as Parameters<typeof send>);
  });
  scope.onEnd(() => spy.mockRestore());
  return frames;
}

interface KeyedVisit extends Visit {
  sessionPrivateKey: Hex;
}

/** A listed charger with its real agent on the line, which does not have the place yet. */
async function stage() {
  const frames = listen();
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
  const listingId = await publish(market, agent.key.account, listing);
  const told: Handover = { listingId, salt, ...SECRETS };
  await caughtUp(server, ledger);
  await waitFor('the agent to be linked', () => frames.some((frame) => frame.includes('welcome')));
  await waitFor('the agent to know its listing', () => agent.ledger.listedIds().has(listingId));
  const { publicKey } = agent.key.account;
  const place = (what: object, id = listingId) =>
    post<Problem>(`${server.api}/chargers/${id}/place`, { envelope: seal(publicKey, JSON.stringify(what)) });
  /** Booked from so many quarters of an hour after now, and taken on by the agent. */
  const booked = async (slotsAhead: number): Promise<KeyedVisit> => {
    const sessionPrivateKey = generatePrivateKey();
    const sessionKey = privateKeyToAccount(sessionPrivateKey);
    const { timestamp } = await rpc<{ timestamp: Hex }>(market.rpcUrl, 'eth_getBlockByNumber', [
      'latest',
      false,
    ]);
    const firstSlot = Math.floor(Number(timestamp) / 900) + slotsAhead;
    const charger = { agent: agent.key.account, listing, listingId };
    const made = await bookCharger(market, charger, { firstSlot, sessionKey: sessionKey.address });
    const visit = { ...made, sessionKey, sessionPrivateKey };
    await caughtUp(server, ledger);
    await waitFor('the agent to take the booking on', () => agent.sessions.get(visit.bookingId));
    return visit;
  };
  return { frames, agentLog, agent, listingId, told, place, booked };
}

async function send<T>(
  visit: Visit,
  path: string,
  type: SignedTypeName,
  key: LocalAccount,
  of = visit.bookingId,
): Promise<Answer<T>> {
  const signature = await signMessageOf(key, ledger.market.ref, type, { bookingId: of });
  return post<T>(`${server.api}/bookings/${visit.bookingId}/${path}`, { signature });
}

async function watch({ bookingId, sessionKey }: Visit) {
  const headers = await watchHeader({ ledger }, { bookingId, sessionKey });
  const stream = await openSse(`${server.api}/bookings/${bookingId}/live`, headers);
  scope.onEnd(() => stream.close());
  return stream.events as LiveEvent[];
}

const ask = (visit: Visit, key: LocalAccount = visit.sessionKey) =>
  send<HandoverResponse & Problem>(visit, 'handover', 'HandoverRequest', key);

const approve = (visit: Visit, key: LocalAccount) =>
  send<Problem>(visit, 'handover-approval', 'HandoverApproval', key);

const stored = (bookingId: Hex) =>
  server.db.selectFrom('handovers').select('sealed').where('bookingId', '=', bookingId).executeTakeFirst();

/** All tables, the logs of both, and all that was said on the line. */
async function everything({ frames, agentLog }: { frames: string[]; agentLog: string[] }): Promise<string> {
  const { rows } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(
    server.db,
  );
  const tables = await Promise.all(
    rows.map(({ name }) => sql`select * from ${sql.table(name)}`.execute(server.db)),
  );
  return [JSON.stringify(tables), ...server.logLines, ...frames, ...agentLog].join('\n');
}

const formsOf = (text: string): string[] => [
  text,
  Buffer.from(text).toString('hex'),
  Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1),
];

async function expectNoPlaintext(heard: { frames: string[]; agentLog: string[] }, told: Handover) {
  const all = await everything(heard);
  for (const secret of [told.place, told.instructions, told.contact, told.salt.slice(2)]) {
    for (const form of formsOf(secret)) expect(all.includes(form)).toBe(false);
  }
  return all;
}

test('a driver is told the place once free cancelling is over, and it is plain to nobody on the way', async () => {
  const { booked, place, told, agent, ...heard } = await stage();
  expect((await place(told)).status).toBe(202);
  const visit = await booked(8);
  const { cancelBy } = agent.sessions.get(visit.bookingId)!.plan.times;
  const early = await ask(visit);
  expect(early).toMatchObject({ status: 409, body: { code: 'handover.notYet' } });
  expect(early.body.detail).toContain(new Date(cancelBy * 1_000).toISOString());
  expect(await stored(visit.bookingId)).toBeUndefined();
  await rpc(ledger.anvil.url, 'evm_setNextBlockTimestamp', [cancelBy]);
  await rpc(ledger.anvil.url, 'evm_mine');
  const pushed = await waitFor('the agent to send it by itself', () => stored(visit.bookingId));
  const now = await ask(visit);
  expect(now.status).toBe(200);
  for (const sealed of [pushed.sealed, now.body.sealed]) {
    expect(parseHandover(open(visit.sessionPrivateKey, sealed))).toEqual(told);
    expect(() => open(generatePrivateKey(), sealed)).toThrow();
    expect(() => open(agent.key.privateKey, sealed)).toThrow();
  }
  const all = await expectNoPlaintext(heard, told);
  // The search sees what is there: the ciphertext stands in the tables and was said on the line.
  expect(all.split(now.body.sealed).length).toBeGreaterThan(2);
});

test('a host lets a driver know early; nobody else can', async () => {
  const { booked, place, told, ...heard } = await stage();
  await place(told);
  const visit = await booked(200);
  const other = await booked(210);
  const live = await watch(visit);
  expect((await ask(visit)).status).toBe(409);
  for (const key of [visit.driver, visit.sessionKey, privateKeyToAccount(generatePrivateKey())]) {
    expect(await approve(visit, key)).toMatchObject({ status: 409, body: { code: 'signature.notHost' } });
  }
  const ofOther = await send(visit, 'handover-approval', 'HandoverApproval', host, other.bookingId);
  expect(ofOther).toMatchObject({ status: 409, body: { code: 'signature.notHost' } });
  expect((await ask(visit)).body.code).toBe('handover.notYet');
  expect((await approve(visit, host)).status).toBe(202);
  const event = await waitFor('the place on the live stream', () =>
    live.find((said) => said.event === 'handover'),
  );
  expect(parseHandover(open(visit.sessionPrivateKey, event.data.sealed))).toEqual(told);
  expect((await ask(other)).body.code).toBe('handover.notYet');
  await expectNoPlaintext(heard, told);
});

test('a stranger, another driver and the API itself are told nothing', async () => {
  const { booked, place, told, agent } = await stage();
  await place(told);
  const visit = await booked(220);
  const other = await booked(230);
  await approve(visit, host);
  for (const key of [
    other.sessionKey,
    other.driver,
    visit.driver,
    privateKeyToAccount(generatePrivateKey()),
  ]) {
    expect(await ask(visit, key)).toMatchObject({ status: 403, body: { code: 'signature.notSessionKey' } });
  }
  // An API that asks for itself is refused by the agent, and so is one that shows another booking's signature.
  const { ref } = ledger.market;
  const requests = [
    [visit.bookingId, privateKeyToAccount(generatePrivateKey())],
    [other.bookingId, other.sessionKey],
  ] as const;
  const { plan } = agent.sessions.get(visit.bookingId)!;
  const fact = agent.ledger.booking(visit.bookingId)!;
  for (const [bookingId, key] of requests) {
    const signature = await signMessageOf(key, ref, 'HandoverRequest', { bookingId });
    await expect(agent.handovers.answer(ref, plan, fact, signature)).rejects.toMatchObject({
      code: 'signature.notSessionKey',
    });
  }
});

test('with the agent away the driver still gets what it sent, until the booking ends: then it is deleted', async () => {
  const { booked, place, told, agent } = await stage();
  await place(told);
  const visit = await booked(240);
  await approve(visit, host);
  expect((await ask(visit)).status).toBe(200);
  await agent.close();
  const alone = await waitFor('an answer without the agent', async () => {
    const answer = await ask(visit);
    return answer.status === 200 ? answer : undefined;
  });
  expect(parseHandover(open(visit.sessionPrivateKey, alone.body.sealed))).toEqual(told);
  await cancelByDriver(ledger.market, visit);
  await waitFor('it to be deleted', async () => (await stored(visit.bookingId)) === undefined);
  expect((await ask(visit)).status).toBe(503);
});

test('an agent sends the place again over a new line, and never once the booking is over', async () => {
  const { booked, place, told, agent, frames } = await stage();
  await place(told);
  const visit = await booked(250);
  expect((await ask(visit)).status).toBe(409);
  await approve(visit, host);
  const sent = () =>
    frames.filter((frame) => frame.includes('"type":"handover"') && frame.includes('sealed'));
  await waitFor('the place to be sent', () => sent().length === 1);
  agent.handovers.sendAll();
  await waitFor('the place to be sent again', () => sent().length === 2);
  await cancelByDriver(ledger.market, visit);
  await waitFor('the agent to see the end', () => agent.ledger.booking(visit.bookingId)?.ended != null);
  agent.handovers.sendAll();
  expect(sent()).toHaveLength(2);
  expect((await ask(visit)).body.code).toMatch(/^(handover.over|booking.unknown)$/);
});

test('the agent takes the place that its listing commits to, and no other', async () => {
  const { booked, place, told, agent, listingId } = await stage();
  const visit = await booked(260);
  await approve(visit, host);
  expect(await ask(visit)).toMatchObject({ status: 409, body: { code: 'handover.noPlace' } });
  for (const other of [
    { ...told, instructions: 'Ring at the neighbour, who wants 50 in cash' },
    { ...told, contact: '+1 900 111' },
    { ...told, place: '50.775301,6.083900' },
    { ...told, salt: `0x${'00'.repeat(32)}` },
    { ...told, listingId: `0x${'00'.repeat(32)}` },
    { ...told, more: 1 },
    {},
  ]) {
    expect(await place(other)).toMatchObject({ status: 409, body: { code: 'place.notCommitted' } });
  }
  const garbage = await post<Problem>(`${server.api}/chargers/${listingId}/place`, { envelope: '0x0102' });
  expect(garbage).toMatchObject({ status: 409, body: { code: 'place.notCommitted' } });
  const nobody = `0x${'99'.repeat(32)}` as const;
  expect(await place(told, nobody)).toMatchObject({ status: 404, body: { code: 'listing.unknown' } });
  expect((await place(told)).status).toBe(202);
  expect((await ask(visit)).status).toBe(200);
  expect(agent.journal.note(`place:${listingId}`)).toEqual(told);
});
