import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { expect, test } from 'vitest';
import type { HealthResponse } from '../../protocol/api.ts';
import type { Heartbeat } from '../../protocol/link.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { forAllTests, listedWithAgent } from './here.ts';
import { get, signedInAs, waitFor } from './support.ts';

const here = forAllTests();

test('the health that an agent tells is kept for the host, and shown to nobody else', async () => {
  const { charger, peer } = await listedWithAgent(here);
  const { listingId } = charger;
  const { connector } = charger.listing.place;
  const health = { lastError: 'GroundFailure', temperatureC: 41, voltageV: 229, firmware: '1.2-odd' };
  const connectors: Heartbeat['connectors'] = [{ connector, listingId, status: 'OUTOFORDER', health }];
  const host = await signedInAs(here.server, localAccount('host'));
  const told = async () => {
    const { body } = await get<HealthResponse>(`${here.server.api}/me/health`, host);
    return body.connectors.find((known) => known.listingId === listingId);
  };
  const linkedAt = expect.closeTo(Date.now() / 1_000, -2);
  expect(await told()).toEqual({ listingId, status: null, receivedAt: null, linkedAt, health: null });
  await peer.heartbeat(connectors);
  await waitFor('the health to be kept', async () => (await told())?.health != null);
  expect(await told()).toMatchObject({ status: 'OUTOFORDER', linkedAt, health });
  // An agent that tells nothing any more leaves nothing old behind.
  await peer.heartbeat([{ connector, listingId, status: 'AVAILABLE' }]);
  await waitFor('the health to be gone', async () => (await told())?.health === null);
  await peer.heartbeat(connectors);
  const stranger = await signedInAs(here.server, privateKeyToAccount(generatePrivateKey()));
  expect((await get(`${here.server.api}/me/health`, stranger)).body).toEqual({ connectors: [] });
  expect(await get(`${here.server.api}/me/health`)).toMatchObject({
    status: 401,
    body: { code: 'signIn.missing' },
  });
  const open = await get(`${here.server.api}/chargers/${listingId}`);
  expect(JSON.stringify(open.body)).not.toContain('1.2-odd');
  // Without its line it is known when it was heard last.
  await peer.stop();
  await waitFor('the line to be down', async () => (await told())?.linkedAt === null);
  expect((await told())?.receivedAt).not.toBeNull();
});
