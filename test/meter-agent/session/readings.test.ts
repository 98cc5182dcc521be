import { expect, test } from 'vitest';
import { charging, PLAN, START } from '../support/session-harness.ts';

test('the first reading is seq 0 at 0 Wh, then every 25 Wh or 10 s until a co-signature above 0 Wh', () => {
  const play = charging();
  expect(play.readings).toEqual([
    { seq: 0, energyWh: 0, beganAt: START, endedAt: START, overstaySec: 0, isFinal: false },
  ]);
  play.metered(1_003, 2);
  expect(play.readings).toHaveLength(1);
  play.wait(8);
  expect(play.readings.at(-1)).toMatchObject({ seq: 1, energyWh: 3 });
  play.metered(1_028, 9);
  expect(play.readings.at(-1)).toMatchObject({ seq: 2, energyWh: 28 });
});

test('after it every 60 s or 250 Wh, and only when there is something new', () => {
  const rich = { ...PLAN.limits, firstUnsignedCost: 1_500_000n };
  const play = charging({ ...PLAN, limits: rich });
  play.metered(1_030, 10);
  play.cosign();
  const made = play.readings.length;
  play.metered(1_100, 30);
  expect(play.readings).toHaveLength(made);
  play.wait(30);
  expect(play.readings).toHaveLength(made + 1);
  play.wait(300);
  expect(play.readings).toHaveLength(made + 1);
  play.metered(1_360);
  expect(play.readings.at(-1)).toMatchObject({ energyWh: 360 });
});

test('a pause for signatures asks for them soon: what still trickles is in the next 10 s', () => {
  const play = charging();
  play.metered(1_030, 20);
  play.cosign();
  play.metered(1_140, 60);
  expect(play.session.pause?.reason).toBe('UNSIGNED');
  const made = play.readings.length;
  play.metered(1_143, 9);
  expect(play.readings).toHaveLength(made);
  play.wait(1);
  expect(play.readings.at(-1)).toMatchObject({ energyWh: 143, seq: made });
});

test('an older co-signature that comes late takes no trust away', () => {
  const play = charging();
  play.metered(1_040, 30);
  const older = play.session.cosigned;
  play.cosign();
  const newer = play.session.cosigned;
  play.do({ type: 'cosigned', ...older! });
  expect(play.session.cosigned).toEqual(newer);
});

test('the stop register counts into the final reading', () => {
  const play = charging();
  play.metered(1_020, 20);
  play.do({ type: 'stopAsked' }, 5);
  play.stopped(1_031);
  expect(play.finals).toMatchObject([{ energyWh: 31, seq: play.readings.length - 1 }]);
});

test('no MeterValues at all: start and stop registers are enough', () => {
  const play = charging();
  play.at = START + 600;
  play.stopped(1_800, 'EVDisconnected');
  expect(play.finals).toMatchObject([{ energyWh: 800, endedAt: START + 600 }]);
});

test('billed energy keeps to listed power × time', () => {
  const play = charging();
  play.at = START + 36;
  play.stopped(1_111, 'EVDisconnected');
  expect(play.finals[0]?.energyWh).toBe(110);
});

test('a power cut at the box is no end: the next transaction of the same tag goes on', () => {
  const play = charging();
  play.metered(1_040, 30);
  play.stopped(1_041, 'PowerLoss');
  expect(play.session.phase).toBe('STARTING');
  play.do({ type: 'transactionStarted', transactionId: 2, meterStartWh: 1_041, chargePointAt: null }, 60);
  play.do({ type: 'stopAsked' }, 60);
  play.stopped(1_050, 'Remote', 2);
  expect(play.finals).toMatchObject([{ energyWh: 50 }]);
});

test('a transaction that the box forgot is closed by its next one', () => {
  const play = charging();
  play.metered(1_040, 30);
  play.begin(1_040, 2);
  play.do({ type: 'metered', transactionId: 2, registerWh: 1_060, powerW: null, chargePointAt: null }, 30);
  expect(play.session.doneWh + (play.session.transaction?.register.creditedWh ?? 0)).toBe(60);
});

test('values of another transaction are not billed', () => {
  const play = charging();
  play.do({ type: 'metered', transactionId: 9, registerWh: 1_500, powerW: null, chargePointAt: null }, 60);
  play.stopped(5_000, null, 9);
  expect(play.session.transaction?.register.creditedWh).toBe(0);
});

test("a wallbox's clock counts for what it kept while the line was down, where it is possible", () => {
  const stop = { type: 'transactionStopped', transactionId: 1, meterStopWh: 1_010, reason: 'Local' } as const;
  const endedAt = (chargePointAt: number, wasAway: boolean) => {
    const play = charging();
    if (wasAway) play.do({ type: 'connection', connected: false }, 20);
    if (wasAway) play.do({ type: 'connection', connected: true }, 70);
    play.at = START + 100;
    play.do({ ...stop, chargePointAt });
    return (play.finals[0]?.endedAt ?? 0) - START;
  };
  expect(endedAt(START + 40, true)).toBe(40);
  expect(endedAt(START + 40, false)).toBe(100);
  expect(endedAt(START + 95, true)).toBe(100);
  expect(endedAt(0, true)).toBe(100);
  expect(endedAt(START + 10_000, true)).toBe(100);
});
