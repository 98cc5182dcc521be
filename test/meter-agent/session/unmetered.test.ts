import fc from 'fast-check';
import { expect, test } from 'vitest';
import { driverViewOf } from '../../../meter-agent/session/driver-view.ts';
import { transition } from '../../../meter-agent/session/transitions.ts';
import type { Effect, Plan, SessionEvent } from '../../../meter-agent/session/types.ts';
import { charging, commands, type Loose, PLAN, SessionHarness } from '../support/session-harness.ts';

const SEED = { seed: 20_261_122, numRuns: process.env.PLUGPACT_DEEP ? 3_000 : 100 };
const { maxPowerW } = PLAN;
/** What one second at full power gives, and a rounded Wh. */
const TICK_WH = maxPowerW / 3_600 + 1;

/** Hours of seconds: without the way over JSON. */
class Quick extends SessionHarness {
  override do(event: Loose<SessionEvent>, afterSec = 0): Effect[] {
    this.at += afterSec;
    const step = transition(this.session, { ...event, at: this.at } as SessionEvent);
    this.session = step.session;
    this.effects.push(...step.effects);
    return step.effects;
  }
}

const quick = (plan: Plan = PLAN): SessionHarness => charging(plan, new Quick(plan));

/** A box that obeys at once, and gives all that it may. Its meter is right, if it says anything. */
class Obeying {
  readonly play: SessionHarness;
  limitA = 16;
  flowedWs = 0;
  pauses = 0;
  /** What it does when it is asked for its meter. */
  readonly onAsked: () => void;
  asked = 0;

  constructor(play: SessionHarness, onAsked: () => void = () => {}) {
    this.play = play;
    this.onAsked = onAsked;
  }

  get registerWh(): number {
    return 1_000 + Math.floor(this.flowedWs / 3_600);
  }

  obey(effects: Effect[]): void {
    for (const effect of effects) {
      if (effect.do === 'limit') {
        if (effect.limitA === 0 && this.limitA > 0) this.pauses += 1;
        this.limitA = effect.limitA;
        const { limitA } = effect;
        this.obey(this.play.do({ type: 'answered', command: 'limit', limitA, answer: 'accepted' }));
      } else if (effect.do === 'readMeter') {
        this.asked += 1;
        this.onAsked();
      }
    }
  }

  second(): void {
    this.flowedWs += (maxPowerW * this.limitA) / 16;
    this.obey(this.play.wait(1));
  }

  reportMeter(): void {
    this.obey(this.play.metered(this.registerWh));
  }

  /** The same in Wh labelled kWh. */
  reportWrong(): void {
    this.obey(this.play.metered(this.registerWh * 1_000));
  }

  cosign(): void {
    this.obey(this.play.cosign());
  }
}

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

function take(box: Obeying, step: Step, check: () => void): void {
  switch (step.do) {
    case 'wait':
      for (let i = 0; i < step.seconds; i++) {
        box.second();
        check();
      }
      return;
    case 'report':
      box.reportMeter();
      return;
    case 'cosign':
      box.cosign();
      return;
    case 'wrong':
      box.reportWrong();
      return;
    case 'status':
      box.obey(box.play.do({ type: 'connectorStatus', status: 'Charging' }));
      return;
    case 'share':
      box.obey(box.play.do({ type: 'share', shareA: step.shareA }));
      return;
  }
}

test('however the meter speaks and is silent: what flowed and is not signed keeps to the limit and one tick', () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (all, answersWhenAsked) => {
      const box: Obeying = new Obeying(quick(), () => void (answersWhenAsked && box.reportMeter()));
      const check = () => {
        const signedWh = box.play.session.cosigned?.energyWh ?? 0;
        const limitWh = Math.min(5_000, Math.max(100, signedWh));
        expect(box.flowedWs / 3_600 - signedWh).toBeLessThanOrEqual(limitWh + TICK_WH);
      };
      for (const step of all) {
        take(box, step, check);
        check();
      }
    }),
    SEED,
  );
});

test('a meter that says nothing: asked once, paused at the unsigned limit, told to both; nothing unseen is billed', () => {
  const box = new Obeying(quick());
  const { play } = box;
  for (let i = 0; i < 300; i++) box.second();
  expect(play.session.pause?.reason).toBe('METER_SILENT');
  expect(driverViewOf(play.session)).toMatchObject({
    state: 'PAUSED',
    detail: { code: 'PAUSED', params: { reason: 'METER_SILENT' } },
  });
  // 100 Wh at 11 kW: 33 s.
  expect(box.flowedWs / maxPowerW).toBe(33);
  expect(play.notified).toEqual(['both PAUSED_METER_SILENT']);
  expect(play.readings.every(({ energyWh }) => energyWh === 0)).toBe(true);
  play.do({ type: 'stopAsked' });
  play.stopped(box.registerWh);
  expect(play.finals).toMatchObject([{ energyWh: 100 }]);
});

test('it is asked at half of what may be, and again each minute while its silence pauses the charge', () => {
  const play = charging();
  expect(commands(play.wait(16))).toEqual([]);
  expect(commands(play.wait(1))).toEqual(['readMeter']);
  expect(commands(play.wait(16))).toEqual(['limit']);
  play.answerLimit('accepted');
  expect(commands(play.wait(43))).toEqual([]);
  expect(commands(play.wait(1))).toEqual(['readMeter']);
});

test('one believable value ends the silence; what it counts has to be signed as ever', () => {
  const box = new Obeying(quick());
  for (let i = 0; i < 120; i++) box.second();
  box.reportWrong();
  expect(box.play.session.pause?.reason).toBe('METER_SILENT');
  box.reportMeter();
  expect(box.play.session.pause?.reason).toBe('UNSIGNED');
  expect(box.limitA).toBe(0);
  box.cosign();
  expect(box).toMatchObject({ limitA: 16, pauses: 1 });
  expect(box.play.notified).toEqual(['both PAUSED_METER_SILENT', 'driver RESUMED']);
});

/** A driver who signs everything, and a box that tells its meter so often: whether it was paused or asked. */
function sampled(everySec: number, powerW: number, answersWhenAsked: boolean, hours = 1) {
  const play = quick({
    ...PLAN,
    maxPowerW: powerW,
    limits: { ...PLAN.limits, cap: 10n ** 9n },
    times: { ...PLAN.times, end: PLAN.times.end * 2 },
  });
  let flowedWs = 0;
  const box: Obeying = new Obeying(play, () => void (answersWhenAsked && tell()));
  const tell = () => {
    box.obey(play.metered(1_000 + Math.floor(flowedWs / 3_600)));
    if (play.session.lastReading?.seq !== play.session.cosigned?.seq) box.cosign();
  };
  let lastPauseAt = 0;
  for (let sec = 1; sec < hours * 3_600; sec++) {
    const before = box.pauses;
    flowedWs += (powerW * box.limitA) / 16;
    box.obey(play.wait(1));
    if (sec % everySec === 0) tell();
    if (box.pauses > before) lastPauseAt = sec;
  }
  return { pauses: box.pauses, asked: box.asked, lastPauseAt, energyWh: Math.floor(flowedWs / 3_600) };
}

test('a box that tells its meter as it is set up to is neither asked nor paused', () => {
  for (const powerW of [3_700, 11_000, 22_000]) {
    expect(sampled(5, powerW, false)).toMatchObject({ pauses: 0, asked: 0 });
  }
});

test('one that keeps an interval of its own and tells when asked is never paused, and asked no more once trust has grown', () => {
  for (const everySec of [60, 900]) {
    const { pauses, asked, energyWh } = sampled(everySec, 11_000, true);
    expect({ pauses, energyWh }).toEqual({ pauses: 0, energyWh: Math.floor((11_000 * 3_599) / 3_600) });
    expect(asked).toBeLessThan(20);
  }
});

test('one that does not even do that charges in pulses, longer with each signature, until its interval is trusted', () => {
  const minute = sampled(60, 11_000, false);
  expect(minute.pauses).toBeGreaterThan(0);
  expect(minute.lastPauseAt).toBeLessThan(300);
  const quarter = sampled(900, 11_000, false, 4);
  expect(quarter.lastPauseAt).toBeLessThan(6 * 900);
});

test("a sleeping driver's phone pauses the charge once, by its own name, however often the meter speaks", () => {
  const box = new Obeying(quick());
  for (let sec = 1; sec <= 300; sec++) {
    box.second();
    if (sec % 5 === 0) box.reportMeter();
  }
  expect(box.pauses).toBe(1);
  expect(box.play.notified).toEqual(['driver PAUSED_UNSIGNED']);
});

test('while car or box has suspended the charge, and while 0 A are accepted, nothing can flow unseen', () => {
  const play = charging();
  play.do({ type: 'connectorStatus', status: 'SuspendedEV' });
  expect(commands(play.wait(600))).toEqual([]);
  play.do({ type: 'connectorStatus', status: 'Charging' });
  play.wait(32);
  expect(play.session.pause).toBeNull();
  play.wait(2);
  expect(play.session.pause?.reason).toBe('METER_SILENT');
});

test('a line that was down is no silent meter: the box gets a moment to tell; if it does not, it is paused', () => {
  const play = charging();
  play.do({ type: 'connection', connected: false }, 5);
  expect(commands(play.wait(300))).toEqual([]);
  play.do({ type: 'connection', connected: true });
  play.answerLimit('accepted');
  play.wait(14);
  expect(play.session.pause).toBeNull();
  play.wait(1);
  expect(play.session.pause?.reason).toBe('METER_SILENT');
  const told = charging();
  told.do({ type: 'connection', connected: false }, 5);
  told.do({ type: 'connection', connected: true }, 300);
  told.metered(1_050, 3);
  told.wait(14);
  expect(told.session.pause).toBeNull();
});

test('a box that takes no 0 A and tells no register at its stop is not begun again in the dark', () => {
  const play = charging();
  play.wait(34);
  play.answerLimit('refused');
  play.do({
    type: 'transactionStopped',
    transactionId: 1,
    meterStopWh: null,
    reason: 'Remote',
    chargePointAt: null,
  });
  expect(play.session).toMatchObject({ phase: 'STARTING', pause: { reason: 'METER_SILENT' } });
  expect(commands(play.wait(600))).toEqual([]);
  const telling = charging();
  telling.wait(34);
  telling.answerLimit('refused');
  telling.stopped(1_100);
  expect(telling.session.pause?.reason).toBe('UNSIGNED');
  telling.cosign();
  expect(telling.session.pause).toBeNull();
});

test('a clock that is set back counts the silence anew, one that jumps ahead pauses until the meter speaks', () => {
  const play = charging();
  play.wait(20);
  play.at -= 3_600;
  play.wait(33);
  expect(play.session.pause).toBeNull();
  play.wait(1);
  expect(play.session.pause?.reason).toBe('METER_SILENT');
  const ahead = charging();
  ahead.do({ type: 'tick' }, 1_800);
  expect(ahead.session.pause?.reason).toBe('METER_SILENT');
  ahead.metered(1_005, 2);
  expect(ahead.session.pause).toBeNull();
});
