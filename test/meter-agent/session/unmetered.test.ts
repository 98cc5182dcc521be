import fc from 'fast-check';
import { expect, test } from 'vitest';
import { driverViewOf } from '../../../meter-agent/session/driver-view.ts';
import { ObeyingChargePoint, quick, TICK_WH } from '../support/obeying-charge-point.ts';
import { charging, commands, PLAN } from '../support/session-harness.ts';

const SEED = { seed: 20_261_122, numRuns: process.env.PLUGPACT_DEEP ? 3_000 : 100 };
const { maxPowerW } = PLAN;
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 90 }) }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('report' as const, 'cosign' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('wrong' as const, 'status' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('share' as const), shareA: fc.constantFrom(null, 0, 8) }),
    },
  ),
  { minLength: 10, maxLength: 80, size: 'max' },
);

type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;

function take(chargePoint: ObeyingChargePoint, step: Step, check: () => void): void {
  switch (step.do) {
    case 'wait':
      for (let i = 0; i < step.seconds; i++) {
        chargePoint.second();
        check();
      }
      return;
    case 'report':
      chargePoint.reportMeter();
      return;
    case 'cosign':
      chargePoint.cosign();
      return;
    case 'wrong':
      chargePoint.reportWrong();
      return;
    case 'status':
      chargePoint.obey(chargePoint.harness.do({ type: 'connectorStatus', status: 'Charging' }));
      return;
    case 'share':
      chargePoint.obey(chargePoint.harness.do({ type: 'share', shareA: step.shareA }));
      return;
  }
}

test('however the meter speaks and is silent: what flowed and is not signed keeps to the limit and one tick', () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (all, answersWhenAsked) => {
      const chargePoint: ObeyingChargePoint = new ObeyingChargePoint(
        quick(),
        () => void (answersWhenAsked && chargePoint.reportMeter()),
      );
      const check = () => {
        const signedWh = chargePoint.harness.session.cosigned?.energyWh ?? 0;
        const limitWh = Math.min(5_000, Math.max(100, signedWh));
        expect(chargePoint.flowedWs / 3_600 - signedWh).toBeLessThanOrEqual(limitWh + TICK_WH);
      };
      for (const step of all) {
        take(chargePoint, step, check);
        check();
      }
    }),
    SEED,
  );
});

test('a meter that says nothing: asked once, paused at the unsigned limit, notified to both; nothing unmetered is billed', () => {
  const chargePoint = new ObeyingChargePoint(quick());
  const { harness } = chargePoint;
  for (let i = 0; i < 300; i++) chargePoint.second();
  expect(harness.session.pause?.reason).toBe('METER_SILENT');
  expect(driverViewOf(harness.session)).toMatchObject({
    state: 'PAUSED',
    detail: { code: 'PAUSED', params: { reason: 'METER_SILENT' } },
  });
  // 100 Wh at 11 kW: 33 s.
  expect(chargePoint.flowedWs / maxPowerW).toBe(33);
  expect(harness.notified).toEqual(['both PAUSED_METER_SILENT']);
  expect(harness.readings.every(({ energyWh }) => energyWh === 0)).toBe(true);
  harness.do({ type: 'stopAsked' });
  harness.stopped(chargePoint.registerWh);
  expect(harness.finals).toMatchObject([{ energyWh: 100 }]);
});

test('it is asked at half of what may be, and again each minute while its silence pauses the charge', () => {
  const harness = charging();
  expect(commands(harness.wait(16))).toEqual([]);
  expect(commands(harness.wait(1))).toEqual(['readMeter']);
  expect(commands(harness.wait(16))).toEqual(['limit']);
  harness.answerLimit('accepted');
  expect(commands(harness.wait(43))).toEqual([]);
  expect(commands(harness.wait(1))).toEqual(['readMeter']);
});

test('one believable value ends the silence; what it counts has to be signed as ever', () => {
  const chargePoint = new ObeyingChargePoint(quick());
  for (let i = 0; i < 120; i++) chargePoint.second();
  chargePoint.reportWrong();
  expect(chargePoint.harness.session.pause?.reason).toBe('METER_SILENT');
  chargePoint.reportMeter();
  expect(chargePoint.harness.session.pause?.reason).toBe('UNSIGNED');
  expect(chargePoint.limitA).toBe(0);
  chargePoint.cosign();
  expect(chargePoint).toMatchObject({ limitA: 16, pauses: 1 });
  expect(chargePoint.harness.notified).toEqual(['both PAUSED_METER_SILENT', 'driver RESUMED']);
});

/** A driver who signs everything, and a charge point that reports its meter so often: whether it was paused or asked. */
function sampled(everySec: number, powerW: number, answersWhenAsked: boolean, hours = 1) {
  const harness = quick({
    ...PLAN,
    maxPowerW: powerW,
    sampleSec: 5,
    limits: { ...PLAN.limits, cap: 10n ** 9n },
    times: { ...PLAN.times, end: PLAN.times.end * 2 },
  });
  let flowedWs = 0;
  const chargePoint: ObeyingChargePoint = new ObeyingChargePoint(
    harness,
    () => void (answersWhenAsked && report()),
  );
  const report = () => {
    chargePoint.obey(harness.metered(1_000 + Math.floor(flowedWs / 3_600)));
    if (harness.session.lastReading?.seq !== harness.session.cosigned?.seq) chargePoint.cosign();
  };
  let lastPauseAt = 0;
  for (let sec = 1; sec < hours * 3_600; sec++) {
    const before = chargePoint.pauses;
    flowedWs += (powerW * chargePoint.limitA) / 16;
    chargePoint.obey(harness.wait(1));
    if (sec % everySec === 0) report();
    if (chargePoint.pauses > before) lastPauseAt = sec;
  }
  return {
    pauses: chargePoint.pauses,
    asked: chargePoint.asked,
    lastPauseAt,
    energyWh: Math.floor(flowedWs / 3_600),
  };
}

test('a charge point that reports its meter as it is set up to is neither asked nor paused', () => {
  for (const powerW of [3_700, 11_000, 22_000]) {
    expect(sampled(5, powerW, false)).toMatchObject({ pauses: 0, asked: 0 });
  }
});

test('one that keeps an interval of its own and reports when asked is never paused, and asked no more once the unsigned limit has grown', () => {
  for (const everySec of [60, 900]) {
    const { pauses, asked, energyWh } = sampled(everySec, 11_000, true);
    expect({ pauses, energyWh }).toEqual({ pauses: 0, energyWh: Math.floor((11_000 * 3_599) / 3_600) });
    expect(asked).toBeLessThan(20);
  }
});

test('one that does not even do that charges in pulses, longer with each signature, until the limit covers its interval', () => {
  const minute = sampled(60, 11_000, false);
  expect(minute.pauses).toBeGreaterThan(0);
  expect(minute.lastPauseAt).toBeLessThan(300);
  const quarter = sampled(900, 11_000, false, 4);
  expect(quarter.lastPauseAt).toBeLessThan(6 * 900);
});

test("a sleeping driver's phone pauses the charge once, by its own name, however often the meter speaks", () => {
  const chargePoint = new ObeyingChargePoint(quick());
  for (let sec = 1; sec <= 300; sec++) {
    chargePoint.second();
    if (sec % 5 === 0) chargePoint.reportMeter();
  }
  expect(chargePoint.pauses).toBe(1);
  expect(chargePoint.harness.notified).toEqual(['driver PAUSED_UNSIGNED']);
});

test('while car or charge point has suspended the charge, and while 0 A are accepted, nothing can flow unmetered', () => {
  const harness = charging();
  harness.do({ type: 'connectorStatus', status: 'SuspendedEV' });
  expect(commands(harness.wait(600))).toEqual([]);
  harness.do({ type: 'connectorStatus', status: 'Charging' });
  harness.wait(32);
  expect(harness.session.pause).toBeNull();
  harness.wait(2);
  expect(harness.session.pause?.reason).toBe('METER_SILENT');
});

test('a connection that was down is no silent meter: the charge point gets a moment to report; if it does not, it is paused', () => {
  const harness = charging();
  harness.do({ type: 'connection', connected: false }, 5);
  expect(commands(harness.wait(300))).toEqual([]);
  harness.do({ type: 'connection', connected: true });
  harness.answerLimit('accepted');
  harness.wait(14);
  expect(harness.session.pause).toBeNull();
  harness.wait(1);
  expect(harness.session.pause?.reason).toBe('METER_SILENT');
  const reporting = charging();
  reporting.do({ type: 'connection', connected: false }, 5);
  reporting.do({ type: 'connection', connected: true }, 300);
  reporting.metered(1_050, 3);
  reporting.wait(14);
  expect(reporting.session.pause).toBeNull();
});

test('a charge point that takes no 0 A and reports no register at its stop is not begun again in the dark', () => {
  const harness = charging();
  harness.wait(34);
  harness.answerLimit('refused');
  harness.do({
    type: 'transactionStopped',
    transactionId: 1,
    meterStopWh: null,
    reason: 'Remote',
    chargePointAt: null,
  });
  expect(harness.session).toMatchObject({ phase: 'STARTING', pause: { reason: 'METER_SILENT' } });
  expect(commands(harness.wait(600))).toEqual([]);
  const answering = charging();
  answering.wait(34);
  answering.answerLimit('refused');
  answering.stopped(1_100);
  expect(answering.session.pause?.reason).toBe('UNSIGNED');
  answering.cosign();
  expect(answering.session.pause).toBeNull();
});

test('a clock that is set back counts the silence anew, one that jumps ahead pauses until the meter speaks', () => {
  const harness = charging();
  harness.wait(20);
  harness.at -= 3_600;
  harness.wait(33);
  expect(harness.session.pause).toBeNull();
  harness.wait(1);
  expect(harness.session.pause?.reason).toBe('METER_SILENT');
  const ahead = charging();
  ahead.do({ type: 'tick' }, 1_800);
  expect(ahead.session.pause?.reason).toBe('METER_SILENT');
  ahead.metered(1_005, 2);
  expect(ahead.session.pause).toBeNull();
});
