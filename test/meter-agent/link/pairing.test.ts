import { afterEach, expect, test } from 'vitest';
import { consentOf, isListingServed } from '../../../meter-agent/connectors/consents.ts';
import { evseStatus } from '../../../meter-agent/link/health.ts';
import { connectorHash, listingIdOf } from '../../../protocol/listing.ts';
import { signerOf } from '../../../protocol/signature.ts';
import { agentFixture, REF } from '../support/agent-fixture.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const HOST = `0x${'77'.repeat(20)}` as const;
const NONE: ReadonlySet<`0x${string}`> = new Set();

test('a charge point of any id gets a code per connector, the same after a restart, and none once it is listed', async () => {
  const { agent, chargePoint } = await agentFixture(scope);
  await chargePoint.call('BootNotification', { chargePointVendor: 'Wall', chargePointModel: 'Box' });
  await chargePoint.status('Available', 0);
  await chargePoint.status('Available', 1);
  await chargePoint.status('Available', 2);
  const offers = agent.pairing.offers(NONE);
  expect(offers.map(({ connector }) => connector.connectorId)).toEqual([1, 2]);
  expect(offers[0]?.offer).toMatchObject({
    chargePointVendor: 'Wall',
    chargePointModel: 'Box',
    meterAlgorithm: 'none',
  });
  expect(offers[0]?.offer.code).toMatch(/^[A-Z2-7]{8}$/);
  expect(agent.pairing.offers(NONE)).toEqual(offers);
  const listed = new Set([listingIdOf(agent.key.account.address, connectorHash('CP1', 1))]);
  expect(agent.pairing.offers(listed).map(({ connector }) => connector.connectorId)).toEqual([2]);
});

test('a charge point that booted for somebody else and says nothing but heartbeats can be paired', async () => {
  const { agent, chargePoint } = await agentFixture(scope);
  await chargePoint.call('Heartbeat', {});
  const [waiting, ...others] = agent.pairing.offers(NONE);
  expect(waiting?.connector).toMatchObject({ chargePointId: 'CP1', connectorId: 1 });
  expect(waiting?.offer.chargePointVendor).toBe('Unknown');
  expect(others).toEqual([]);
});

test('the right code gets a consent for that host, and guessing is stopped', async () => {
  const { agent, chargePoint, nowSec, skip } = await agentFixture(scope);
  await chargePoint.status('Available', 1);
  const [waiting] = agent.pairing.offers(NONE);
  if (waiting === undefined) throw new Error('no offer');
  const { code, connector } = waiting.offer;
  const { consent } = await agent.pairing.consent(REF, NONE, code.toLowerCase(), HOST);
  if (consent === undefined) throw new Error('no consent');
  expect(consent.validUntil - nowSec()).toBeLessThanOrEqual(600);
  const listingId = listingIdOf(agent.key.account.address, connector);
  const message = { listingId, host: HOST, validUntil: BigInt(consent.validUntil) };
  expect(await signerOf(REF, 'AgentConsent', message, consent.signature)).toBe(agent.key.account.address);

  const guess = (text: string) => agent.pairing.consent(REF, NONE, text, HOST);
  for (let i = 0; i < 5; i++)
    await expect(guess('AAAAAAAA')).rejects.toMatchObject({ code: 'pairing.unknownCode' });
  await expect(guess(code)).rejects.toMatchObject({ code: 'pairing.tooManyTries' });
  skip(60);
  expect((await guess(code)).consent).toBeDefined();
});

test('a consent is on disk before it is given; while it is valid nobody else gets one, and only its listing is served', async () => {
  const { agent, chargePoint, nowSec, skip } = await agentFixture(scope);
  await chargePoint.status('Available', 1);
  const [waiting] = agent.pairing.offers(NONE);
  if (waiting === undefined) throw new Error('no offer');
  const { code, connector } = waiting.offer;
  const listingId = listingIdOf(agent.key.account.address, connector);
  const other = `0x${'99'.repeat(20)}` as const;
  expect(isListingServed(agent.journal, listingId, HOST)).toBe(false);
  await agent.pairing.consent(REF, NONE, code, HOST);
  expect(consentOf(agent.journal, listingId)).toEqual({ host: HOST, validUntil: nowSec() + 540 });
  await expect(agent.pairing.consent(REF, NONE, code, other)).rejects.toMatchObject({
    code: 'pairing.otherHost',
  });
  expect((await agent.pairing.consent(REF, NONE, code, HOST)).consent).toBeDefined();
  expect(isListingServed(agent.journal, listingId, HOST)).toBe(true);
  expect(isListingServed(agent.journal, listingId, other)).toBe(false);
  skip(600);
  expect((await agent.pairing.consent(REF, NONE, code, other)).consent).toBeDefined();
  expect(isListingServed(agent.journal, listingId, HOST)).toBe(false);
});

test.each([
  ['Available', false, 'AVAILABLE'],
  ['Preparing', false, 'AVAILABLE'],
  ['Charging', true, 'CHARGING'],
  ['SuspendedEV', true, 'CHARGING'],
  ['Charging', false, 'BLOCKED'],
  ['Finishing', false, 'BLOCKED'],
  ['Unavailable', false, 'INOPERATIVE'],
  ['Faulted', true, 'OUTOFORDER'],
] as const)(
  'a connector that is %s (booked charge: %s) is shown as %s',
  async (status, hasSession, shown) => {
    const { agent, chargePoint } = await agentFixture(scope);
    await chargePoint.status(status, 1);
    const connector = agent.connectors.find('CP1', 1);
    if (connector === undefined) throw new Error('no connector');
    expect(evseStatus(connector, true, hasSession)).toBe(shown);
    expect(evseStatus(connector, false, hasSession)).toBe('UNKNOWN');
  },
);
