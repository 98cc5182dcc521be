import { once } from 'node:events';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { ChargerDetail } from '../../protocol/api.ts';
import { LINK_PATH } from '../../protocol/link.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { publish, testListing, testTerms } from '../support/market.ts';
import { connectAgent, connectedAgent, type PeerOptions } from './agentPeer.ts';
import { listCharger } from './marketActions.ts';
import {
  caughtUp,
  get,
  startLedger,
  startServer,
  type TestLedger,
  type TestServer,
  waitFor,
} from './support.ts';

let ledger: TestLedger;
let server: TestServer;

beforeAll(async () => {
  ledger = await startLedger();
  server = await startServer(ledger.market, { PUBLIC_HOSTS: 'map.example:8443' });
  await waitFor('the market to be known', async () => (await get(`${server.api}/config`)).status === 200);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

const chargerOf = async (listingId: string): Promise<ChargerDetail> =>
  (await get<ChargerDetail>(`${server.api}/chargers/${listingId}`)).body;

const refusalOf = async (
  options: PeerOptions,
  act?: (peer: Awaited<ReturnType<typeof connectAgent>>) => void,
) => {
  const peer = await connectAgent(server.host, ledger.market.ref, options);
  act?.(peer);
  return waitFor('the connection to be refused', () => peer.closed());
};

test('a hello signed over the nonce for this host is welcomed', async () => {
  const peer = await connectedAgent(server.host, ledger.market.ref);
  expect(peer.closed()).toBeUndefined();
  await peer.stop();
});

test.each([
  ['for another host', { hello: { audience: 'evil.example' } }],
  ['over another nonce', { hello: { nonce: `0x${'11'.repeat(32)}` } }],
  [
    'by another key than it names',
    { hello: { agentKey: privateKeyToAccount(generatePrivateKey()).address } },
  ],
  [
    'with the public key of another',
    { hello: { publicKey: privateKeyToAccount(generatePrivateKey()).publicKey } },
  ],
  ['with bytes that are no public key', { hello: { publicKey: '0x04' } }],
] as [string, PeerOptions][])('a hello %s is refused', async (_what, options) => {
  expect(await refusalOf(options)).toMatchObject({
    code: 1008,
    reason: expect.stringContaining('notAuthentic'),
  });
});

test('a report before the hello, and a message that no agent sends, are refused', async () => {
  const early = await refusalOf({ isSilent: true }, (peer) => peer.send({ type: 'pairings', offers: [] }));
  expect(early.reason).toContain('link.noHello');
  for (const text of ['{', '[]', '{"type":"welcome"}', '{"type":"pairings","offers":[],"extra":1}']) {
    const refusal = await refusalOf({ isSilent: true }, (peer) => peer.send(text));
    expect(refusal.reason).toContain('link.malformed');
  }
  const tooLong = await refusalOf({ isSilent: true }, (peer) => peer.send(' '.repeat(70_000)));
  expect(tooLong.code).toBe(1009);
});

test('a second connection of the same key replaces the first', async () => {
  const account = privateKeyToAccount(generatePrivateKey());
  const first = await connectedAgent(server.host, ledger.market.ref, { account });
  const second = await connectedAgent(server.host, ledger.market.ref, { account });
  const refusal = await waitFor('the first to be replaced', () => first.closed());
  expect(refusal.reason).toContain('link.replaced');
  expect(second.closed()).toBeUndefined();
  await second.stop();
});

test('a connection under an unknown host is refused at once, one under a host of PUBLIC_HOSTS is accepted', async () => {
  const foreign = new WebSocket(`ws://${server.host}${LINK_PATH}`, { headers: { host: 'evil.example' } });
  const [error] = await once(foreign, 'error');
  expect(String(error)).toContain('421');
  const named = await connectedAgent(server.host, ledger.market.ref, {
    headers: { host: 'map.example:8443' },
    hello: { audience: 'map.example:8443' },
  });
  await named.stop();
});

test('a heartbeat makes a listed charger live and publishes the agent’s key', async () => {
  const charger = await listCharger(ledger.market);
  await caughtUp(server, ledger);
  expect(await chargerOf(charger.listingId)).toMatchObject({
    status: 'UNKNOWN',
    freshness: 'OFFLINE',
    agentPublicKey: null,
  });
  const peer = await connectedAgent(server.host, ledger.market.ref, { account: charger.agent });
  const { connector } = charger.listing.place;
  await peer.heartbeat([{ connector, listingId: charger.listingId, status: 'AVAILABLE' }]);
  await waitFor(
    'the charger to be live',
    async () => (await chargerOf(charger.listingId)).freshness === 'LIVE',
  );
  expect(await chargerOf(charger.listingId)).toMatchObject({
    status: 'AVAILABLE',
    agentPublicKey: charger.agent.publicKey,
  });
  await peer.heartbeat([{ connector, listingId: charger.listingId, status: 'CHARGING' }]);
  await waitFor('the new status', async () => (await chargerOf(charger.listingId)).status === 'CHARGING');
  await peer.stop();
});

test('a heartbeat from before the listing counts once the charger is listed', async () => {
  const account = privateKeyToAccount(generatePrivateKey());
  const listing = testListing(testTerms(localAccount('host').address, account.address));
  const { connector } = listing.place;
  const listingId = listingIdOf(account.address, connector);
  const peer = await connectedAgent(server.host, ledger.market.ref, { account });
  await peer.heartbeat([{ connector, listingId, status: 'AVAILABLE' }]);
  await publish(ledger.market, account, listing);
  await waitFor('the charger to be live', async () => (await chargerOf(listingId)).freshness === 'LIVE');
  await peer.stop();
});

test('heartbeats that are old, out of order, of another signer or for other chargers change nothing', async () => {
  const charger = await listCharger(ledger.market);
  const other = await listCharger(ledger.market);
  await caughtUp(server, ledger);
  const peer = await connectedAgent(server.host, ledger.market.ref, { account: charger.agent });
  const { connector } = charger.listing.place;
  const { listingId } = charger;
  const now = Math.floor(Date.now() / 1000);
  await peer.heartbeat([{ connector, listingId, status: 'CHARGING' }], { sentAt: now - 600 });
  await peer.heartbeat([{ connector, listingId, status: 'CHARGING' }], { sentAt: now + 600 });
  await peer.heartbeat([{ connector, listingId: other.listingId, status: 'CHARGING' }]);
  await peer.heartbeat([{ connector, listingId, status: 'CHARGING' }], { agentKey: other.agent.address });
  const heartbeat = {
    agentKey: charger.agent.address,
    sentAt: now,
    connectors: [{ connector, listingId, status: 'CHARGING' }],
  };
  peer.send({ type: 'heartbeat', heartbeat, signature: `0x${'11'.repeat(65)}` });
  await peer.heartbeat([{ connector, listingId, status: 'AVAILABLE' }], { sentAt: now + 5 });
  await peer.heartbeat([{ connector, listingId, status: 'CHARGING' }], { sentAt: now });
  const codes = ['clock', 'otherListing', 'otherKey', 'signature', 'older'];
  await waitFor('all refusals', () => {
    const text = server.logLines.join('');
    return codes.every((code) => text.includes(`heartbeat.${code}`));
  });
  expect((await chargerOf(listingId)).status).toBe('AVAILABLE');
  expect((await chargerOf(other.listingId)).freshness).toBe('OFFLINE');
  expect(peer.closed()).toBeUndefined();
  await peer.stop();
});
