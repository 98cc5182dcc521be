import fc from 'fast-check';
import { expect, test } from 'vitest';
import { credit, creditStop, openRegister, type Register } from '../../../meter-agent/session/register.ts';
import { charging, PLAN } from '../support/session-harness.ts';

/** Hours of charging so far, a minute of it since the value before. */
const BOUNDS = { limitWh: 10_000, stepWh: 300 };

function follow(startWh: number, values: number[]): Register {
  return values.reduce((register, value) => credit(register, value, BOUNDS).register, openRegister(startWh));
}

/** What the record of the session says of each value. */
function anomalies(startWh: number, values: number[]): (string | null)[] {
  let register = openRegister(startWh);
  return values.map((value) => {
    const step = credit(register, value, BOUNDS);
    register = step.register;
    return step.anomaly;
  });
}

test('a rising total register is credited from its start', () => {
  expect(follow(123_456, [123_466, 123_466, 123_956]).creditedWh).toBe(500);
});

test('a jump beyond power × time is never billed, and the register goes on from there once confirmed', () => {
  expect(follow(0, [100, 900_000]).creditedWh).toBe(100);
  expect(follow(0, [100, 900_000, 900_050]).creditedWh).toBe(150);
});

test('one wild value between good ones costs nothing', () => {
  expect(follow(0, [100, 900_000, 120]).creditedWh).toBe(120);
  expect(follow(0, [100, 0, 120]).creditedWh).toBe(120);
});

test('a register that restarts at 0 and moves again is followed', () => {
  expect(follow(5_000, [5_400, 10, 30]).creditedWh).toBe(430);
  expect(follow(123_456, [10, 30]).creditedWh).toBe(30);
});

test('a register that falls is not billed by what it shows, and is followed from there', () => {
  expect(follow(5_000, [5_400, 5_100]).creditedWh).toBe(400);
  expect(follow(5_000, [5_400, 5_100, 5_130]).creditedWh).toBe(430);
  expect(follow(500_000, [500_400, 2_000, 2_030]).creditedWh).toBe(430);
});

test('a register in another unit is reported as that, and none of it is billed', () => {
  const inKwh = [123, 123, 124, 125];
  expect(anomalies(123_400, [123_500, 123])[1]).toBe('register.unit');
  expect(follow(123_400, [123_500, ...inKwh]).creditedWh).toBeLessThanOrEqual(100 + inKwh.length);
  const inMilliwattHours = [123_510_000, 123_520_000, 123_530_000, 123_540_000];
  expect(follow(123_400, [123_500, ...inMilliwattHours]).creditedWh).toBe(100);
  expect(anomalies(123_400, [123_500, ...inMilliwattHours])).toEqual([
    null,
    ...Array(4).fill('register.unit'),
  ]);
});

test('each kind of odd value has its name in the record', () => {
  expect(anomalies(0, [100, 900_000, 900_050])).toEqual([null, 'register.jumped', 'register.rebased']);
  expect(anomalies(5_000, [5_400, 5_100, 5_130])).toEqual([null, 'register.fell', 'register.rebased']);
  expect(anomalies(5_000, [5_400, 10, 30])).toEqual([null, 'register.restarted', 'register.rebased']);
});

test('whatever comes, no more is credited than power × time allows, and never less than before', () => {
  const value = fc.oneof(fc.nat(20_000), fc.nat(200_000_000), fc.constant(0));
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.array(value, { maxLength: 40 }), value, (startWh, values, stopWh) => {
      let register = openRegister(startWh);
      for (const next of values) {
        const { creditedWh, lastWh, suspect } = register;
        const step = credit(register, next, BOUNDS);
        expect(step.register.creditedWh).toBeGreaterThanOrEqual(creditedWh);
        // Billed at once is a rise alone; what follows an odd value is bounded by the time since it.
        const most = step.anomaly === null ? next - lastWh : step.anomaly === 'register.rebased' ? 600 : 0;
        expect(step.register.creditedWh - creditedWh).toBeLessThanOrEqual(most);
        if (step.anomaly === 'register.rebased') expect(suspect).not.toBeNull();
        register = step.register;
      }
      const { creditedWh } = creditStop(register, stopWh, BOUNDS).register;
      expect(creditedWh).toBeLessThanOrEqual(BOUNDS.limitWh);
      expect(creditedWh).toBeGreaterThanOrEqual(register.creditedWh);
    }),
    { seed: 20_261_122, numRuns: process.env.PLUGPACT_DEEP ? 20_000 : 500 },
  );
});

test('a true register between odd values is never billed above what it moved, and a step of slack for each', () => {
  const odd = fc.constantFrom(0, 900_000, 123, 123_450_000, 7);
  const trueSteps = fc.array(fc.record({ wh: fc.nat(30), odd: fc.option(odd, { freq: 3 }) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(trueSteps, (steps) => {
      let register = openRegister(123_000);
      let trueWh = 123_000;
      for (const { wh, odd: seen } of steps) {
        trueWh += wh;
        register = credit(register, seen ?? trueWh, BOUNDS).register;
      }
      const oddValues = steps.filter((step) => step.odd !== null).length;
      expect(register.creditedWh).toBeLessThanOrEqual(trueWh - 123_000 + oddValues * 2 * BOUNDS.stepWh);
    }),
    { seed: 20_261_122, numRuns: process.env.PLUGPACT_DEEP ? 20_000 : 300 },
  );
});

test('a register stuck at 0 is no restart', () => {
  expect(follow(5_000, [5_400, 0, 0, 0, 5_450]).creditedWh).toBe(450);
});

test('the stop register decides where it is possible', () => {
  const relative = follow(123_456, [10, 30]);
  expect(creditStop(relative, 123_496, BOUNDS).register.creditedWh).toBe(40);
  expect(creditStop(openRegister(1_000), 1_750, BOUNDS).register.creditedWh).toBe(750);
});

test('a stop register of 0 or beyond all power takes nothing away and adds nothing', () => {
  const register = follow(1_000, [1_400]);
  expect(creditStop(register, 0, BOUNDS)).toMatchObject({
    register: { creditedWh: 400 },
    anomaly: 'register.restarted',
  });
  expect(creditStop(register, 99_999_999, BOUNDS).register.creditedWh).toBe(400);
});

test('what follows an odd value must fit the time since it, however long the charge already is', () => {
  const harness = charging({ ...PLAN, limits: { ...PLAN.limits, allowedCost: 1_500_000n } });
  harness.metered(2_000, 1_200);
  harness.metered(90_000, 60);
  // 2,000 Wh in a minute are none of 11 kW, though the 20 minutes before had room for them.
  harness.metered(92_000, 60);
  expect(harness.session.transaction?.register.creditedWh).toBe(1_000);
  harness.metered(92_100, 60);
  expect(harness.session.transaction?.register.creditedWh).toBe(1_100);
});

test('what the meter says of another transaction is not billed to this one', () => {
  const harness = charging();
  harness.begin(1_000, 2);
  harness.metered(1_050, 60);
  expect(harness.session.transaction).toMatchObject({ transactionId: 2, register: { creditedWh: 0 } });
});
