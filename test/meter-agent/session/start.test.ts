import { expect, test } from 'vitest';
import { driverViewOf } from '../../../meter-agent/session/driver-view.ts';
import { charging, commands, SessionHarness } from '../support/session-harness.ts';

test('nothing happens before the start is handed over', () => {
  const play = new SessionHarness();
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'connectorStatus', status: 'Preparing' });
  play.begin();
  play.do({ type: 'stopAsked' });
  play.wait(10);
  expect(play.session.phase).toBe('BOOKED');
  expect(play.effects).toEqual([]);
  expect(driverViewOf(play.session)).toBeUndefined();
});

test('plug first: the box is asked at once, and again only when it does not begin', () => {
  const play = new SessionHarness();
  play.do({ type: 'connectorStatus', status: 'Preparing' });
  play.do({ type: 'connection', connected: true });
  expect(commands(play.do({ type: 'startSecretReceived', idTag: 'TAG' }))).toEqual(['remoteStart']);
  play.do({ type: 'answered', command: 'start', answer: 'accepted' });
  expect(commands(play.wait(59))).toEqual([]);
  expect(commands(play.wait(1))).toEqual(['remoteStart']);
  play.do({ type: 'answered', command: 'start', answer: 'unreachable' });
  expect(commands(play.wait(15))).toEqual(['remoteStart']);
});

test('app first: the driver is asked for the plug, the box is asked again when it comes', () => {
  const play = new SessionHarness();
  play.do({ type: 'connectorStatus', status: 'Available' });
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'startSecretReceived', idTag: 'TAG' });
  expect(driverViewOf(play.session)?.state).toBe('WAITING_FOR_PLUG');
  play.do({ type: 'answered', command: 'start', answer: 'accepted' });
  expect(commands(play.wait(600))).toEqual([]);
  expect(commands(play.do({ type: 'connectorStatus', status: 'Preparing' }))).toEqual([]);
  expect(commands(play.wait(10))).toEqual(['remoteStart']);
});

test('a refused start is asked for again at the plug without delay', () => {
  const play = new SessionHarness();
  play.do({ type: 'connectorStatus', status: 'Available' });
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'startSecretReceived', idTag: 'TAG' });
  play.do({ type: 'answered', command: 'start', answer: 'refused' });
  expect(commands(play.do({ type: 'connectorStatus', status: 'Preparing' }))).toEqual(['remoteStart']);
});

test('a box that is away is asked when it comes back', () => {
  const play = new SessionHarness();
  play.do({ type: 'startSecretReceived', idTag: 'TAG' });
  expect(commands(play.wait(30))).toEqual([]);
  expect(commands(play.do({ type: 'connection', connected: true }))).toEqual(['remoteStart']);
});

test('a box that prepares before its answer is read is not asked a second time', () => {
  const play = new SessionHarness();
  play.do({ type: 'connectorStatus', status: 'Available' });
  play.do({ type: 'connection', connected: true });
  expect(commands(play.do({ type: 'startSecretReceived', idTag: 'TAG' }))).toEqual(['remoteStart']);
  expect(commands(play.do({ type: 'connectorStatus', status: 'Preparing' }))).toEqual([]);
  expect(commands(play.do({ type: 'answered', command: 'start', answer: 'accepted' }))).toEqual([]);
  expect(commands(play.wait(59))).toEqual([]);
  expect(commands(play.wait(1))).toEqual(['remoteStart']);
});

test('a box that forgot its transaction in a restart is asked to begin anew, and nothing that it gave is lost', () => {
  const play = charging();
  play.metered(1_040, 20);
  play.cosign();
  play.do({ type: 'connection', connected: false }, 1);
  play.do({ type: 'connection', connected: true }, 40);
  play.do({ type: 'connectorStatus', status: 'Preparing' });
  expect(commands(play.wait(9))).not.toContain('remoteStart');
  expect(commands(play.wait(1))).toContain('remoteStart');
  play.begin(0, 2);
  play.do({ type: 'metered', transactionId: 2, registerWh: 25, powerW: null, chargePointAt: null }, 10);
  expect(play.session.doneWh).toBe(40);
  expect(play.readings.at(-1)?.energyWh).toBe(65);
});

test('a box that is back and tells its meter, or never was away, is not asked to begin anew', () => {
  const told = charging();
  told.do({ type: 'connection', connected: false }, 1);
  told.do({ type: 'connection', connected: true }, 40);
  told.do({ type: 'connectorStatus', status: 'Preparing' });
  told.metered(1_020, 9);
  const here = charging();
  here.do({ type: 'connectorStatus', status: 'Preparing' });
  for (const play of [told, here]) expect(commands(play.wait(300))).not.toContain('remoteStart');
});
