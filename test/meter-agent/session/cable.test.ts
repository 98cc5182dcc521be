import { expect, test } from 'vitest';
import { END, SessionHarness, START } from '../support/session-harness.ts';

/** A start at a connected charge point, from wherever. */
function startedFromAnywhere(): SessionHarness {
  const harness = new SessionHarness();
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'connectorStatus', status: 'Available' });
  harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
  return harness;
}

test('a start sent from home and a stop get nothing signed: neither at once nor at the slot’s end', () => {
  const harness = startedFromAnywhere();
  harness.do({ type: 'stopAsked' }, 60);
  expect(harness.session.phase).toBe('STARTING');
  harness.at = END;
  harness.wait(600);
  expect(harness.readings).toEqual([]);
  expect(harness.session).toMatchObject({ phase: 'FINAL', isFinalMade: false });
});

test('once a cable was there after the start, a stop returns everything, also when it is out again', () => {
  const harness = startedFromAnywhere();
  harness.do({ type: 'connectorStatus', status: 'Preparing' }, 60);
  harness.do({ type: 'connectorStatus', status: 'Available' }, 60);
  harness.do({ type: 'stopAsked' });
  expect(harness.finals).toMatchObject([{ seq: 0, energyWh: 0, beganAt: harness.at, endedAt: harness.at }]);
});

test('a cable from before the start is one, if it is still in', () => {
  const harness = new SessionHarness();
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'connectorStatus', status: 'Preparing' });
  expect(harness.session.cableSeenAt).toBeNull();
  harness.do({ type: 'startSecretReceived', idTag: 'TAG' }, 5);
  expect(harness.session.cableSeenAt).toBe(START + 5);
});

test.each([
  ['a connector that another car takes', { type: 'blocked', reason: 'OCCUPIED' } as const],
  ['a charge point that is out of order', { type: 'blocked', reason: 'FAULT' } as const],
])('%s is the host’s fault: a driver who stops gets everything back', (_name, blocked) => {
  const harness = new SessionHarness();
  harness.do({ type: 'connection', connected: true });
  harness.do(blocked);
  harness.do({ type: 'stopAsked' });
  expect(harness.finals).toMatchObject([{ energyWh: 0 }]);
});

test('the host lets a driver go: before the start, after it, and after a slot in which nobody came', () => {
  const booked = new SessionHarness();
  booked.do({ type: 'waived' });
  expect(booked.finals).toMatchObject([{ energyWh: 0, overstaySec: 0 }]);
  expect(booked.session).toMatchObject({ phase: 'FINAL', stopCause: 'waived' });
  const started = startedFromAnywhere();
  started.do({ type: 'waived' }, 5);
  expect(started.finals).toHaveLength(1);
  const late = startedFromAnywhere();
  late.at = END;
  late.wait(60);
  expect(late.finals).toEqual([]);
  late.do({ type: 'waived' });
  late.do({ type: 'waived' });
  expect(late.finals).toHaveLength(1);
});

test('a charge under way is not waived', () => {
  const harness = startedFromAnywhere();
  harness.begin();
  harness.do({ type: 'waived' }, 30);
  expect(harness.session).toMatchObject({ phase: 'CHARGING', isWaived: false });
});
