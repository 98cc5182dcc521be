import { expect, test } from 'vitest';
import { driverViewOf } from '../../../meter-agent/session/driver-view.ts';
import { charging, commands, PLAN, SessionHarness, START } from '../support/session-harness.ts';

test('pauses a meter value before the allowance is exceeded, resumes with the signature', () => {
  const harness = charging();
  // 11 kW give 3.06 Wh between two values, which count as 4.
  harness.metered(1_096, 40);
  expect(harness.session.pause).toBeNull();
  expect(harness.metered(1_097, 1)).toContainEqual({ do: 'limit', transactionId: 1, limitA: 0 });
  harness.answerLimit('accepted');
  expect(harness.session.current.acceptedA).toBe(0);
  expect(driverViewOf(harness.session)?.state).toBe('PAUSED');
  harness.wait(11);
  expect(harness.cosign()).toContainEqual({ do: 'limit', transactionId: 1, limitA: 16 });
  expect(driverViewOf(harness.session)?.state).toBe('CHARGING');
});

test('trust grows with what was co-signed: as much again, up to the unsigned limit', () => {
  const harness = charging({ ...PLAN, limits: { ...PLAN.limits, cap: 30_000_000n } });
  for (const upToWh of [90, 176, 348, 692, 1_380, 2_756, 5_508]) {
    harness.at = START + Math.ceil((upToWh * 3_600) / PLAN.maxPowerW) + 1;
    harness.metered(1_000 + upToWh);
    expect(harness.session.pause, `at ${upToWh} Wh`).toBeNull();
    harness.cosign();
  }
  harness.at += 1_700;
  harness.metered(1_000 + 5_508 + 4_996);
  expect(harness.session.pause).toBeNull();
  harness.metered(1_000 + 5_508 + 4_997, 1);
  expect(harness.session.pause?.reason).toBe('UNSIGNED');
});

test('a charge point that refuses profiles is paused by a stop and started again', () => {
  const harness = charging();
  harness.do({ type: 'answered', command: 'start', answer: 'accepted' });
  harness.metered(1_120, 40);
  expect(commands(harness.answerLimit('refused'))).toEqual(['remoteStop']);
  harness.stopped(1_124);
  expect(harness.session.phase).toBe('STARTING');
  expect(harness.finals).toEqual([]);
  expect(driverViewOf(harness.session)?.state).toBe('PAUSED');
  expect(commands(harness.wait(5))).toEqual([]);
  expect(commands(harness.cosign())).toEqual(['remoteStart']);
  harness.do({ type: 'transactionStarted', transactionId: 2, meterStartWh: 1_124, chargePointAt: null });
  harness.do({ type: 'metered', transactionId: 2, registerWh: 1_150, powerW: null, chargePointAt: null }, 30);
  expect(harness.session.pause).toBeNull();
  expect(harness.session.doneWh).toBe(124);
  harness.do({ type: 'stopAsked' });
  harness.stopped(1_160, 'Remote', 2);
  expect(harness.finals).toMatchObject([{ energyWh: 160 }]);
});

test('a cable taken out while a pause by stop is under way ends the session', () => {
  const harness = charging();
  harness.metered(1_120, 60);
  harness.answerLimit('refused');
  harness.stopped(1_124, 'EVDisconnected');
  expect(harness.finals).toMatchObject([{ energyWh: 124 }]);
});

test('a limit that could not be taken away is taken away when the connection is back', () => {
  const harness = charging();
  harness.metered(1_120, 60);
  harness.answerLimit('accepted');
  const lift = { do: 'limit', transactionId: 1, limitA: 16 };
  expect(harness.cosign()).toContainEqual(lift);
  harness.answerLimit('unreachable');
  harness.do({ type: 'connection', connected: false });
  expect(harness.do({ type: 'connection', connected: true })).toContainEqual(lift);
  harness.answerLimit('accepted');
  expect(commands(harness.idle(60, 1_120))).toEqual([]);
  expect(harness.session.pause).toBeNull();
});

test('a signature that comes before the charge point refuses 0 A ends the pause, not the transaction', () => {
  const harness = charging();
  harness.metered(1_120, 60);
  harness.cosign();
  harness.answerLimit('refused');
  expect(commands(harness.answerLimit('refused'))).toEqual([]);
  expect(harness.session).toMatchObject({ phase: 'CHARGING', pause: null });
});

test('a charge point that accepts 0 A and still gives power is stopped', () => {
  const harness = charging();
  harness.metered(1_120, 60);
  harness.answerLimit('accepted');
  expect(commands(harness.metered(1_260, 60))).toEqual(['remoteStop']);
});

test('a charge point that takes 0 A but gives no power again is stopped and started anew', () => {
  const harness = charging();
  harness.metered(1_120, 60);
  harness.answerLimit('accepted');
  harness.cosign();
  expect(commands(harness.answerLimit('refused'))).toEqual(['remoteStop']);
  harness.stopped(1_121);
  expect(harness.finals).toEqual([]);
  expect(harness.effects.at(-1)).toMatchObject({ do: 'remoteStart', limitA: 16 });
});

test('time that costs is no sign that a paused charge point still gives power', () => {
  const tariff = { ...PLAN.limits.tariff, pricePerHour: 3_600_000n };
  const harness = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  harness.metered(1_040, 40);
  expect(harness.session.pause?.reason).toBe('UNSIGNED');
  harness.answerLimit('accepted');
  expect(commands(harness.wait(600))).toEqual([]);
});

test('an answer to a limit that comes after the end says nothing of the next transaction', () => {
  const harness = charging();
  harness.metered(1_120, 60);
  harness.stopped(1_124, 'PowerLoss');
  harness.answerLimit('accepted');
  harness.begin(1_124, 2);
  expect(harness.session.current.acceptedA).toBeNull();
});

test('silence to a limit is asked about again', () => {
  const harness = charging();
  harness.metered(1_120, 60);
  harness.answerLimit('unreachable');
  expect(commands(harness.wait(15))).toContain('limit');
});

test('stops at the cap, time included', () => {
  const tariff = { ...PLAN.limits.tariff, pricePerHour: 3_000_000n };
  const harness = charging({
    ...PLAN,
    limits: { ...PLAN.limits, tariff, cap: 100_000n, unsignedCost: 10n ** 9n, allowedCost: 10n ** 9n },
  });
  harness.wait(119);
  expect(harness.session.phase).toBe('CHARGING');
  expect(commands(harness.wait(1))).toEqual(['remoteStop']);
  expect(harness.session.stopCause).toBe('cap');
});

test('the overstay reserve of the cap is not for energy', () => {
  const tariff = { ...PLAN.limits.tariff, overstayReserve: 2_970_000n };
  const harness = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  harness.metered(1_099, 60);
  expect(harness.session.stopCause).toBeNull();
  harness.metered(1_100, 1);
  expect(harness.session.stopCause).toBe('cap');
});

/** A transaction that just began; nothing was answered yet. */
function begun(): SessionHarness {
  const harness = new SessionHarness();
  harness.do({ type: 'connectorStatus', status: 'Preparing' });
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
  return harness;
}

test('the start carries the connector’s current, and the transaction gets it at once', () => {
  const harness = begun();
  expect(harness.effects).toContainEqual({ do: 'remoteStart', idTag: 'TAG', limitA: 16 });
  expect(harness.begin()).toContainEqual({ do: 'limit', transactionId: 1, limitA: 16 });
  harness.answerLimit('accepted');
  expect(commands(harness.idle(600))).toEqual([]);
});

test('a first limit that got no answer is sent again, one that was refused is tolerated', () => {
  const harness = begun();
  harness.begin();
  harness.answerLimit('unreachable');
  expect(commands(harness.wait(14))).toEqual([]);
  expect(commands(harness.wait(1))).toEqual(['limit']);
  harness.answerLimit('refused');
  harness.metered(1_000);
  expect(commands(harness.idle(600))).toEqual([]);
  expect(harness.session).toMatchObject({ phase: 'CHARGING', pause: null });
});

test('a limit is sent again on a new connection: the charge point may have forgotten it', () => {
  const harness = charging();
  harness.do({ type: 'connection', connected: false });
  expect(commands(harness.wait(60))).toEqual([]);
  expect(harness.do({ type: 'connection', connected: true })).toContainEqual({
    do: 'limit',
    transactionId: 1,
    limitA: 16,
  });
  harness.answerLimit('accepted');
  expect(commands(harness.idle(60))).toEqual([]);
});

test("the site's share is the limit; below 6 A the charge is paused, and both are notified", () => {
  const harness = charging();
  expect(harness.do({ type: 'share', shareA: 10 })).toContainEqual({
    do: 'limit',
    transactionId: 1,
    limitA: 10,
  });
  harness.answerLimit('accepted');
  expect(harness.do({ type: 'share', shareA: 5 })).toContainEqual({
    do: 'limit',
    transactionId: 1,
    limitA: 0,
  });
  harness.answerLimit('accepted');
  harness.wait(20);
  expect(harness.notified).toEqual(['both PAUSED_SITE_LIMIT']);
  expect(harness.do({ type: 'share', shareA: 40 })).toContainEqual({
    do: 'limit',
    transactionId: 1,
    limitA: 16,
  });
  expect(harness.notified).toEqual(['both PAUSED_SITE_LIMIT', 'driver RESUMED']);
});

test('a charge point that connects again while it is paused is asked for 0 A anew, and not judged by what it gave before', () => {
  const harness = charging();
  harness.do(
    { type: 'metered', transactionId: 1, registerWh: 1_010, powerW: 5_000, chargePointAt: null },
    10,
  );
  harness.do({ type: 'share', shareA: 5 });
  harness.answerLimit('accepted');
  harness.do({ type: 'connection', connected: false }, 1);
  const asked = commands(harness.do({ type: 'connection', connected: true }, 20));
  expect(asked).toContain('limit');
  expect(asked).not.toContain('remoteStop');
  harness.answerLimit('accepted');
  expect(commands(harness.wait(10))).not.toContain('remoteStop');
  const flows = {
    type: 'metered',
    transactionId: 1,
    registerWh: 1_040,
    powerW: 5_000,
    chargePointAt: null,
  } as const;
  expect(commands(harness.do(flows, 10))).toContain('remoteStop');
});

test('without a share of 6 A a charge is not started', () => {
  const harness = new SessionHarness();
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'share', shareA: 0 });
  expect(commands(harness.do({ type: 'startSecretReceived', idTag: 'TAG' }))).toEqual([]);
  expect(driverViewOf(harness.session)?.state).toBe('PAUSED');
  expect(harness.do({ type: 'share', shareA: 8 })).toContainEqual({
    do: 'remoteStart',
    idTag: 'TAG',
    limitA: 8,
  });
});

test('a charge point that accepts 0 A for the site and still gives power is stopped', () => {
  const harness = charging();
  harness.do({ type: 'share', shareA: 0 });
  harness.answerLimit('accepted');
  harness.do(
    { type: 'metered', transactionId: 1, registerWh: 1_010, powerW: 3_000, chargePointAt: null },
    10,
  );
  expect(commands(harness.wait(9))).toEqual([]);
  const metered = {
    type: 'metered',
    transactionId: 1,
    registerWh: 1_020,
    powerW: 3_000,
    chargePointAt: null,
  } as const;
  expect(commands(harness.do(metered, 1))).toEqual(['remoteStop']);
});
