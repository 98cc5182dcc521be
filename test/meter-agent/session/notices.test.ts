import { expect, test } from 'vitest';
import { CLOSES, charging, END, PLAN } from '../support/session-harness.ts';

test('plugged in and 0 W for 5 minutes: notified once to both, with the side that refuses, and when power flows again', () => {
  const harness = charging();
  harness.metered(1_020, 10);
  harness.do({ type: 'connectorStatus', status: 'SuspendedEV' });
  harness.wait(299);
  expect(harness.notified).toEqual([]);
  harness.wait(301);
  expect(harness.notified).toEqual(['both SUSPENDED_EV']);
  harness.do({ type: 'connectorStatus', status: 'Charging' });
  harness.metered(1_030, 10);
  expect(harness.notified).toEqual(['both SUSPENDED_EV', 'both POWER_RESTORED']);
});

test('a pause of ours is reported as that, and nobody is said to refuse power', () => {
  const harness = charging();
  harness.metered(1_120, 60);
  harness.answerLimit('accepted');
  harness.do({ type: 'connectorStatus', status: 'SuspendedEVSE' });
  harness.wait(900);
  expect(harness.notified).toEqual(['driver PAUSED_UNSIGNED']);
  harness.cosign();
  harness.answerLimit('accepted');
  harness.wait(299);
  // The five minutes begin when power may flow again.
  expect(harness.notified).toEqual(['driver PAUSED_UNSIGNED', 'driver RESUMED']);
  harness.wait(1);
  expect(harness.notified.at(-1)).toBe('both SUSPENDED_EVSE');
});

test('a charge point that is away for 5 minutes: both are told that, once, and nobody that it gives no power', () => {
  const harness = charging();
  harness.metered(1_020, 10);
  harness.do({ type: 'connectorStatus', status: 'SuspendedEV' });
  harness.do({ type: 'connection', connected: false });
  harness.wait(299);
  expect(harness.notified).toEqual([]);
  harness.wait(601);
  expect(harness.notified).toEqual(['both CHARGE_POINT_OFFLINE']);
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'connectorStatus', status: 'SuspendedEVSE' });
  harness.wait(10);
  expect(harness.notified).toEqual(['both CHARGE_POINT_OFFLINE']);
  harness.do({ type: 'connectorStatus', status: 'Charging' });
  harness.metered(1_030, 10);
  expect(harness.notified).toEqual(['both CHARGE_POINT_OFFLINE', 'both POWER_RESTORED']);
});

test('the cable left in: reminded 15 and 5 minutes before the close and at it, each once, and never once it is out', () => {
  const left = (status: 'Finishing' | 'Available') => {
    const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600n, overstayReserve: 1_000_000n };
    const harness = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
    harness.at = END - 1;
    harness.wait(1);
    harness.stopped(1_000);
    harness.do({ type: 'connectorStatus', status });
    harness.wait(CLOSES - END + 60);
    return harness.notified;
  };
  expect(left('Finishing')).toEqual(['driver UNPLUG_SOON', 'driver UNPLUG_SOON', 'both OVERSTAY']);
  expect(left('Available').filter((notice) => notice !== 'driver UNPLUG_SOON')).toEqual([]);
  expect(left('Available').length).toBeLessThanOrEqual(1);
});

test('the next booking of the same driver: nobody is notified to make room', () => {
  const harness = charging();
  harness.do({ type: 'followed' });
  harness.do({ type: 'connectorStatus', status: 'Charging' });
  harness.at = END - 1;
  harness.wait(1);
  harness.stopped(1_000);
  harness.do({ type: 'connectorStatus', status: 'Finishing' });
  harness.at = CLOSES;
  harness.wait(1);
  expect(harness.notified).toEqual([]);
});
