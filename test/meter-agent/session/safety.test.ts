import { afterEach, expect, test } from 'vitest';
import { Agent } from '../../../meter-agent/agent.ts';
import { isDangerous } from '../../../meter-agent/session/safety.ts';
import { connectorHash, listingIdOf } from '../../../protocol/listing.ts';
import { startCodeOf } from '../../../protocol/startCode.ts';
import { waitFor } from '../../../scripts/lib/wait.ts';
import { agentFixture, TAG } from '../support/agent-fixture.ts';
import { bookOn } from '../support/booked.ts';
import { noticeLog } from '../support/notice-log.ts';
import { charging, commands, SessionHarness } from '../support/session-harness.ts';
import { Scope, silent } from '../support/start-agent.ts';

const scope = new Scope();
afterEach(() => scope.end());

const ACCEPTING = {
  RemoteStartTransaction: { status: 'Accepted' },
  RemoteStopTransaction: { status: 'Accepted' },
  SetChargingProfile: { status: 'Accepted' },
};

test('what endangers people or the house, or cannot be metered, ends a session; the rest is noted', () => {
  for (const code of ['GroundFailure', 'OverCurrentFailure', 'HighTemperature', 'OverVoltage'])
    expect(isDangerous(code, 'Charging'), code).toBe(true);
  for (const code of ['PowerSwitchFailure', 'PowerMeterFailure', 'ConnectorLockFailure'])
    expect(isDangerous(code, 'Charging'), code).toBe(true);
  for (const code of [
    'WeakSignal',
    'UnderVoltage',
    'InternalError',
    'OtherError',
    'VendorSpecific',
    'NoError',
  ]) {
    expect(isDangerous(code, 'Charging'), code).toBe(false);
    expect(isDangerous(code, 'Faulted'), code).toBe(true);
  }
});

test('a dangerous fault stops the charge, notifies both, and nothing starts it again', () => {
  const harness = charging();
  harness.metered(1_050, 60);
  expect(commands(harness.do({ type: 'fault', errorCode: 'GroundFailure', status: 'Faulted' }))).toContain(
    'remoteStop',
  );
  expect(harness.notified).toEqual(['both SAFETY_STOP']);
  harness.stopped(1_060);
  expect(harness.finals).toMatchObject([{ energyWh: 60 }]);
  const before = harness.effects.length;
  harness.do({ type: 'connection', connected: false });
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'connectorStatus', status: 'Available' });
  harness.do({ type: 'connectorStatus', status: 'Preparing' });
  harness.wait(120);
  expect(commands(harness.effects.slice(before))).toEqual([]);
});

test('a charge point that ends the transaction first and says afterwards why sends one notice', () => {
  const harness = charging();
  harness.stopped(1_060);
  const fault = { type: 'fault', errorCode: 'GroundFailure', status: 'Faulted' } as const;
  harness.do(fault, 5);
  harness.do(fault, 5);
  expect(harness.notified).toEqual(['both SAFETY_STOP']);
  const later = charging();
  later.stopped(1_060);
  later.do(fault, 60);
  expect(later.notified).toEqual([]);
});

test('a fault before the charge began ends the session by a final reading of zero', () => {
  const harness = new SessionHarness();
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
  harness.do({ type: 'fault', errorCode: 'HighTemperature', status: 'Faulted' });
  expect(harness.finals).toMatchObject([{ energyWh: 0 }]);
  expect(commands(harness.wait(120))).toEqual([]);
});

test('a harmless fault is in the evidence and changes nothing', () => {
  const harness = charging();
  expect(harness.do({ type: 'fault', errorCode: 'WeakSignal', status: 'Charging' })).toEqual([]);
  expect(harness.session.phase).toBe('CHARGING');
});

test('a fault of the whole charge point ends the charge and blocks the next one until the charge point reports none, also after a restart', async () => {
  const { agent, chargePoint, handOver, session, config } = await agentFixture(scope, { answers: ACCEPTING });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  const fault = { connectorId: 0, status: 'Faulted', errorCode: 'OverCurrentFailure' };
  await chargePoint.call('StatusNotification', fault);
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  await chargePoint.stop(transactionId, 0);
  expect(session()).toMatchObject({ phase: 'FINAL', stopCause: 'fault' });

  const { secret } = bookOn(agent);
  const code = startCodeOf(secret);
  const faulted = expect.objectContaining({ code: 'start.faulted' });
  expect(() => agent.starts.byCode(code)).toThrow(faulted);
  await chargePoint.status('Available', 1);
  expect(() => agent.starts.byCode(code)).toThrow(faulted);
  await agent.close();
  const again = new Agent(config, { log: silent });
  scope.onEnd(() => again.close());
  expect(() => again.starts.byCode(code)).toThrow(faulted);
  again.connectors.seeFault('CP1', 0, 'Available', undefined);
  expect(() => again.starts.byCode(code)).not.toThrow();
});

test('while a connector says Faulted the bar of the named fault stays, whatever the error word, also over a restart', async () => {
  const { agent, chargePoint, config } = await agentFixture(scope, { answers: ACCEPTING });
  const { secret } = bookOn(agent);
  const code = startCodeOf(secret);
  const status = (word: string, errorCode: string) =>
    chargePoint.call('StatusNotification', { connectorId: 1, status: word, errorCode });
  const faulted = (value: string) => expect.objectContaining({ code: 'start.faulted', value });
  await status('Faulted', 'NoError');
  expect(() => agent.starts.byCode(code)).toThrow(faulted('OtherError'));
  await status('Faulted', 'OverVoltage');
  for (const errorCode of ['NoError', 'NoError']) await status('Faulted', errorCode);
  expect(() => agent.starts.byCode(code)).toThrow(faulted('OverVoltage'));
  await agent.close();
  const again = new Agent(config, { log: silent });
  scope.onEnd(() => again.close());
  expect(again.connectors.faultOf('CP1', 1)).toBe('OverVoltage');
  expect(again.connectors.faultNow('CP1', 1, 'Faulted', undefined)).toEqual({ errorCode: 'OverVoltage' });
  // A status with a fault that endangers nobody is not the end of the one before.
  again.connectors.seeFault('CP1', 1, 'Available', { errorCode: 'WeakSignal' });
  expect(again.connectors.faultOf('CP1', 1)).toBe('OverVoltage');
  again.connectors.seeFault('CP1', 1, 'Available', undefined);
  expect(again.connectors.faultOf('CP1', 1)).toBeUndefined();
});

test('Faulted without a named error ends a charge', async () => {
  const { chargePoint, handOver, session } = await agentFixture(scope, { answers: ACCEPTING });
  handOver();
  const { transactionId } = await chargePoint.start(TAG, 0);
  await chargePoint.call('StatusNotification', { connectorId: 1, status: 'Faulted', errorCode: 'NoError' });
  expect(await chargePoint.wasAsked('RemoteStopTransaction')).toEqual({ transactionId });
  expect(session().stopCause).toBe('fault');
});

test('the host is notified of a fault though nobody charges, and of its end, once each', async () => {
  const { notices, log } = noticeLog();
  const { agent, chargePoint } = await agentFixture(scope, { log, answers: ACCEPTING });
  const listingId = listingIdOf(agent.key.account.address, connectorHash('CP1', 1));
  agent.ledger.listedIds = () => new Set([listingId]);
  const faulted = { connectorId: 1, status: 'Faulted', errorCode: 'HighTemperature' };
  await chargePoint.call('StatusNotification', faulted);
  await chargePoint.call('StatusNotification', faulted);
  await chargePoint.status('Available');
  await chargePoint.status('Available');
  await waitFor('both', () => notices.length === 2);
  expect(notices).toMatchObject([
    {
      code: 'FAULT',
      to: 'host',
      listingId,
      bookingId: null,
      params: { errorCode: 'HighTemperature' },
    },
    { code: 'FAULT_CLEARED', to: 'host' },
  ]);
});
