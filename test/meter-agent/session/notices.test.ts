import { expect, test } from 'vitest';
import { CLOSES, charging, END, PLAN } from '../support/session-harness.ts';

test('plugged in and 0 W for 5 minutes: told once to both, with the side that refuses, and when power flows again', () => {
  const play = charging();
  play.metered(1_020, 10);
  play.do({ type: 'connectorStatus', status: 'SuspendedEV' });
  play.wait(299);
  expect(play.notified).toEqual([]);
  play.wait(301);
  expect(play.notified).toEqual(['both SUSPENDED_EV']);
  play.do({ type: 'connectorStatus', status: 'Charging' });
  play.metered(1_030, 10);
  expect(play.notified).toEqual(['both SUSPENDED_EV', 'both POWER_RESTORED']);
});

test('a pause of ours is told as that, and nobody is said to refuse power', () => {
  const play = charging();
  play.metered(1_120, 60);
  play.answerLimit('accepted');
  play.do({ type: 'connectorStatus', status: 'SuspendedEVSE' });
  play.wait(900);
  expect(play.notified).toEqual(['driver PAUSED_UNSIGNED']);
  play.cosign();
  play.answerLimit('accepted');
  play.wait(299);
  // The five minutes begin when power may flow again.
  expect(play.notified).toEqual(['driver PAUSED_UNSIGNED', 'driver RESUMED']);
  play.wait(1);
  expect(play.notified.at(-1)).toBe('both SUSPENDED_EVSE');
});

test('of a box that is away nobody says that it gives no power', () => {
  const play = charging();
  play.metered(1_020, 10);
  play.do({ type: 'connectorStatus', status: 'SuspendedEV' });
  play.do({ type: 'connection', connected: false });
  play.wait(900);
  expect(play.notified).toEqual([]);
});

test('the cable left in: reminded 15 and 5 minutes before the close and at it, each once, and never once it is out', () => {
  const left = (status: 'Finishing' | 'Available') => {
    const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600n, overstayReserve: 1_000_000n };
    const play = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
    play.at = END - 1;
    play.wait(1);
    play.stopped(1_000);
    play.do({ type: 'connectorStatus', status });
    play.wait(CLOSES - END + 60);
    return play.notified;
  };
  expect(left('Finishing')).toEqual(['driver UNPLUG_SOON', 'driver UNPLUG_SOON', 'both OVERSTAY']);
  expect(left('Available').filter((told) => told !== 'driver UNPLUG_SOON')).toEqual([]);
  expect(left('Available').length).toBeLessThanOrEqual(1);
});

test('the next booking of the same driver: nobody is told to make room', () => {
  const play = charging();
  play.do({ type: 'followed' });
  play.do({ type: 'connectorStatus', status: 'Charging' });
  play.at = END - 1;
  play.wait(1);
  play.stopped(1_000);
  play.do({ type: 'connectorStatus', status: 'Finishing' });
  play.at = CLOSES;
  play.wait(1);
  expect(play.notified).toEqual([]);
});
