import { expect, test } from 'vitest';
import { charging, PLAN, START } from '../support/session-harness.ts';

test('the first reading is seq 0 at 0 Wh, then every 25 Wh or 10 s until a co-signature above 0 Wh', () => {
  const harness = charging();
  expect(harness.readings).toEqual([
    { seq: 0, energyWh: 0, beganAt: START, endedAt: START, overstaySec: 0, isFinal: false },
  ]);
  harness.metered(1_003, 2);
  expect(harness.readings).toHaveLength(1);
  harness.wait(8);
  expect(harness.readings.at(-1)).toMatchObject({ seq: 1, energyWh: 3 });
  harness.metered(1_028, 9);
  expect(harness.readings.at(-1)).toMatchObject({ seq: 2, energyWh: 28 });
});

test('after it every 60 s or 250 Wh, and only when there is something new', () => {
  const rich = { ...PLAN.limits, allowedCost: 1_500_000n };
  const harness = charging({ ...PLAN, limits: rich });
  harness.metered(1_030, 10);
  harness.cosign();
  const made = harness.readings.length;
  harness.metered(1_100, 30);
  expect(harness.readings).toHaveLength(made);
  harness.wait(30);
  expect(harness.readings).toHaveLength(made + 1);
  harness.wait(300);
  expect(harness.readings).toHaveLength(made + 1);
  harness.metered(1_360);
  expect(harness.readings.at(-1)).toMatchObject({ energyWh: 360 });
});

test('a pause for signatures asks for them soon: what still trickles is in the next 10 s', () => {
  const harness = charging();
  harness.metered(1_030, 20);
  harness.cosign();
  harness.metered(1_140, 60);
  expect(harness.session.pause?.reason).toBe('UNSIGNED');
  const made = harness.readings.length;
  harness.metered(1_143, 9);
  expect(harness.readings).toHaveLength(made);
  harness.wait(1);
  expect(harness.readings.at(-1)).toMatchObject({ energyWh: 143, seq: made });
});

test('an older co-signature that comes late does not lower the unsigned limit', () => {
  const harness = charging();
  harness.metered(1_040, 30);
  const older = harness.session.cosigned;
  harness.cosign();
  const newer = harness.session.cosigned;
  harness.do({ type: 'cosigned', ...older! });
  expect(harness.session.cosigned).toEqual(newer);
});

test('the stop register counts into the final reading', () => {
  const harness = charging();
  harness.metered(1_020, 20);
  harness.do({ type: 'stopAsked' }, 5);
  harness.stopped(1_031);
  expect(harness.finals).toMatchObject([{ energyWh: 31, seq: harness.readings.length - 1 }]);
});

test('no MeterValues at all: start and stop registers are enough', () => {
  const harness = charging();
  harness.at = START + 600;
  harness.stopped(1_800, 'EVDisconnected');
  expect(harness.finals).toMatchObject([{ energyWh: 800, endedAt: START + 600 }]);
});

test('billed energy keeps to listed power × time', () => {
  const harness = charging();
  harness.at = START + 36;
  harness.stopped(1_111, 'EVDisconnected');
  expect(harness.finals[0]?.energyWh).toBe(110);
});

test('a power cut at the charge point is no end: the next transaction of the same tag goes on', () => {
  const harness = charging();
  harness.metered(1_040, 30);
  harness.stopped(1_041, 'PowerLoss');
  expect(harness.session.phase).toBe('STARTING');
  harness.do({ type: 'transactionStarted', transactionId: 2, meterStartWh: 1_041, chargePointAt: null }, 60);
  harness.do({ type: 'stopAsked' }, 60);
  harness.stopped(1_050, 'Remote', 2);
  expect(harness.finals).toMatchObject([{ energyWh: 50 }]);
});

test('a transaction that the charge point forgot is closed by its next one', () => {
  const harness = charging();
  harness.metered(1_040, 30);
  harness.begin(1_040, 2);
  harness.do({ type: 'metered', transactionId: 2, registerWh: 1_060, powerW: null, chargePointAt: null }, 30);
  expect(harness.session.doneWh + (harness.session.transaction?.register.creditedWh ?? 0)).toBe(60);
});

test('values of another transaction are not billed', () => {
  const harness = charging();
  harness.do({ type: 'metered', transactionId: 9, registerWh: 1_500, powerW: null, chargePointAt: null }, 60);
  harness.stopped(5_000, null, 9);
  expect(harness.session.transaction?.register.creditedWh).toBe(0);
});

test("a wallbox's clock counts for what it kept while disconnected, where it is possible", () => {
  const stop = { type: 'transactionStopped', transactionId: 1, meterStopWh: 1_010, reason: 'Local' } as const;
  const endedAt = (chargePointAt: number, wasAway: boolean) => {
    const harness = charging();
    if (wasAway) harness.do({ type: 'connection', connected: false }, 20);
    if (wasAway) harness.do({ type: 'connection', connected: true }, 70);
    harness.at = START + 100;
    harness.do({ ...stop, chargePointAt });
    return (harness.finals[0]?.endedAt ?? 0) - START;
  };
  expect(endedAt(START + 40, true)).toBe(40);
  expect(endedAt(START + 40, false)).toBe(100);
  expect(endedAt(START + 95, true)).toBe(100);
  expect(endedAt(0, true)).toBe(100);
  expect(endedAt(START + 10_000, true)).toBe(100);
});
