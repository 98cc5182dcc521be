import { expect, test } from 'vitest';
import { driverViewOf } from '../../../meter-agent/session/driver-view.ts';
import { CLOSES, charging, commands, END, PLAN, SessionHarness } from '../support/session-harness.ts';

test('stops at the end of the slot, and the final reading is made once', () => {
  const harness = charging();
  harness.at = END - 1;
  expect(commands(harness.wait(1))).toContain('remoteStop');
  harness.stopped(1_000);
  harness.wait(60);
  harness.do({ type: 'stopAsked' });
  harness.stopped(1_000);
  expect(harness.finals).toHaveLength(1);
  expect(harness.session.phase).toBe('FINAL');
});

test('a start at a charge point that is away ends by a final reading of zero: the fault is not the driver’s', () => {
  const harness = new SessionHarness();
  harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
  harness.at = END - 1;
  harness.wait(1);
  expect(harness.finals).toEqual([
    { seq: 0, energyWh: 0, beganAt: END, endedAt: END, overstaySec: 0, isFinal: true },
  ]);
});

test('an unplug without StopTransaction ends the session after a moment', () => {
  const harness = charging();
  harness.metered(1_040, 30);
  harness.do({ type: 'connectorStatus', status: 'Charging' });
  harness.do({ type: 'connectorStatus', status: 'Available' });
  expect(commands(harness.wait(59))).not.toContain('remoteStop');
  expect(commands(harness.wait(1))).toContain('remoteStop');
  harness.do({ type: 'answered', command: 'stop', answer: 'refused' });
  harness.wait(10);
  expect(harness.finals).toMatchObject([{ energyWh: 40 }]);
});

test('a charge point that is away when its session ends is waited for until nothing more may be billed: what it kept counts', () => {
  const harness = charging();
  harness.metered(1_040, 30);
  harness.do({ type: 'connection', connected: false });
  harness.do({ type: 'stopAsked' });
  harness.wait(300);
  expect(harness.session.phase).toBe('STOPPING');
  const lost = new SessionHarness();
  lost.session = harness.session;
  lost.at = CLOSES - 1;
  lost.wait(1);
  expect(lost.finals).toMatchObject([{ energyWh: 40 }]);
  harness.do({ type: 'connection', connected: true });
  harness.stopped(1_060);
  expect(harness.finals).toMatchObject([{ energyWh: 60 }]);
});

test('an Available that the meter belies ends nothing: energy flows through a cable that is in', () => {
  const harness = charging();
  harness.do({ type: 'connectorStatus', status: 'Charging' });
  harness.do({ type: 'connectorStatus', status: 'Available' });
  harness.metered(1_014, 4);
  expect(commands(harness.wait(30))).not.toContain('remoteStop');
  expect(harness.session).toMatchObject({ phase: 'CHARGING', unpluggedAt: null });
  harness.do({ type: 'connectorStatus', status: 'Charging' });
  harness.do({ type: 'connectorStatus', status: 'Available' });
  // The last value of a charge may come after the status that ended it, and one that stands still belies nothing.
  harness.metered(1_020, 1);
  harness.metered(1_020, 4);
  expect(commands(harness.wait(54))).not.toContain('remoteStop');
  expect(commands(harness.wait(1))).toContain('remoteStop');
});

test('a charge point that never answers the stop is not waited for for ever', () => {
  const harness = charging();
  harness.metered(1_040, 30);
  harness.do({ type: 'stopAsked' });
  harness.wait(59);
  expect(harness.finals).toEqual([]);
  harness.wait(1);
  expect(harness.finals).toMatchObject([{ energyWh: 40 }]);
});

test('a clock that jumps hours back while the charge point is silent to a stop: it is waited for as long as ever', () => {
  const harness = charging();
  harness.metered(1_040, 30);
  harness.do({ type: 'stopAsked' });
  harness.at -= 4 * 3_600;
  harness.wait(59);
  expect(harness.finals).toEqual([]);
  harness.wait(2);
  expect(harness.finals).toMatchObject([{ energyWh: 40 }]);
});

test('overstay is counted from closes while the car stands there', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 1_000_000n };
  const harness = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  harness.at = END - 1;
  harness.wait(1);
  harness.stopped(1_000);
  harness.do({ type: 'connectorStatus', status: 'Finishing' });
  harness.at = CLOSES;
  harness.wait(119);
  expect(harness.finals).toEqual([]);
  harness.do({ type: 'connectorStatus', status: 'Available' }, 1);
  expect(harness.finals).toMatchObject([{ overstaySec: 120 }]);
});

test('overstay ends the session while there is time left to report', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600n, overstayReserve: 1_000_000n };
  const harness = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  harness.at = END - 1;
  harness.wait(1);
  harness.stopped(1_000);
  harness.do({ type: 'connectorStatus', status: 'Finishing' });
  harness.at = CLOSES + 299;
  harness.wait(1);
  expect(harness.finals).toMatchObject([{ overstaySec: 300 }]);
});

test('a stop that is heard of after the booked time is billed up to its close, as the ledger wants it', () => {
  const harness = charging();
  harness.metered(1_040, 30);
  harness.at = CLOSES + 50;
  harness.stopped(1_060);
  expect(harness.finals).toMatchObject([{ energyWh: 60, endedAt: CLOSES }]);
});

test('the next booking of the same driver keeps the car there: no overstay, also when the end is seen late', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 1_000_000n };
  const harness = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  harness.do({ type: 'followed' });
  harness.do({ type: 'connectorStatus', status: 'Finishing' });
  harness.at = CLOSES + 100;
  harness.stopped(1_000);
  expect(harness.finals).toMatchObject([{ overstaySec: 0 }]);
});

test('a charge point that does not say whether the car is still there counts no overstay', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 1_000_000n };
  const harness = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  harness.at = END - 1;
  harness.wait(1);
  harness.stopped(1_000);
  harness.at = CLOSES + 100;
  harness.do({ type: 'connectorStatus', status: 'Unavailable' });
  expect(harness.finals).toMatchObject([{ overstaySec: 0 }]);
});

test('overstay ends the session once the reserve is used up', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 60_000n };
  const harness = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  harness.at = END - 1;
  harness.wait(1);
  harness.stopped(1_000);
  harness.do({ type: 'connectorStatus', status: 'Finishing' });
  harness.at = CLOSES;
  harness.wait(60);
  expect(harness.finals).toEqual([]);
  harness.wait(1);
  expect(harness.finals).toMatchObject([{ overstaySec: 61 }]);
});

test('overstay ends where the cable was taken out, though the next car is plugged in before the charge point says so', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 1_000_000n };
  const harness = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  harness.do({ type: 'connection', connected: false });
  harness.at = CLOSES;
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'connectorStatus', status: 'Available' }, 10);
  harness.do({ type: 'connectorStatus', status: 'Preparing' }, 10);
  harness.wait(10);
  harness.stopped(1_000);
  expect(harness.finals).toMatchObject([{ overstaySec: 10 }]);
});

test('where overstay has a price, a stop is no end while the car stands there: what flowed can be signed meanwhile', () => {
  const tariff = { ...PLAN.limits.tariff, overstayPerHour: 3_600_000n, overstayReserve: 1_000_000n };
  const harness = charging({ ...PLAN, limits: { ...PLAN.limits, tariff } });
  harness.do({ type: 'connectorStatus', status: 'Finishing' });
  harness.do({ type: 'stopAsked' }, 60);
  harness.stopped(1_010);
  expect(harness.session.phase).toBe('UNPLUGGING');
  expect(harness.readings.at(-1)).toMatchObject({ energyWh: 10, isFinal: false });
  harness.wait(600);
  expect(harness.finals).toEqual([]);
  harness.do({ type: 'connectorStatus', status: 'Available' });
  expect(harness.finals).toMatchObject([{ energyWh: 10, overstaySec: 0 }]);
});

test('where overstay has no price, the driver’s stop makes the final reading although the car stands there', () => {
  const harness = charging();
  harness.do({ type: 'connectorStatus', status: 'Finishing' });
  harness.do({ type: 'stopAsked' }, 60);
  harness.stopped(1_010);
  expect(harness.finals).toHaveLength(1);
});

test('a booking that the ledger ended gives no more power', () => {
  const harness = charging();
  expect(commands(harness.do({ type: 'ledgerEnded' }, 20))).toEqual(['remoteStop']);
  harness.stopped(1_050);
  expect(harness.session).toMatchObject({ phase: 'ENDED', transaction: null });
  expect(harness.finals).toEqual([]);
});

test('after the end the car is gone once the charge point says Available, or has another one plugged in', () => {
  const over = () => {
    const harness = charging();
    harness.do({ type: 'connectorStatus', status: 'Charging' });
    harness.do({ type: 'stopAsked' }, 60);
    harness.stopped(1_010);
    harness.do({ type: 'connectorStatus', status: 'Finishing' });
    expect(harness.session).toMatchObject({ phase: 'FINAL', unpluggedAt: null });
    return harness;
  };
  for (const status of ['Available', 'Preparing'] as const) {
    const harness = over();
    harness.do({ type: 'connectorStatus', status }, 60);
    expect(harness.session.unpluggedAt).toBe(harness.at);
    expect(harness.finals).toHaveLength(1);
  }
});

test('a ledger that lost the end of a charge under way: it is stopped, and ends by its final reading', () => {
  const harness = charging();
  harness.metered(1_050, 60);
  harness.do({ type: 'ledgerEnded' });
  harness.do({ type: 'ledgerLost' });
  expect(harness.session.phase).toBe('STOPPING');
  harness.stopped(1_050);
  expect(harness.finals).toMatchObject([{ energyWh: 50 }]);
});

test('a ledger that lost the end brings a finished session back to its final reading', () => {
  const harness = charging();
  harness.do({ type: 'stopAsked' }, 10);
  harness.stopped(1_010);
  harness.do({ type: 'ledgerEnded' });
  expect(driverViewOf(harness.session)?.state).toBe('SETTLED');
  harness.do({ type: 'ledgerLost' });
  expect(harness.session.phase).toBe('FINAL');
});
