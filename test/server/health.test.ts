import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HealthResponse } from '../../protocol/api.ts';
import type { Heartbeat } from '../../protocol/link.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { connectedAgent } from './agentPeer.ts';
import { listCharger } from './story.ts';
import {
  caughtUp,
  get,
  signedInAs,
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
  server = await startServer(ledger.market);
  await caughtUp(server, ledger);
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

test('the health that an agent tells is kept for the host, and shown to nobody else', async () => {
  const charger = await listCharger(ledger.market);
  await caughtUp(server, ledger);
  const peer = await connectedAgent(server.host, ledger.market.ref, { account: charger.agent });
  const { listingId } = charger;
  const { connector } = charger.listing.place;
  const health = { lastError: 'GroundFailure', temperatureC: 41, voltageV: 229, firmware: '1.2-odd' };
  const connectors: Heartbeat['connectors'] = [{ connector, listingId, status: 'OUTOFORDER', health }];
  await peer.heartbeat(connectors);
  const host = await signedInAs(server, localAccount('host'));
  const mine = await waitFor('the health to be kept', async () => {
    const { body } = await get<HealthResponse>(`${server.api}/me/health`, host);
    return body.connectors.find((known) => known.listingId === listingId);
  });
  expect(mine).toMatchObject({ status: 'OUTOFORDER', health });
  // An agent that tells nothing any more leaves nothing old behind.
  await peer.heartbeat([{ connector, listingId, status: 'AVAILABLE' }]);
  await waitFor('the health to be gone', async () => {
    const { body } = await get<HealthResponse>(`${server.api}/me/health`, host);
    return body.connectors.find((known) => known.listingId === listingId)?.health === null;
  });
  await peer.heartbeat(connectors);
  const stranger = await signedInAs(server, privateKeyToAccount(generatePrivateKey()));
  expect((await get(`${server.api}/me/health`, stranger)).body).toEqual({ connectors: [] });
  expect(await get(`${server.api}/me/health`)).toMatchObject({
    status: 401,
    body: { code: 'signIn.missing' },
  });
  const open = await get(`${server.api}/chargers/${listingId}`);
  expect(JSON.stringify(open.body)).not.toContain('1.2-odd');
  await peer.stop();
});
