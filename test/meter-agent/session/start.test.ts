import { expect, test } from 'vitest';
import { driverViewOf } from '../../../meter-agent/session/driver-view.ts';
import { charging, commands, SessionHarness } from '../support/session-harness.ts';

test('nothing happens before the start is received', () => {
  const harness = new SessionHarness();
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'connectorStatus', status: 'Preparing' });
  harness.begin();
  harness.do({ type: 'stopAsked' });
  harness.wait(10);
  expect(harness.session.phase).toBe('BOOKED');
  expect(harness.effects).toEqual([]);
  expect(driverViewOf(harness.session)).toBeUndefined();
});

test('plug first: the charge point is asked at once, and again only when it does not begin', () => {
  const harness = new SessionHarness();
  harness.do({ type: 'connectorStatus', status: 'Preparing' });
  harness.do({ type: 'connection', connected: true });
  expect(commands(harness.do({ type: 'startSecretReceived', idTag: 'TAG' }))).toEqual(['remoteStart']);
  harness.do({ type: 'answered', command: 'start', answer: 'accepted' });
  expect(commands(harness.wait(59))).toEqual([]);
  expect(commands(harness.wait(1))).toEqual(['remoteStart']);
  harness.do({ type: 'answered', command: 'start', answer: 'unreachable' });
  expect(commands(harness.wait(15))).toEqual(['remoteStart']);
});

test('app first: the driver is asked for the plug, the charge point is asked again when it comes', () => {
  const harness = new SessionHarness();
  harness.do({ type: 'connectorStatus', status: 'Available' });
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
  expect(driverViewOf(harness.session)?.state).toBe('WAITING_FOR_PLUG');
  harness.do({ type: 'answered', command: 'start', answer: 'accepted' });
  expect(commands(harness.wait(600))).toEqual([]);
  expect(commands(harness.do({ type: 'connectorStatus', status: 'Preparing' }))).toEqual([]);
  expect(commands(harness.wait(10))).toEqual(['remoteStart']);
});

test('a refused start is asked for again at the plug without delay', () => {
  const harness = new SessionHarness();
  harness.do({ type: 'connectorStatus', status: 'Available' });
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
  harness.do({ type: 'answered', command: 'start', answer: 'refused' });
  expect(commands(harness.do({ type: 'connectorStatus', status: 'Preparing' }))).toEqual(['remoteStart']);
});

test('a charge point that is away is asked when it comes back', () => {
  const harness = new SessionHarness();
  harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
  expect(commands(harness.wait(30))).toEqual([]);
  expect(commands(harness.do({ type: 'connection', connected: true }))).toEqual(['remoteStart']);
});

test('a charge point that prepares before its answer is read is not asked a second time', () => {
  const harness = new SessionHarness();
  harness.do({ type: 'connectorStatus', status: 'Available' });
  harness.do({ type: 'connection', connected: true });
  expect(commands(harness.do({ type: 'startSecretReceived', idTag: 'TAG' }))).toEqual(['remoteStart']);
  expect(commands(harness.do({ type: 'connectorStatus', status: 'Preparing' }))).toEqual([]);
  expect(commands(harness.do({ type: 'answered', command: 'start', answer: 'accepted' }))).toEqual([]);
  expect(commands(harness.wait(59))).toEqual([]);
  expect(commands(harness.wait(1))).toEqual(['remoteStart']);
});

test('a charge point that forgot its transaction in a restart is asked to begin anew, and nothing that it gave is lost', () => {
  const harness = charging();
  harness.metered(1_040, 20);
  harness.cosign();
  harness.do({ type: 'connection', connected: false }, 1);
  harness.do({ type: 'connection', connected: true }, 40);
  harness.do({ type: 'connectorStatus', status: 'Preparing' });
  expect(commands(harness.wait(9))).not.toContain('remoteStart');
  expect(commands(harness.wait(1))).toContain('remoteStart');
  harness.begin(0, 2);
  harness.do({ type: 'metered', transactionId: 2, registerWh: 25, powerW: null, chargePointAt: null }, 10);
  expect(harness.session.doneWh).toBe(40);
  expect(harness.readings.at(-1)?.energyWh).toBe(65);
});

test('a charge point that is back and reports its meter, or never was away, is not asked to begin anew', () => {
  const reconnected = charging();
  reconnected.do({ type: 'connection', connected: false }, 1);
  reconnected.do({ type: 'connection', connected: true }, 40);
  reconnected.do({ type: 'connectorStatus', status: 'Preparing' });
  reconnected.metered(1_020, 9);
  const online = charging();
  online.do({ type: 'connectorStatus', status: 'Preparing' });
  for (const harness of [reconnected, online])
    expect(commands(harness.wait(300))).not.toContain('remoteStart');
});
