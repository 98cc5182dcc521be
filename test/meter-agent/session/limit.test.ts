import { expect, test } from 'vitest';
import { driverViewOf } from '../../../meter-agent/session/driver-view.ts';
import { charging, commands, PLAN, SessionHarness, START } from '../support/session-harness.ts';

test('pauses above the first unsigned limit, resumes with the signature', () => {
  const play = charging();
  play.metered(1_100, 40);
  expect(play.session.pause).toBeNull();
  expect(play.metered(1_101, 1)).toContainEqual({ do: 'limit', transactionId: 1, limitA: 0 });
  play.answerLimit('accepted');
  expect(play.session.current.acceptedA).toBe(0);
  expect(driverViewOf(play.session)?.state).toBe('PAUSED');
  play.wait(11);
  expect(play.cosign()).toContainEqual({ do: 'limit', transactionId: 1, limitA: 16 });
  expect(driverViewOf(play.session)?.state).toBe('CHARGING');
});

test('trust grows with what was co-signed, up to the signed limit', () => {
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, cap: 30_000_000n } });
  for (const upToWh of [90, 180, 360, 720, 1_440, 2_880, 5_760]) {
    play.at = START + Math.ceil((upToWh * 3_600) / PLAN.maxPowerW) + 1;
    play.metered(1_000 + upToWh);
    expect(play.session.pause, `at ${upToWh} Wh`).toBeNull();
    play.cosign();
  }
  play.at += 1_700;
  play.metered(1_000 + 5_760 + 5_001);
  expect(play.session.pause?.reason).toBe('UNSIGNED');
});

test('a box that refuses profiles is paused by a stop and started again', () => {
  const play = charging();
  play.do({ type: 'answered', command: 'start', answer: 'accepted' });
  play.metered(1_120, 40);
  expect(commands(play.answerLimit('refused'))).toEqual(['remoteStop']);
  play.stopped(1_124);
  expect(play.session.phase).toBe('STARTING');
  expect(play.finals).toEqual([]);
  expect(driverViewOf(play.session)?.state).toBe('PAUSED');
  expect(commands(play.wait(5))).toEqual([]);
  expect(commands(play.cosign())).toEqual(['remoteStart']);
  play.do({ type: 'transactionStarted', transactionId: 2, meterStartWh: 1_124, chargePointAt: null });
  play.do({ type: 'metered', transactionId: 2, registerWh: 1_150, powerW: null, chargePointAt: null }, 30);
  expect(play.session.pause).toBeNull();
  expect(play.session.doneWh).toBe(124);
  play.do({ type: 'stopAsked' });
  play.stopped(1_160, 'Remote', 2);
  expect(play.finals).toMatchObject([{ energyWh: 160 }]);
});

test('a cable taken out while a pause by stop is under way ends the visit', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.answerLimit('refused');
  play.stopped(1_124, 'EVDisconnected');
  expect(play.finals).toMatchObject([{ energyWh: 124 }]);
});

test('a limit that could not be taken away is taken away when the line is back', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.answerLimit('accepted');
  const lift = { do: 'limit', transactionId: 1, limitA: 16 };
  expect(play.cosign()).toContainEqual(lift);
  play.answerLimit('unreachable');
  play.do({ type: 'connection', connected: false });
  expect(play.do({ type: 'connection', connected: true })).toContainEqual(lift);
  play.answerLimit('accepted');
  expect(commands(play.idle(60, 1_120))).toEqual([]);
  expect(play.session.pause).toBeNull();
});

test('a signature that comes before the box refuses 0 A ends the pause, not the transaction', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.cosign();
  play.answerLimit('refused');
  expect(commands(play.answerLimit('refused'))).toEqual([]);
  expect(play.session).toMatchObject({ phase: 'CHARGING', pause: null });
});

test('a box that accepts 0 A and still gives power is stopped', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.answerLimit('accepted');
  expect(commands(play.metered(1_260, 60))).toEqual(['remoteStop']);
});

test('a box that takes 0 A but gives no power again is stopped and started anew', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.answerLimit('accepted');
  play.cosign();
  expect(commands(play.answerLimit('refused'))).toEqual(['remoteStop']);
  play.stopped(1_121);
  expect(play.finals).toEqual([]);
  expect(play.effects.at(-1)).toMatchObject({ do: 'remoteStart', limitA: 16 });
});

test('time that costs is no sign that a paused box still gives power', () => {
  const tariff = { ...PLAN.limits.tariff, pricePerHour: 3_600_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.metered(1_040, 40);
  expect(play.session.pause?.reason).toBe('UNSIGNED');
  play.answerLimit('accepted');
  expect(commands(play.wait(600))).toEqual([]);
});

test('an answer to a limit that comes after the end says nothing of the next transaction', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.stopped(1_124, 'PowerLoss');
  play.answerLimit('accepted');
  play.begin(1_124, 2);
  expect(play.session.current.acceptedA).toBeNull();
});

test('silence to a limit is asked about again', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.answerLimit('unreachable');
  expect(commands(play.wait(15))).toContain('limit');
});

test('stops at the cap, time included', () => {
  const tariff = { ...PLAN.limits.tariff, pricePerHour: 3_000_000n };
  const play = charging({
    ...PLAN,
    limits: { ...PLAN.limits, tariff, cap: 100_000n, unsignedCost: 10n ** 9n, firstUnsignedCost: 10n ** 9n },
  });
  play.wait(119);
  expect(play.session.phase).toBe('CHARGING');
  expect(commands(play.wait(1))).toEqual(['remoteStop']);
  expect(play.session.stopCause).toBe('cap');
});

test('the overstay reserve of the cap is not for energy', () => {
  const tariff = { ...PLAN.limits.tariff, overstayReserve: 2_970_000n };
  const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  play.metered(1_099, 60);
  expect(play.session.stopCause).toBeNull();
  play.metered(1_100, 1);
  expect(play.session.stopCause).toBe('cap');
});

/** A transaction that just began; nothing was answered yet. */
function begun(): SessionHarness {
  const play = new SessionHarness();
  play.do({ type: 'connectorStatus', status: 'Preparing' });
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'startSecretReceived', idTag: 'TAG' });
  return play;
}

test('the start carries the connector’s current, and the transaction gets it at once', () => {
  const play = begun();
  expect(play.effects).toContainEqual({ do: 'remoteStart', idTag: 'TAG', limitA: 16 });
  expect(play.begin()).toContainEqual({ do: 'limit', transactionId: 1, limitA: 16 });
  play.answerLimit('accepted');
  expect(commands(play.idle(600))).toEqual([]);
});

test('a first limit that got no answer is sent again, one that was refused is lived with', () => {
  const play = begun();
  play.begin();
  play.answerLimit('unreachable');
  expect(commands(play.wait(14))).toEqual([]);
  expect(commands(play.wait(1))).toEqual(['limit']);
  play.answerLimit('refused');
  play.metered(1_000);
  expect(commands(play.idle(600))).toEqual([]);
  expect(play.session).toMatchObject({ phase: 'CHARGING', pause: null });
});

test('a limit is told again on a new line: the box may have forgotten it', () => {
  const play = charging();
  play.do({ type: 'connection', connected: false });
  expect(commands(play.wait(60))).toEqual([]);
  expect(play.do({ type: 'connection', connected: true })).toContainEqual({
    do: 'limit',
    transactionId: 1,
    limitA: 16,
  });
  play.answerLimit('accepted');
  expect(commands(play.idle(60))).toEqual([]);
});

test("the site's share is the limit; below 6 A the charge is paused, and both are told", () => {
  const play = charging();
  expect(play.do({ type: 'share', shareA: 10 })).toContainEqual({
    do: 'limit',
    transactionId: 1,
    limitA: 10,
  });
  play.answerLimit('accepted');
  expect(play.do({ type: 'share', shareA: 5 })).toContainEqual({ do: 'limit', transactionId: 1, limitA: 0 });
  play.answerLimit('accepted');
  play.wait(20);
  expect(play.notified).toEqual(['both PAUSED_SITE_LIMIT']);
  expect(play.do({ type: 'share', shareA: 40 })).toContainEqual({
    do: 'limit',
    transactionId: 1,
    limitA: 16,
  });
  expect(play.notified).toEqual(['both PAUSED_SITE_LIMIT', 'driver RESUMED']);
});

test('a box that dials again while it is paused is asked for 0 A anew, and not judged by what it gave before', () => {
  const play = charging();
  play.do({ type: 'metered', transactionId: 1, registerWh: 1_010, powerW: 5_000, chargePointAt: null }, 10);
  play.do({ type: 'share', shareA: 5 });
  play.answerLimit('accepted');
  play.do({ type: 'connection', connected: false }, 1);
  const asked = commands(play.do({ type: 'connection', connected: true }, 20));
  expect(asked).toContain('limit');
  expect(asked).not.toContain('remoteStop');
  play.answerLimit('accepted');
  expect(commands(play.wait(10))).not.toContain('remoteStop');
  const flows = {
    type: 'metered',
    transactionId: 1,
    registerWh: 1_040,
    powerW: 5_000,
    chargePointAt: null,
  } as const;
  expect(commands(play.do(flows, 10))).toContain('remoteStop');
});

test('without a share of 6 A a charge is not started', () => {
  const play = new SessionHarness();
  play.do({ type: 'connection', connected: true });
  play.do({ type: 'share', shareA: 0 });
  expect(commands(play.do({ type: 'startSecretReceived', idTag: 'TAG' }))).toEqual([]);
  expect(driverViewOf(play.session)?.state).toBe('PAUSED');
  expect(play.do({ type: 'share', shareA: 8 })).toContainEqual({
    do: 'remoteStart',
    idTag: 'TAG',
    limitA: 8,
  });
});

test('a box that accepts 0 A for the site and still gives power is stopped', () => {
  const play = charging();
  play.do({ type: 'share', shareA: 0 });
  play.answerLimit('accepted');
  play.do({ type: 'metered', transactionId: 1, registerWh: 1_010, powerW: 3_000, chargePointAt: null }, 10);
  expect(commands(play.wait(9))).toEqual([]);
  const metered = {
    type: 'metered',
    transactionId: 1,
    registerWh: 1_020,
    powerW: 3_000,
    chargePointAt: null,
  } as const;
  expect(commands(play.do(metered, 1))).toEqual(['remoteStop']);
});
