import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { driverViewOf } from '../../../meter-agent/session/driver-view.ts';
import { costOf } from '../../../meter-agent/session/money.ts';
import type { Plan } from '../../../meter-agent/session/types.ts';
import { charging, commands, PLAN, SessionHarness, START } from '../support/session-harness.ts';

const RUNS = { seed: 20_261_129, numRuns: process.env.PLUGPACT_DEEP ? 2_000 : 60 };

/** Time costs 3.60 per hour: 1,000 units a second. */
const TIMED: Plan = {
  ...PLAN,
  limits: {
    ...PLAN.limits,
    tariff: { ...PLAN.limits.tariff, pricePerHour: 3_600_000n, flatFee: 5_000n },
    allowedCost: 2_900_000n,
  },
};

/** A wallbox of which the configuration, or its own settings, say that it delays. */
function named(maxSec = 600): SessionHarness {
  const harness = new SessionHarness(TIMED);
  harness.do({ type: 'randomDelay', maxSec });
  return charging(TIMED, harness);
}

/** One that nobody named: it suspends the charge right after the start. */
function seen(): SessionHarness {
  const harness = charging(TIMED);
  harness.do({ type: 'connectorStatus', status: 'SuspendedEVSE' }, 2);
  return harness;
}

describe.each([
  ['by configuration or setting', named],
  ['by what the wallbox does', seen],
])('a random delay known %s', (_how, delayed) => {
  test('is told as that, with its latest end, and neither as a fault nor as missing power', () => {
    const harness = delayed();
    harness.idle(590);
    expect(harness.notified).toEqual(['both START_DELAYED']);
    const notice = harness.effects.find((effect) => effect.do === 'notify');
    expect(notice).toMatchObject({ params: { latestAt: START + 600 } });
    expect(driverViewOf(harness.session)).toMatchObject({
      state: 'SUSPENDED_EVSE',
      detail: { code: 'RANDOM_DELAY', params: { latestAt: START + 600 } },
    });
  });

  test('is not billed: time counts from the first energy', () => {
    const harness = delayed();
    harness.idle(300);
    harness.do({ type: 'connectorStatus', status: 'Charging' });
    harness.metered(1_010, 10);
    harness.idle(60, 1_010);
    const newest = harness.readings.at(-1);
    // The value before the first energy is 10 s older than it.
    expect((newest?.endedAt ?? 0) - (newest?.beganAt ?? 0)).toBeLessThanOrEqual(70);
    expect(newest?.energyWh).toBe(10);
  });

  test('that nothing follows costs nothing when the driver stops in it', () => {
    const harness = delayed();
    harness.idle(200);
    harness.do({ type: 'stopAsked' });
    harness.stopped(1_000);
    harness.do({ type: 'connectorStatus', status: 'Available' });
    harness.wait(20);
    const [final] = harness.finals;
    expect(final).toMatchObject({ energyWh: 0 });
    expect(costOf(TIMED.limits, final as NonNullable<typeof final>)).toBe(0n);
  });

  test('ends at its latest moment: from then on time is billed, and missing power is told', () => {
    const harness = delayed();
    harness.idle(600 + 320);
    expect(harness.notified.slice(0, 2)).toEqual([
      'both START_DELAYED',
      expect.stringMatching(/NO_POWER|SUSPENDED_EVSE/),
    ]);
    const { beganAt = 0, endedAt = 0 } = harness.readings.at(-1) ?? {};
    expect(beganAt).toBe(START + 600);
    expect(endedAt - beganAt).toBeGreaterThan(200);
  });
});

test('a wallbox that merely passes through SuspendedEVSE as it begins is not told to delay', () => {
  const harness = seen();
  harness.do({ type: 'connectorStatus', status: 'Charging' }, 3);
  harness.metered(1_010, 5);
  harness.idle(60, 1_010);
  expect(harness.notified).toEqual([]);
});

test('a wallbox that delays before its transaction is not asked to start again meanwhile', () => {
  const harness = new SessionHarness(TIMED);
  harness.do({ type: 'randomDelay', maxSec: 600 });
  harness.do({ type: 'connectorStatus', status: 'Preparing' });
  harness.do({ type: 'connection', connected: true });
  const first = harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
  expect(commands(first)).toContain('remoteStart');
  harness.do({ type: 'answered', command: 'start', answer: 'accepted' });
  expect(commands(harness.wait(590))).not.toContain('remoteStart');
  expect(harness.notified).toEqual(['both START_DELAYED']);
  expect(commands(harness.wait(120))).toContain('remoteStart');
});

test('after a pause the wallbox may delay again, and is not billed for it', () => {
  const harness = named();
  harness.metered(1_050, 20);
  harness.do({ type: 'share', shareA: 0 });
  harness.answerLimit('accepted');
  harness.idle(60, 1_050);
  harness.do({ type: 'share', shareA: 16 });
  harness.answerLimit('accepted');
  const before = harness.session.unbilledSec;
  harness.idle(120, 1_050);
  harness.metered(1_060, 10);
  expect(harness.session.unbilledSec - before).toBeGreaterThanOrEqual(120);
});

test('whatever the wallbox waits, time and figures never fall, and no second of the delay is billed', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.integer({ min: 0, max: 59 }),
      fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 30 }),
      (isNamed, tens, flows) => {
        const harness = isNamed ? named() : seen();
        for (let count = 0; count < tens; count++) harness.metered(1_000, 10);
        const firstAt = harness.at;
        if (!isNamed) harness.do({ type: 'connectorStatus', status: 'Charging' });
        let registerWh = 1_000;
        for (const wh of [1, ...flows]) {
          registerWh += wh;
          harness.metered(registerWh, 10);
          if (harness.session.lastReading !== null) harness.cosign();
        }
        const { readings } = harness;
        for (const [index, { beganAt, endedAt, energyWh }] of readings.entries()) {
          const last = readings[index - 1];
          expect(endedAt).toBeGreaterThanOrEqual(beganAt);
          expect(beganAt).toBeGreaterThanOrEqual(last?.beganAt ?? 0);
          expect(energyWh).toBeGreaterThanOrEqual(last?.energyWh ?? 0);
          expect(endedAt - beganAt).toBeLessThanOrEqual(Math.max(0, endedAt - firstAt));
        }
      },
    ),
    RUNS,
  );
});
