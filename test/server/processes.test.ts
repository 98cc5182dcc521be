import { sql } from 'kysely';
import type { Hex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { LiveEvent, PairingResponse } from '../../protocol/api.ts';
import type { PairingOffer } from '../../protocol/link.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import { signBooking } from '../../scripts/client/signed-booking.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { LIMITS } from '../../server/http/limits.ts';
import { linkedSince } from '../../server/link/store.ts';
import { fundDriver } from '../support/market.ts';
import { connectedAgent, type PeerOptions } from './agentPeer.ts';
import { inSec, watchHeader } from './fixture.ts';
import { bookCharger, type Charger, listCharger, readingOf } from './marketActions.ts';
import { leads, type Servers, startServers } from './support/processes.ts';
import {
  type Answer,
  caughtUp,
  get,
  openSse,
  post,
  signedInAs,
  startLedger,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

const REPLY_TIMEOUT_MS = 1_000;

let ledger: TestLedger;
let servers: Servers;
let [first, second, third]: TestServer[] = [];

beforeAll(async () => {
  ledger = await startLedger();
  const limits = { faucet: { count: 6, windowSec: 600 }, account: { count: 4, windowSec: 600 } };
  const bounds = { streamsPerAddress: 3 };
  servers = await startServers(ledger.market, 3, { replyTimeoutMs: REPLY_TIMEOUT_MS, limits, bounds });
  [first, second, third] = servers.all;
  await caughtUp(first!, ledger);
});
afterAll(async () => {
  await servers?.stop();
  await ledger?.stop();
});

async function connect(server: TestServer, options: PeerOptions = {}) {
  const peer = await connectedAgent(server.host, ledger.market.ref, options);
  onTestFinished(() => peer.stop());
  await waitFor('the link to be known to all', async () => {
    const { db } = servers.all.at(-1)!;
    const agentKey = peer.account.address.toLowerCase() as `0x${string}`;
    const row = await db
      .selectFrom('agentLinks')
      .select('processId')
      .where('agentKey', '=', agentKey)
      .executeTakeFirst();
    return row !== undefined && (await linkedSince(db, [agentKey])).has(agentKey);
  });
  return peer;
}

/** A booked charger whose agent is linked to the first server. */
async function booked() {
  const charger = await listCharger(ledger.market);
  const peer = await connect(first!, { account: charger.agent });
  const made = await bookCharger(ledger.market, charger);
  await caughtUp(first!, ledger);
  return { charger, peer, made };
}

const startOn = (server: TestServer, bookingId: string): Promise<Answer> =>
  post(`${server.api}/bookings/${bookingId}/start`, { envelope: '0x0102' });

test('a request reaches its agent from every process, with the agent’s answer, refusal or silence', async () => {
  const { made, peer } = await booked();
  peer.answer(() => ({}));
  for (const server of servers.all) expect((await startOn(server, made.bookingId)).status).toBe(202);
  expect(peer.received.filter(({ type }) => type === 'start')).toHaveLength(3);
  peer.answer(() => ({ problem: { code: 'start.refused', detail: 'not now' } }));
  expect(await startOn(second!, made.bookingId)).toMatchObject({
    status: 409,
    body: { code: 'start.refused' },
  });
  peer.answer(undefined as never);
  expect(await startOn(third!, made.bookingId)).toMatchObject({
    status: 504,
    body: { code: 'agent.timeout' },
  });
  await peer.stop();
  const isOffline = async () => (await startOn(second!, made.bookingId)).body.code === 'agent.offline';
  await waitFor('the agent to be away', isOffline);
});

test('a connection to another process replaces the older one, and requests follow', async () => {
  const { made, peer, charger } = await booked();
  const newer = await connect(second!, { account: charger.agent, reply: () => ({}) });
  expect((await waitFor('the older link to end', () => peer.closed())).reason).toContain('link.replaced');
  for (const server of [third!, first!, second!])
    expect((await startOn(server, made.bookingId)).status).toBe(202);
  expect(newer.received.filter(({ type }) => type === 'start')).toHaveLength(3);
  expect(newer.closed()).toBeUndefined();
});

test('a live stream of one process shows what the agent told another', async () => {
  const { made, peer } = await booked();
  const stream = await openSse(
    `${second!.api}/bookings/${made.bookingId}/live`,
    await watchHeader({ ledger } as never, made),
  );
  await waitFor('the present state', () => stream.events.some(({ event }) => event === 'booking'));
  await peer.reading(readingOf(made, { isFinal: false }));
  const event = await waitFor('the reading', () => stream.events.find((e) => e.event === 'reading'));
  expect((event as unknown as Extract<LiveEvent, { event: 'reading' }>).data.reading.seq).toBe(5);
  stream.close();
});

test('a charger that is linked to one process pairs through another', async () => {
  const host = localAccount('host').address;
  const offer: PairingOffer = {
    ...{ code: 'ABCDEFG2', connector: `0x${'ab'.repeat(6)}`, chargePointVendor: 'V', chargePointModel: 'M' },
    ...{ maxPowerW: 11_000, connectorStandard: 'IEC_62196_T2', powerType: 'AC_3_PHASE' },
    ...{ meterKey: '0x', meterAlgorithm: 'none' },
  } as const;
  const account = privateKeyToAccount(generatePrivateKey());
  const listingId = listingIdOf(account.address, offer.connector);
  const validUntil = inSec(300);
  const message = { listingId, host, validUntil: BigInt(validUntil) };
  const signature = await signMessageOf(account, ledger.market.ref, 'AgentConsent', message);
  const peer = await connect(first!, {
    account,
    reply: () => ({ consent: { offer, validUntil, signature } }),
  });
  peer.send({ type: 'pairings', offers: [offer] });
  const pair = () => post<PairingResponse>(`${third!.api}/pairings`, { code: offer.code, host });
  const paired = await waitFor('the offer', async () => {
    const answer = await pair();
    return answer.status === 200 ? answer.body : undefined;
  });
  expect(paired).toMatchObject({ listingId, offer, agentKey: account.address.toLowerCase() });
});

test('calls of several processes with one key get different nonces, and one limit counts them all', async () => {
  const ask = ({ api }: TestServer) =>
    post<{ transactionHash: Hex }>(`${api}/faucet`, {
      account: privateKeyToAccount(generatePrivateKey()).address,
    });
  const answers = await Promise.all([...servers.all, ...servers.all].map(ask));
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  expect(new Set(answers.map(({ body }) => body.transactionHash)).size).toBe(6);
  for (const server of servers.all) expect((await ask(server)).status).toBe(429);
});

test('an account, and what reaches an agent unsigned, are counted over all processes', async () => {
  const cookie = await signedInAs(first!, localAccount('host'));
  const statusOf = async ({ api }: TestServer) => (await get(`${api}/me/notices`, cookie)).status;
  const [one, two, three, four] = [first!, second!, third!, first!];
  const statuses = [await statusOf(one), await statusOf(two), await statusOf(three), await statusOf(four)];
  expect(statuses).toEqual([200, 200, 200, 200]);
  for (const server of servers.all) expect(await statusOf(server)).toBe(429);
  const { made, peer } = await booked();
  peer.answer(() => ({}));
  const asked = Array.from({ length: LIMITS.unsigned.count }, (_, i) =>
    startOn(servers.all[i % 3]!, made.bookingId),
  );
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(
    Array(LIMITS.unsigned.count).fill(202),
  );
  for (const server of servers.all)
    expect(await startOn(server, made.bookingId)).toMatchObject({
      status: 429,
      body: { code: 'limit.reached' },
    });
});

test('what is open at once is counted by each process: live streams of an address', async () => {
  const open = async (server: TestServer) => {
    const stream = await openSse(`${server.api}/map/events`);
    onTestFinished(() => stream.close());
    return stream.status;
  };
  for (let i = 0; i < 3; i++) expect(await open(third!)).toBe(200);
  expect((await get(`${third!.api}/map/events`)).body.code).toBe('streams.tooMany');
  expect(await open(second!)).toBe(200);
});

test('a call that is handed in to several processes at once is sent once', async () => {
  const charger = await listCharger(ledger.market);
  const { data } = await signBooking(ledger.market, charger, await fundDriver(ledger.market));
  const handIn = ({ api }: TestServer) =>
    post<{ id: Hex; transactionHash: Hex }>(`${api}/relay`, { to: ledger.market.market, data });
  const answers = await Promise.all([...servers.all, ...servers.all].map(handIn));
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
  expect(new Set(answers.map(({ body }) => `${body.id} ${body.transactionHash}`)).size).toBe(1);
  const state = () => get(`${third!.api}/relay/${answers[0]!.body.id}`);
  await waitFor('the booking', async () => (await state()).body.status === 'DONE');
});

test('a process that was taken for dead stores its links again', async () => {
  const charger: Charger = await listCharger(ledger.market);
  const peer = await connect(second!, { account: charger.agent });
  const { db } = first!;
  await sql`delete from agent_links`.execute(db);
  await sql`delete from processes`.execute(db);
  const agentKey = peer.account.address.toLowerCase() as `0x${string}`;
  await waitFor('the link to be known again', async () => (await linkedSince(db, [agentKey])).has(agentKey));
  expect(peer.closed()).toBeUndefined();
});

test('a leader that stops hands over at once, and its agents dial another process', async () => {
  const { made, peer, charger } = await booked();
  servers.all.shift();
  await first!.stop();
  expect(peer.closed()).toMatchObject({ code: 1012 });
  const next = await waitFor('another one to lead', () =>
    [second!, third!].find(({ logLines }) => leads(logLines.join(''))),
  );
  const newer = await connect(next === second ? third! : second!, {
    account: charger.agent,
    reply: () => ({}),
  });
  expect((await startOn(next, made.bookingId)).status).toBe(202);
  expect(newer.received.some(({ type }) => type === 'start')).toBe(true);
  const again = await bookCharger(ledger.market, await listCharger(ledger.market));
  await waitFor('a new booking on both', async () => {
    const answers = await Promise.all(
      [second!, third!].map(({ api }) => get(`${api}/bookings/${again.bookingId}`)),
    );
    return answers.every(({ status }) => status === 200);
  });
});
