import fc from 'fast-check';
import { expect, test } from 'vitest';
import { driverViewOf } from '../../../meter-agent/session/driver-view.ts';
import { figuresWithin } from '../../../meter-agent/session/final-figures.ts';
import { costOf, flowBound, payableCost } from '../../../meter-agent/session/money.ts';
import { neededCostOf } from '../../../meter-agent/session/needed-cost.ts';
import { isDone } from '../../../meter-agent/session/phases.ts';
import { usageOf } from '../../../meter-agent/session/readings.ts';
import type { Plan } from '../../../meter-agent/session/types.ts';
import { charging, PLAN, SessionHarness } from '../support/session-harness.ts';

const RUNS = { seed: 20_261_129, numRuns: process.env.PLUGPACT_DEEP ? 3_000 : 60 };

const plan = (limits: Partial<Plan['limits']>, tariff: Partial<Plan['limits']['tariff']> = {}): Plan => ({
  ...PLAN,
  limits: { ...PLAN.limits, unsignedCost: 0n, ...limits, tariff: { ...PLAN.limits.tariff, ...tariff } },
});

const needed = ({ session, at }: SessionHarness) => neededCostOf(session, at);

test('a raise ends a pause; one that is no higher changes nothing', () => {
  const harness = charging(plan({}));
  harness.metered(1_097, 40);
  expect(harness.session.pause?.reason).toBe('UNSIGNED');
  // 97 Wh have flowed; two reading intervals at 11 kW are 366.7 Wh.
  expect(needed(harness)).toBe((97n + 367n) * 300n);
  harness.answerLimit('accepted');
  harness.do({ type: 'allowed', cost: 29_000n });
  expect(harness.session.pause?.reason).toBe('UNSIGNED');
  expect(harness.do({ type: 'allowed', cost: needed(harness) ?? 0n })).toContainEqual({
    do: 'limit',
    transactionId: 1,
    limitA: 16,
  });
  expect(needed(harness)).toBeNull();
  harness.do({ type: 'allowed', cost: 50_000n });
  expect(harness.session.raisedCost).toBe(139_200n);
});

test('signatures alone give no more power where the driver signed for no unsigned cost', () => {
  const harness = charging(plan({}));
  harness.metered(1_097, 40);
  harness.wait(11);
  harness.cosign();
  expect(harness.session.pause?.reason).toBe('UNSIGNED');
});

test('what is needed is never more than the cap', () => {
  const harness = charging(plan({ cap: 50_000n }));
  harness.metered(1_097, 40);
  expect(needed(harness)).toBe(50_000n);
});

test('with a flat fee nothing flows until the allowance covers it; the driver signs 0 Wh at the cable meanwhile', () => {
  const harness = new SessionHarness(plan({}, { flatFee: 50_000n }));
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'connectorStatus', status: 'Available' });
  harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
  expect(harness.readings).toEqual([]);
  harness.do({ type: 'connectorStatus', status: 'Preparing' }, 30);
  harness.cosign();
  expect(harness.readings).toMatchObject([{ seq: 0, energyWh: 0, isFinal: false }]);
  // A session with neither energy nor time costs nothing.
  expect(harness.session.cosigned?.cost).toBe(0n);
  expect(harness.effects.some((effect) => effect.do === 'remoteStart')).toBe(false);
  expect(driverViewOf(harness.session)?.state).toBe('PAUSED');
  expect(needed(harness)).toBe(50_000n + 367n * 300n);
  const effects = harness.do({ type: 'allowed', cost: 80_000n });
  expect(effects).toContainEqual({ do: 'remoteStart', idTag: 'TAG', limitA: 16 });
  harness.do({ type: 'transactionStarted', transactionId: 1, meterStartWh: 0, chargePointAt: null });
  harness.metered(96, 40);
  expect(harness.session.pause).toBeNull();
  harness.metered(97, 1);
  expect(harness.session.pause?.reason).toBe('UNSIGNED');
});

test('before the ledger confirmed the booking no more than a first trust flows, whatever is allowed or signed', () => {
  const harness = charging(plan({ allowedCost: 1_000_000n, unsignedCost: 1_000_000n }));
  harness.do({ type: 'finality', finality: 'unconfirmed' });
  harness.metered(1_500, 400);
  harness.cosign();
  expect(harness.session.pause).toBeNull();
  harness.metered(1_000 + 1_663, 600);
  expect(harness.session.pause?.reason).toBe('UNCONFIRMED');
  expect(needed(harness)).toBeNull();
});

/** The cable is out a meter value too late: 5 Wh more flowed than the driver allowed. */
function overshot(): SessionHarness {
  const harness = charging(plan({}));
  harness.metered(1_105, 60);
  harness.answerLimit('accepted');
  harness.stopped(1_105, 'EVDisconnected');
  return harness;
}

test('the phone sleeps: ten minutes after the unplug the overshoot is waived, and the final reading is within the allowance', () => {
  const harness = overshot();
  expect(harness.finals).toEqual([]);
  expect(harness.readings.at(-1)).toMatchObject({ energyWh: 105, isFinal: false });
  expect(needed(harness)).toBe(31_500n);
  expect(driverViewOf(harness.session)?.detail).toMatchObject({ params: { waitsFor: 'SIGNATURE' } });
  // The connector is the next driver's.
  expect(isDone(harness.session)).toBe(true);
  harness.wait(599);
  expect(harness.finals).toEqual([]);
  harness.wait(1);
  expect(harness.finals).toMatchObject([{ energyWh: 100, overstaySec: 0 }]);
  expect(needed(harness)).toBeNull();
  harness.do({ type: 'allowed', cost: 60_000n }, 5);
  expect(harness.finals).toHaveLength(1);
});

test('who signs or allows it within ten minutes pays all of it', () => {
  const signed = overshot();
  signed.wait(300);
  signed.cosign();
  expect(signed.finals).toMatchObject([{ energyWh: 105 }]);
  const allowed = overshot();
  allowed.do({ type: 'allowed', cost: 31_500n }, 300);
  expect(allowed.finals).toMatchObject([{ energyWh: 105 }]);
});

test('where the driver signed for an unsigned cost nothing is waived: all of it is claimed, open to challenge', () => {
  const harness = charging(plan({ unsignedCost: 1_000_000n }));
  harness.metered(1_105, 60);
  harness.stopped(1_105, 'EVDisconnected');
  expect(harness.finals).toMatchObject([{ energyWh: 105 }]);
  expect(needed(harness)).toBe(31_500n);
});

test('nothing was allowed and nothing signed: no power, and a final reading of nothing', () => {
  const harness = new SessionHarness(plan({ allowedCost: 0n }));
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'connectorStatus', status: 'Preparing' });
  harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
  expect(harness.effects.some((effect) => effect.do === 'remoteStart')).toBe(false);
  expect(needed(harness)).toBe(367n * 300n);
  harness.do({ type: 'stopAsked' }, 60);
  expect(harness.finals).toMatchObject([{ energyWh: 0 }]);
});

const price = fc.bigInt(0n, 1_000_000n);
const drawnTariff = fc.record({
  pricePerKwh: price,
  pricePerHour: price,
  overstayPerHour: price,
  flatFee: fc.bigInt(0n, 100_000n),
  overstayReserve: fc.bigInt(0n, 200_000n),
  discountBp: fc.constant(0n),
});
const drawnLimits = fc.record({
  tariff: drawnTariff,
  cap: fc.bigInt(1n, 5_000_000n),
  unsignedCost: fc.constantFrom(0n, 100_000n),
  allowedCost: fc.bigInt(0n, 500_000n),
  firstTrustMax: fc.constant(500_000n),
});

test('a waiver: within the bound, nothing below what is co-signed, no more energy than power and time give, no more than needed', () => {
  const figure = fc.integer({ min: 0, max: 7_200 });
  fc.assert(
    fc.property(drawnLimits, fc.tuple(figure, figure, figure, figure, figure), (limits, drawn) => {
      const [leastWh, moreWh, leastSec, moreSec, overstaySec] = drawn;
      const least = { energyWh: Math.min(leastWh, 3 * leastSec), endedAt: 1_000 + leastSec, overstaySec: 0 };
      const endedAt = least.endedAt + moreSec;
      const energyWh = Math.min(least.energyWh + moreWh, Math.floor((11_000 * (endedAt - 1_000)) / 3_600));
      const figures = { energyWh: Math.max(energyWh, least.energyWh), beganAt: 1_000, endedAt, overstaySec };
      const bound = [limits.allowedCost, costOf(limits, { ...least, beganAt: 1_000 })].reduce((a, b) =>
        a > b ? a : b,
      );
      const waived = figuresWithin({ limits, maxPowerW: 11_000 }, figures, least, bound);
      expect(costOf(limits, waived)).toBeLessThanOrEqual(bound);
      expect(waived.energyWh).toBeGreaterThanOrEqual(least.energyWh);
      expect(waived.endedAt).toBeGreaterThanOrEqual(least.endedAt);
      expect(waived.energyWh).toBeLessThanOrEqual(figures.energyWh);
      expect(waived.energyWh * 3_600).toBeLessThanOrEqual(11_000 * (waived.endedAt - 1_000));
      if (costOf(limits, figures) <= bound) expect(waived).toEqual(figures);
      const oneMore = { ...waived, overstaySec: waived.overstaySec + 1 };
      const isOverstayAlone = waived.energyWh === figures.energyWh && waived.endedAt === figures.endedAt;
      if (isOverstayAlone && waived.overstaySec < overstaySec)
        expect(costOf(limits, oneMore)).toBeGreaterThan(bound);
    }),
    RUNS,
  );
});

function act(played: SessionHarness, does: string, by: bigint): void {
  const { lastReading, raisedCost } = played.session;
  if (does === 'cosign' && lastReading !== null) played.cosign();
  if (does === 'raise') played.do({ type: 'allowed', cost: raisedCost + by });
  if (does === 'confirm') played.do({ type: 'finality', finality: 'confirmed' });
}

/** A charge point that gives full power where it may, and reports its meter each 5 s. */
class Flow {
  readonly #played: SessionHarness;
  #flowedWs = 0;

  constructor(played: SessionHarness) {
    this.#played = played;
  }

  get registerWh(): number {
    return Math.floor(this.#flowedWs / 3_600);
  }

  sample(limits: Plan['limits']): void {
    const played = this.#played;
    if (played.session.phase !== 'CHARGING') return;
    played.answerLimit('accepted');
    const { pause, current } = played.session;
    const isFlowing = current.acceptedA === 16 && pause === null;
    if (isFlowing) this.#flowedWs += 11_000 * 5;
    played.metered(this.registerWh, 5);
    // Time alone costs while nothing flows.
    if (!isFlowing) return;
    expect(costOf(limits, usageOf(played.session, played.at))).toBeLessThanOrEqual(flowBound(played.session));
  }
}

test('whatever is allowed, raised and signed: at no meter value of an obeying charge point has more flowed than the bound, nor is more signed alone', () => {
  const step = fc.record({
    does: fc.constantFrom('nothing', 'cosign', 'raise', 'confirm'),
    by: fc.bigInt(0n, 200_000n),
  });
  const steps = fc.array(step, { minLength: 5, maxLength: 40, size: 'max' });
  fc.assert(
    fc.property(drawnLimits, steps, fc.boolean(), (limits, drawn, isFresh) => {
      const played = new SessionHarness({ ...PLAN, limits, sampleSec: 5 });
      played.do({ type: 'connection', connected: true });
      played.do({ type: 'connectorStatus', status: 'Preparing' });
      if (isFresh) played.do({ type: 'finality', finality: 'unconfirmed' });
      played.do({ type: 'startSecretReceived', idTag: 'TAG' });
      const flow = new Flow(played);
      for (const { does, by } of drawn) {
        act(played, does, by);
        if (played.session.phase === 'STARTING' && played.session.pause === null) played.begin(0);
        for (let sample = 0; sample < 4; sample++) flow.sample(limits);
      }
      played.do({ type: 'stopAsked' }, 5);
      if (played.session.transaction !== null) played.stopped(flow.registerWh, 'EVDisconnected');
      played.do({ type: 'tick' }, 10);
      played.do({ type: 'tick' }, 700);
      const [final] = played.finals;
      if (final !== undefined && limits.unsignedCost === 0n)
        expect(costOf(limits, final)).toBeLessThanOrEqual(payableCost(played.session));
    }),
    RUNS,
  );
});
