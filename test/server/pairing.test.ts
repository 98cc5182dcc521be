import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { expect, test } from 'vitest';
import type { PairingResponse } from '../../protocol/api.ts';
import type { PairingOffer } from '../../protocol/link.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { signerOf, signMessageOf } from '../../protocol/signature.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { connectedAgent } from './agentPeer.ts';
import { fixtureForAllTests, inSec } from './fixture.ts';
import { get, post, startServer, waitFor } from './support.ts';

const fixture = fixtureForAllTests();

const host = localAccount('host').address;
const offer: PairingOffer = {
  code: 'ABCDEFG2',
  connector: `0x${'ab'.repeat(6)}`,
  chargePointVendor: 'Vendor',
  chargePointModel: 'Model',
  maxPowerW: 11_000,
  connectorStandard: 'IEC_62196_T2',
  powerType: 'AC_3_PHASE',
  meterKey: '0x',
  meterAlgorithm: 'none',
};

async function waitingAgent(
  consentFor: string,
  validUntil: number,
  signer?: ReturnType<typeof privateKeyToAccount>,
) {
  const peer = await connectedAgent(fixture.server.host, fixture.ledger.market.ref);
  peer.send({ type: 'pairings', offers: [offer] });
  const listingId = listingIdOf(peer.account.address, offer.connector);
  const message = { listingId, host: consentFor, validUntil: BigInt(validUntil) };
  const signature = await signMessageOf(
    signer ?? peer.account,
    fixture.ledger.market.ref,
    'AgentConsent',
    message,
  );
  peer.answer(() => ({ consent: { offer, validUntil, signature } }));
  await waitFor('the offer', async () => {
    const { body } = await get<{ local: { pairingCodes: string[] } }>(`${fixture.server.api}/config`);
    return body.local.pairingCodes.includes(offer.code);
  });
  return { peer, listingId };
}

test('the pairing code gets the agent’s consent for this host', async () => {
  const { peer, listingId } = await waitingAgent(host, inSec(300));
  const { status, body } = await post<PairingResponse>(`${fixture.server.api}/pairings`, {
    code: ' abcd-efg2',
    host,
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({ listingId, offer, agentKey: peer.account.address.toLowerCase() });
  const message = { listingId, host, validUntil: BigInt(body.consentValidUntil) };
  expect(await signerOf(fixture.ledger.market.ref, 'AgentConsent', message, body.agentConsent)).toBe(
    peer.account.address,
  );
  await peer.stop();
});

test('a consent for another host, of too long a validity, or of another key is refused', async () => {
  const other = privateKeyToAccount(generatePrivateKey());
  const cases: Parameters<typeof waitingAgent>[] = [
    [other.address, inSec(300)],
    [host, inSec(3_600)],
    [host, inSec(300), other],
  ];
  for (const args of cases) {
    const { peer } = await waitingAgent(...args);
    const answer = await post(`${fixture.server.api}/pairings`, { code: offer.code, host });
    expect(answer).toMatchObject({ status: 503, body: { code: 'pairing.badConsent' } });
    await peer.stop();
  }
});

test('wrong codes are limited, right ones are not', async () => {
  const limited = await startServer(
    fixture.ledger.market,
    {},
    { limits: { pairing: { count: 2, windowSec: 600, onlyFailed: true } } },
  );
  try {
    const guess = () => post(`${limited.api}/pairings`, { code: 'AAAAAAAA', host });
    expect(await guess()).toMatchObject({ status: 404, body: { code: 'pairing.unknown' } });
    expect((await guess()).status).toBe(404);
    const third = await guess();
    expect(third).toMatchObject({ status: 429, body: { code: 'limit.reached' } });
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
  } finally {
    await limited.stop();
  }
});
