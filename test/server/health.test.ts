import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { expect, test } from 'vitest';
import type { HealthResponse } from '../../protocol/api.ts';
import type { Heartbeat } from '../../protocol/link.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { fixtureForAllTests, listedWithAgent } from './fixture.ts';
import { get, signedInAs, waitFor } from './support.ts';

const fixture = fixtureForAllTests();

test('the health that an agent reports is stored for the host, and shown to nobody else', async () => {
  const { charger, peer } = await listedWithAgent(fixture);
  const { listingId } = charger;
  const { connector } = charger.listing.place;
  const forward = { reason: 'TLS', since: 1_800_000_000, isOn: false } as const;
  const health = {
    lastError: 'GroundFailure',
    temperatureC: 41,
    voltageV: 229,
    firmware: '1.2-odd',
    forward,
  };
  const connectors: Heartbeat['connectors'] = [{ connector, listingId, status: 'OUTOFORDER', health }];
  const host = await signedInAs(fixture.server, localAccount('host'));
  const reported = async () => {
    const { body } = await get<HealthResponse>(`${fixture.server.api}/me/health`, host);
    return body.connectors.find((one) => one.listingId === listingId);
  };
  const linkedAt = expect.closeTo(Date.now() / 1_000, -2);
  expect(await reported()).toEqual({ listingId, status: null, receivedAt: null, linkedAt, health: null });
  await peer.heartbeat(connectors);
  await waitFor('the health to be stored', async () => (await reported())?.health != null);
  expect(await reported()).toMatchObject({ status: 'OUTOFORDER', linkedAt, health });
  // A report without health removes the earlier one.
  await peer.heartbeat([{ connector, listingId, status: 'AVAILABLE' }]);
  await waitFor('the health to be gone', async () => (await reported())?.health === null);
  await peer.heartbeat(connectors);
  const stranger = await signedInAs(fixture.server, privateKeyToAccount(generatePrivateKey()));
  expect((await get(`${fixture.server.api}/me/health`, stranger)).body).toEqual({ connectors: [] });
  expect(await get(`${fixture.server.api}/me/health`)).toMatchObject({
    status: 401,
    body: { code: 'signIn.missing' },
  });
  const open = await get(`${fixture.server.api}/chargers/${listingId}`);
  expect(JSON.stringify(open.body)).not.toContain('1.2-odd');
  // After a disconnection the time of the last report remains.
  await peer.stop();
  await waitFor('the connection to be down', async () => (await reported())?.linkedAt === null);
  expect((await reported())?.receivedAt).not.toBeNull();
});
