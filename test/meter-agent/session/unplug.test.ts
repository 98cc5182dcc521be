import { expect, test } from 'vitest';
import { charging, commands, PLAN, START } from '../support/session-harness.ts';

const underWay = (plan = PLAN) => {
  const harness = charging(plan);
  harness.do({ type: 'connectorStatus', status: 'Charging' });
  return harness;
};

test('an Available of less than a minute is no unplugged cable, also where the meter speaks once a minute', () => {
  const harness = underWay();
  harness.do({ type: 'connectorStatus', status: 'Available' });
  expect(commands(harness.wait(59))).not.toContain('remoteStop');
  harness.metered(1_040);
  expect(harness.session).toMatchObject({ phase: 'CHARGING', unpluggedAt: null });
  harness.do({ type: 'connectorStatus', status: 'Charging' });
  harness.do({ type: 'connectorStatus', status: 'Available' }, 10);
  harness.wait(60);
  expect(harness.session.stopCause).toBe('unplugged');
});

test('power that still flows belies an Available, though the register has not moved yet', () => {
  const harness = underWay();
  harness.do({ type: 'connectorStatus', status: 'Available' });
  const value = { type: 'metered', transactionId: 1, registerWh: 1_000, chargePointAt: null } as const;
  harness.do({ ...value, powerW: 5_000 }, 5);
  expect(harness.session.unpluggedAt).toBeNull();
});

test('time is not billed while an Available may be true, and is once the meter belies it', () => {
  const tariff = { ...PLAN.limits.tariff, pricePerKwh: 0n, pricePerHour: 3_600_000n };
  const harness = underWay({ ...PLAN, limits: { ...PLAN.limits, tariff, allowedCost: 3_000_000n } });
  harness.metered(1_010, 10);
  harness.do({ type: 'connectorStatus', status: 'Available' });
  harness.wait(60);
  expect(harness.session.stopCause).toBe('unplugged');
  harness.stopped(1_010, 'EVDisconnected');
  expect(harness.finals).toMatchObject([{ energyWh: 10 }]);
  expect(harness.finals[0]?.endedAt).toBeLessThanOrEqual(harness.session.billedUntil);
  expect(harness.session.unpluggedAt).toBe(START + 10);
});

test('a hard reset in mid-charge goes on: Available before the restart and after it, as long as it is booting', () => {
  const harness = underWay();
  harness.metered(1_040, 30);
  harness.stopped(1_040, 'HardReset');
  harness.do({ type: 'connectorStatus', status: 'Available' });
  harness.do({ type: 'connection', connected: false });
  harness.wait(180);
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'connectorStatus', status: 'Preparing' }, 20);
  expect(harness.session).toMatchObject({ phase: 'STARTING', stopCause: null, unpluggedAt: null });
  harness.begin(1_040, 2);
  harness.do({ type: 'metered', transactionId: 2, registerWh: 1_060, powerW: null, chargePointAt: null }, 30);
  expect(harness.session.doneWh + (harness.session.transaction?.register.creditedWh ?? 0)).toBe(60);
});

test('a car that is gone after a hard reset is noticed a minute after the wallbox is back', () => {
  const harness = underWay();
  harness.stopped(1_000, 'HardReset');
  harness.do({ type: 'connection', connected: false });
  harness.do({ type: 'connection', connected: true }, 30);
  harness.do({ type: 'connectorStatus', status: 'Available' });
  harness.wait(59);
  expect(harness.session.stopCause).toBeNull();
  harness.wait(1);
  expect(harness.session.stopCause).toBe('unplugged');
});

/** Paused by ending the transaction, since the wallbox refuses 0 A; its connector is Available with the cable in. */
function pausedByStop() {
  const harness = underWay();
  harness.do({ type: 'finality', finality: 'missing' });
  harness.answerLimit('refused');
  harness.stopped(1_000, 'Remote');
  harness.do({ type: 'connectorStatus', status: 'Available' });
  return harness;
}

test('a pause made by a stop is no unplugged cable, however long it is, and goes on', () => {
  const harness = pausedByStop();
  harness.wait(600);
  expect(harness.session).toMatchObject({ phase: 'STARTING', stopCause: null });
  expect(commands(harness.do({ type: 'finality', finality: 'confirmed' }))).toContain('remoteStart');
  harness.begin(1_000, 2);
  harness.wait(70);
  expect(harness.session).toMatchObject({ phase: 'CHARGING', stopCause: null, unpluggedAt: null });
});

test('a driver who left in such a pause is noticed a minute after it', () => {
  const harness = pausedByStop();
  harness.wait(600);
  harness.do({ type: 'finality', finality: 'confirmed' });
  harness.wait(59);
  expect(harness.session.stopCause).toBeNull();
  harness.wait(1);
  expect(harness.session.stopCause).toBe('unplugged');
});
