import { once } from 'node:events';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { LINK_MAX_BYTES, LINK_PATH } from '../../protocol/link.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { type AgentPeer, connectedAgent } from './agentPeer.ts';
import { watchHeader } from './fixture.ts';
import { bookCharger, listCharger } from './marketActions.ts';
import {
  caughtUp,
  get,
  openSse,
  post,
  type SseReader,
  signedInAs,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

const STREAMS = 4;
const LINKS = 3;
const WAITING = 2;
const UNSIGNED = 3;
const ACCOUNT = 4;

let ledger: TestLedger;
let server: TestServer;

/** Behind a proxy, so that a test can send from any address. */
beforeAll(async () => {
  ledger = await startLedger();
  server = await startServer(
    ledger.market,
    { TRUST_PROXY_HOPS: '1', LOG_LEVEL: 'info' },
    {
      bounds: { streamsPerAddress: STREAMS, linksPerAddress: LINKS, waitingPerAgent: WAITING },
      limits: {
        account: { count: ACCOUNT, windowSec: 600 },
        unsigned: { count: UNSIGNED, windowSec: 600 },
        links: { count: 8, windowSec: 600 },
      },
    },
  );
  await caughtUp(server, ledger);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

const from = (address: string) => ({ 'x-forwarded-for': address });

/** Somebody else is served. */
const expectServed = async () =>
  expect((await get(`${server.api}/ledger/head`, from('198.51.100.200'))).status).toBe(200);

const linesOf = (text: string) => server.logLines.filter((line) => line.includes(text));

/** An agent with a key that nobody has listed. */
async function unlisted(address: string): Promise<AgentPeer> {
  const peer = await connectedAgent(server.host, ledger.market.ref, { headers: from(address) });
  onTestFinished(() => peer.stop());
  return peer;
}

test('2,000 long heartbeats with false signatures close the link, by name and in one line of the log', async () => {
  const peer = await unlisted('198.51.100.1');
  const agentKey = peer.account.address;
  const connectors = Array.from({ length: 64 }, (_unused, i) => {
    const connector = `0x${(i + 1).toString(16).padStart(12, '0')}` as const;
    return { connector, listingId: listingIdOf(agentKey, connector), status: 'AVAILABLE' };
  });
  const heartbeat = { agentKey, sentAt: Math.floor(Date.now() / 1_000), connectors };
  const text = JSON.stringify({ type: 'heartbeat', heartbeat, signature: `0x${'11'.repeat(65)}` });
  expect(text.length).toBeGreaterThan(8_000);
  for (let i = 0; i < 2_000; i++) peer.send(text);
  await expectServed();
  const { reason } = await waitFor('the link to be closed', () => peer.closed());
  expect(reason).toContain('heartbeat.signature: too many');
  expect(linesOf('report refused').filter((line) => line.includes(agentKey.toLowerCase()))).toHaveLength(1);
  // It may come again after a while.
  const again = await connectedAgent(server.host, ledger.market.ref, {
    account: peer.account,
    headers: from('198.51.100.1'),
  });
  onTestFinished(() => again.stop());
  for (let i = 0; i < 40; i++) again.send(text);
  const second = await waitFor('the link to be closed again', () => again.closed());
  expect(second.reason).toContain('heartbeat.signature: too many');
});

test('an agent without a listing may not send fast, one with a listing may', async () => {
  const charger = await listCharger(ledger.market);
  await caughtUp(server, ledger);
  const listed = await connectedAgent(server.host, ledger.market.ref, {
    account: charger.agent,
    headers: from('198.51.100.2'),
  });
  onTestFinished(() => listed.stop());
  const stranger = await unlisted('198.51.100.2');
  for (let i = 0; i < 300; i++) {
    stranger.send({ type: 'pairings', offers: [] });
    listed.send({ type: 'pairings', offers: [] });
  }
  const { reason } = await waitFor('the link to be closed', () => stranger.closed());
  expect(reason).toContain('link.tooFast');
  await listed.heartbeat([
    { connector: charger.listing.place.connector, listingId: charger.listingId, status: 'AVAILABLE' },
  ]);
  await waitFor('the charger to be live', async () => {
    const { body } = await get(`${server.api}/chargers/${charger.listingId}`);
    return body.freshness === 'LIVE';
  });
  expect(listed.closed()).toBeUndefined();
  // A hundred times what an agent needs is too much of a listed one as well.
  for (let i = 0; i < 1_200; i++) listed.send({ type: 'reply', requestId: 'none' });
  const closed = await waitFor('this link to be closed', () => listed.closed());
  expect(closed.reason).toContain('link.tooFast');
  await expectServed();
});

test('one address has so many links, and dials so often; others connect', async () => {
  const held = [];
  for (let i = 0; i < LINKS; i++) held.push(await unlisted('198.51.100.4'));
  const url = `ws://${server.host}${LINK_PATH}`;
  const dial = () => new WebSocket(url, { headers: from('198.51.100.4') });
  const refused = async () => String((await once(dial(), 'error'))[0]);
  expect(await refused()).toContain('429');
  await held.pop()!.stop();
  // The server may hear of the end later than this side.
  const again = await waitFor('the link to be free', async () => {
    const socket = dial();
    const isOpen = await Promise.race([
      once(socket, 'open').then(() => true),
      once(socket, 'error').then(() => false),
    ]);
    return isOpen && socket;
  });
  onTestFinished(() => again.terminate());
  for (let i = 0; i < 8; i++) await once(dial(), 'error');
  expect(linesOf('link.tooManyDials').length).toBeGreaterThan(0);
  await unlisted('198.51.100.5');
});

test('messages longer than the link takes end it before they are read', async () => {
  const peer = await unlisted('198.51.100.6');
  peer.send('x'.repeat(LINK_MAX_BYTES + 1));
  expect((await waitFor('the link to be closed', () => peer.closed())).code).toBe(1009);
});

test('one address has so many live streams; others open theirs, and one that ends makes room', async () => {
  const url = `${server.api}/map/events`;
  const open: SseReader[] = [];
  onTestFinished(() => {
    for (const stream of open) stream.close();
  });
  for (let i = 0; i < STREAMS; i++) open.push(await openSse(url, from('198.51.100.7')));
  expect(await get(url, from('198.51.100.7'))).toMatchObject({
    status: 429,
    body: { code: 'streams.tooMany' },
  });
  const other = await openSse(url, from('198.51.100.8'));
  await waitFor('the first event', () => other.events.length > 0);
  other.close();
  open.pop()!.close();
  const next = await waitFor('a stream to be free', async () => {
    const stream = await openSse(url, from('198.51.100.7'));
    return stream.status === 200 && stream;
  });
  open.push(next);
});

test('who asks again for streams that its address has no room for waits, gets an answer, and cuts off nobody', async () => {
  const url = `${server.api}/map/events`;
  const headers = from('198.51.100.40');
  const open: SseReader[] = [];
  onTestFinished(() => {
    for (const stream of open) stream.close();
  });
  for (let i = 0; i < STREAMS; i++) open.push(await openSse(url, headers));
  expect((await get(url, headers)).status).toBe(429);
  const waiting = Array.from({ length: 45 }, () => get(url, headers));
  expect((await get(`${server.api}/ledger/head`, headers)).status).toBe(200);
  open.push(await openSse(url, from('198.51.100.41')));
  for (const answer of await Promise.all(waiting))
    expect(answer).toMatchObject({ status: 429, body: { code: 'streams.tooMany' } });
});

test('so many requests wait for one agent, and so many reach it unsigned', async () => {
  const charger = await listCharger(ledger.market);
  const made = await bookCharger(ledger.market, charger);
  await caughtUp(server, ledger);
  const headers = from('198.51.100.9');
  const peer = await connectedAgent(server.host, ledger.market.ref, { account: charger.agent, headers });
  onTestFinished(() => peer.stop());
  const watch = await watchHeader({ ledger }, made);
  const start = (more: Record<string, string>) =>
    post(`${server.api}/bookings/${made.bookingId}/start`, { envelope: '0x00' }, more);
  // It does not answer.
  const waiting = Array.from({ length: WAITING }, () => start(watch));
  const asked = () => peer.received.filter(({ type }) => type === 'start').length;
  await waitFor('the requests to reach the agent', () => asked() === WAITING);
  expect(await start(watch)).toMatchObject({ status: 503, body: { code: 'agent.busy' } });
  expect(asked()).toBe(WAITING);
  for (const message of peer.received)
    if ('requestId' in message) peer.send({ type: 'reply', requestId: message.requestId });
  for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(202);

  peer.answer(() => ({}));
  for (let i = 0; i < UNSIGNED; i++) expect((await start(from(`198.51.100.${20 + i}`))).status).toBe(202);
  expect(await start(from('198.51.100.30'))).toMatchObject({ status: 429, body: { code: 'limit.reached' } });
  // What else anybody could send to the agent is counted with it.
  const location = `${server.api}/chargers/${charger.listingId}/location`;
  expect(await post(location, { envelope: '0x00' }, from('198.51.100.30'))).toMatchObject({
    status: 429,
    body: { code: 'limit.reached' },
  });
  expect((await start(watch)).status).toBe(202);
  expect((await start({ authorization: 'Plugpact-Watch 1.0x' })).status).toBe(401);
});

test('an account has its own limit, from whatever address it asks; others and who is not signed in go on', async () => {
  const signedIn = await signedInAs(server, localAccount('host'));
  const other = await signedInAs(server, localAccount('relayer'));
  const ask = (more: Record<string, string>) => get(`${server.api}/me/notices`, more);
  for (let i = 0; i < ACCOUNT; i++)
    expect((await ask({ ...signedIn, ...from(`198.51.100.${100 + i}`) })).status).toBe(200);
  expect(await ask({ ...signedIn, ...from('198.51.100.150') })).toMatchObject({
    status: 429,
    body: { code: 'limit.reached' },
  });
  expect((await ask(other)).status).toBe(200);
  await expectServed();
});
