import { afterEach, expect, test } from 'vitest';
import { agentFixture, planNow } from '../support/agent-fixture.ts';
import { OtherCentralSystem } from '../support/other-central-system.ts';
import { ScriptedChargePoint } from '../support/scripted-charge-point.ts';
import { Scope } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

test('OCPP 2.0.1 is forwarded too: house cards by the other one, bookings by the agent', async () => {
  const other = new OtherCentralSystem(['ocpp2.0.1']);
  const url = `ws://127.0.0.1:${await other.listen()}`;
  scope.onEnd(() => other.close());
  other.answers.Authorize = { idTokenInfo: { status: 'Accepted' } };
  const chargePoints = { CP1: { connectors: { 1: {} } }, CP2: { connectors: { 1: {} }, forward: { url } } };
  const { port, agent, nowSec } = await agentFixture(scope, { config: { chargePoints } as never });
  const station = new ScriptedChargePoint(
    port,
    'CP2',
    { Reset: { status: 'Accepted' } },
    { protocols: ['ocpp2.0.1'] },
  );
  scope.onEnd(async () => void (await station.close()));
  await station.connect();
  const chargingStation = { vendorName: 'V', model: 'M' };
  await station.call('BootNotification', { reason: 'PowerUp', chargingStation });
  await other.hears('BootNotification');
  const idToken = { idToken: 'FAMILYCARD', type: 'ISO14443' };
  expect(await station.call('Authorize', { idToken })).toEqual({ idTokenInfo: { status: 'Accepted' } });
  const event = {
    eventType: 'Started',
    timestamp: new Date().toISOString(),
    triggerReason: 'Authorized',
    seqNo: 0,
    transactionInfo: { transactionId: 'T1' },
    idToken,
    evse: { id: 1, connectorId: 1 },
    meterValue: [{ timestamp: new Date().toISOString(), sampledValue: [{ value: 100 }] }],
  };
  expect(await station.call('TransactionEvent', event)).toMatchObject({
    idTokenInfo: { status: 'Accepted' },
  });
  expect(await other.hears('TransactionEvent')).toMatchObject({ transactionInfo: { transactionId: 'T1' } });
  expect(agent.journal.transactionNamed('CP2', 'T1')).toMatchObject({ isOwner: true });
  expect(await other.command('Reset', { type: 'OnIdle' })).toEqual({ status: 'Accepted' });
  const plan = {
    ...planNow(`0x${'00'.repeat(20)}`),
    chargePointId: 'CP2',
    bookingId: `0x${'ef'.repeat(32)}` as const,
  };
  agent.sessions.open(plan);
  agent.sessions.apply(plan.bookingId, { type: 'connection', connected: true, at: nowSec() });
  expect(await other.command('Reset', { type: 'Immediate' })).toEqual({ status: 'Rejected' });
  expect(await other.command('RequestStartTransaction', { remoteStartId: 1, idToken })).toEqual({
    status: 'Rejected',
  });
  const component = { name: 'AuthCtrlr' };
  const variable = { name: 'LocalAuthorizeOffline' };
  const setVariableData = [{ attributeValue: 'true', component, variable }];
  expect(await other.command('SetVariables', { setVariableData })).toEqual({
    setVariableResult: [{ attributeStatus: 'Rejected', component, variable }],
  });
});
