import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  credit,
  creditStop,
  openRegister,
  type Register,
  type RegisterValue,
} from '../../../meter-agent/session/register.ts';
import { charging, PLAN, START } from '../support/session-harness.ts';

/** Hours of charging so far, a minute of it since the value before. */
const BOUNDS = { limitWh: 10_000, stepWh: 300 };

/** What a charge point with a right clock reports in that minute of the charge. */
const inMinute = (minute: number, registerWh: number, seqNo: number | null = null): RegisterValue => ({
  ...{ registerWh, ownAt: START + 60 * minute, seqNo, isAhead: false },
});

/** What a charge point without a usable clock reports. */
const untimed = (registerWh: number): RegisterValue => ({
  ...{ registerWh, ownAt: null, seqNo: null, isAhead: false },
});

const begun = (startWh: number): Register => openRegister(startWh, inMinute(0, startWh));

const taken = (register: Register, values: RegisterValue[]): Register =>
  values.reduce((known, value) => credit(known, value, BOUNDS).register, register);

/** Values a minute apart. */
const follow = (startWh: number, values: number[]): Register =>
  taken(
    begun(startWh),
    values.map((value, index) => inMinute(index + 1, value)),
  );

/** What the record of the session says of each value. */
function anomalies(startWh: number, values: number[]): (string | null)[] {
  let register = begun(startWh);
  return values.map((value, index) => {
    const step = credit(register, inMinute(index + 1, value), BOUNDS);
    register = step.register;
    return step.anomaly;
  });
}

const LAST_MINUTE = 99;

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
  const registerWh = fc.oneof(fc.nat(20_000), fc.nat(200_000_000), fc.constant(0));
  const value = fc.record({
    registerWh,
    ownAt: fc.option(fc.integer({ min: START, max: START + 3_600 })),
    seqNo: fc.option(fc.nat(30)),
    isAhead: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.array(value, { maxLength: 40 }), value, (startWh, values, stop) => {
      let register = begun(startWh);
      for (const value of values) {
        const { creditedWh, lastWh, suspect } = register;
        const step = credit(register, value, BOUNDS);
        const next = value.registerWh;
        expect(step.register.creditedWh).toBeGreaterThanOrEqual(creditedWh);
        // Billed at once is a rise alone; what follows an odd value is bounded by the time since it.
        const riseWh = step.isLate ? 0 : next - lastWh;
        const most = step.anomaly === null ? riseWh : step.anomaly === 'register.rebased' ? 600 : 0;
        expect(step.register.creditedWh - creditedWh).toBeLessThanOrEqual(most);
        if (step.anomaly === 'register.rebased') expect(suspect).not.toBeNull();
        register = step.register;
      }
      const { creditedWh } = creditStop(register, stop, BOUNDS).register;
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
      let register = begun(123_000);
      let trueWh = 123_000;
      for (const [index, { wh, odd: seen }] of steps.entries()) {
        trueWh += wh;
        register = credit(register, inMinute(index + 1, seen ?? trueWh), BOUNDS).register;
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
  expect(creditStop(relative, inMinute(LAST_MINUTE, 123_496), BOUNDS).register.creditedWh).toBe(40);
  expect(creditStop(begun(1_000), inMinute(LAST_MINUTE, 1_750), BOUNDS).register.creditedWh).toBe(750);
});

test('a stop register of 0 or beyond all power takes nothing away and adds nothing', () => {
  const register = follow(1_000, [1_400]);
  expect(creditStop(register, inMinute(LAST_MINUTE, 0), BOUNDS)).toMatchObject({
    register: { creditedWh: 400 },
    anomaly: 'register.restarted',
    aboveStopWh: 400,
  });
  expect(creditStop(register, inMinute(LAST_MINUTE, 99_999_999), BOUNDS)).toMatchObject({
    register: { creditedWh: 400 },
    aboveStopWh: 0,
  });
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

test('a value that was stored counts in its own time, once, in whatever order', () => {
  const live = [inMinute(1, 28), inMinute(5, 53), inMinute(6, 110)];
  const stored = [inMinute(2, 30), inMinute(3, 41), inMinute(4, 47), inMinute(3, 41)];
  for (const values of [
    [...live, ...stored],
    [live[0]!, live[1]!, ...stored, live[2]!],
    [...stored, ...live],
  ]) {
    const register = taken(begun(0), values);
    expect(register).toMatchObject({ creditedWh: 110, lastWh: 110, suspect: null, hasRestarted: false });
  }
});

test('without a usable clock a value between start and newest cannot be told from a late one', () => {
  const register = taken(openRegister(1_000, untimed(1_000)), [1_400, 1_100, 1_130, 1_170].map(untimed));
  expect(register).toMatchObject({ creditedWh: 400, lastWh: 1_400, suspect: null });
  // Below the start it can only have restarted.
  expect(taken(register, [10, 30].map(untimed))).toMatchObject({ creditedWh: 430, hasRestarted: true });
});

test('a counter that restarts at 0 in mid-charge is followed by its times, also from a start at 0', () => {
  const restarted = taken(begun(0), [inMinute(1, 400), inMinute(2, 5), inMinute(3, 25)]);
  expect(restarted).toMatchObject({ creditedWh: 425, lastWh: 25 });
  // What was stored before it restarted is far above it, and older.
  const after = taken(restarted, [inMinute(1, 390), inMinute(1, 410), inMinute(4, 45)]);
  expect(after).toMatchObject({ creditedWh: 445, lastWh: 45 });
});

test('a count that comes back older than it was is none from 0: what it shows already flowed before', () => {
  const known = taken(begun(200), [inMinute(1, 260)]);
  // Within what a minute allows, as one from 0 is; but nearer to what it showed.
  const restored = taken(known, [inMinute(2, 250), inMinute(3, 258)]);
  expect(restored).toMatchObject({ creditedWh: 68, lastWh: 258, hasRestarted: true });
  expect(taken(known, [inMinute(2, 130), inMinute(3, 138)])).toMatchObject({ creditedWh: 60 + 130 + 8 });
});

test('numbers of messages show the order where they rise, and none where they are always 0', () => {
  const unset = (registerWh: number, seqNo: number) => ({ ...untimed(registerWh), seqNo });
  const rising = taken(openRegister(0, unset(0, 0)), [
    unset(50, 1),
    unset(110, 9),
    unset(53, 4),
    unset(60, 5),
  ]);
  expect(rising).toMatchObject({ creditedWh: 110, order: { seqNo: 9, numbering: 'rising' } });
  // Stations may number what they stored when they send it: a higher number is no proof of a restart.
  expect(taken(rising, [unset(5, 10), unset(15, 11)])).toMatchObject({ creditedWh: 110, suspect: null });
  const zero = taken(
    openRegister(0, unset(0, 0)),
    [50, 110, 53, 60].map((value) => unset(value, 0)),
  );
  expect(zero).toMatchObject({ creditedWh: 110, order: { numbering: 'unproven' } });
});

test('a clock that ran ahead shows no order any more: what it stored may look newer than it is', () => {
  const ahead = { ...untimed(100), isAhead: true };
  const register = taken(begun(0), [ahead, inMinute(1, 120), inMinute(5, 40), inMinute(6, 70)]);
  expect(register).toMatchObject({ creditedWh: 120, suspect: null, order: { isClockWrong: true } });
});

test('a clock that is set back in mid-charge stops no rise, and makes none of what was stored before', () => {
  const register = taken(begun(0), [
    inMinute(10, 100),
    inMinute(2, 130),
    inMinute(11, 110),
    inMinute(12, 120),
  ]);
  expect(register).toMatchObject({ creditedWh: 130, lastWh: 130, suspect: null });
});

test('a stop below what was counted names the difference', () => {
  const register = taken(begun(1_000), [inMinute(1, 1_100)]);
  expect(creditStop(register, inMinute(2, 1_060), BOUNDS)).toMatchObject({
    register: { creditedWh: 100 },
    aboveStopWh: 40,
  });
});
