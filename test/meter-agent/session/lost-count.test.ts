import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quick } from '../support/obeying-charge-point.ts';
import { PLAN, type SessionHarness } from '../support/session-harness.ts';

const RUNS = { seed: 20_261_130, numRuns: process.env.PLUGPACT_DEEP ? 5_000 : 40 };

const START_WH = 1_000;
const POWER_W = 2_300;
const REPORT_SEC = 10;
const RICH = {
  ...PLAN,
  maxPowerW: POWER_W,
  sampleSec: REPORT_SEC,
  limits: { ...PLAN.limits, cap: 30_000_000n },
};

/** A plug with an honest meter that loses its mains, and its count with it, and a driver who signs everything. */
class Plug {
  readonly harness: SessionHarness;
  limitA = 16;
  flowedWs = 0;
  /** What its meter counts from. */
  #baseWs = -START_WH * 3_600;

  constructor() {
    this.harness = quick(RICH);
    this.#obey();
  }

  get registerWh(): number {
    return Math.floor((this.flowedWs - this.#baseWs) / 3_600);
  }

  get billedWh(): number {
    const { doneWh, transaction } = this.harness.session;
    return doneWh + (transaction?.register.creditedWh ?? 0);
  }

  #obey(): void {
    for (const effect of this.harness.effects.splice(0)) {
      if (effect.do !== 'limit') continue;
      this.limitA = effect.limitA;
      this.harness.do({ type: 'answered', command: 'limit', limitA: effect.limitA, answer: 'accepted' });
    }
  }

  second(): void {
    if (this.limitA > 0) this.flowedWs += POWER_W;
    this.harness.wait(1);
    this.#obey();
    expect(this.billedWh).toBeLessThanOrEqual(this.flowedWs / 3_600);
  }

  /** With the time at which it came, as the agent's driver of such plugs gives it. */
  meter(registerWh: number): void {
    const chargePointAt = this.harness.at;
    this.harness.do({ type: 'metered', transactionId: 1, registerWh, powerW: null, chargePointAt });
    this.#obey();
  }

  report(): void {
    this.meter(this.registerWh);
    const { lastReading, cosigned } = this.harness.session;
    if (lastReading !== null && lastReading.seq !== cosigned?.seq) this.harness.cosign();
    this.#obey();
    expect(this.billedWh).toBeLessThanOrEqual(this.flowedWs / 3_600);
  }

  charge(seconds: number): void {
    for (let sec = 1; sec <= seconds; sec++) {
      this.second();
      if (sec % REPORT_SEC === 0) this.report();
    }
  }

  /** Nobody hears of it until its broker misses it. It comes back switched off, its meter at another count. */
  loseMains(seenAfterSec: number, awaySec: number, registerWh: number): void {
    for (let sec = 0; sec < seenAfterSec; sec++) this.harness.wait(1);
    this.harness.do({ type: 'connection', connected: false });
    this.limitA = 0;
    for (let sec = 0; sec < awaySec; sec++) this.harness.wait(1);
    this.#baseWs = this.flowedWs - registerWh * 3_600;
    this.harness.effects.length = 0;
    this.harness.do({ type: 'connection', connected: true });
    this.#obey();
  }
}

const outage = fc.record({
  chargedSec: fc.integer({ min: 30, max: 300 }),
  unseenSec: fc.integer({ min: 0, max: 5 }),
  seenAfterSec: fc.integer({ min: 0, max: 40 }),
  awaySec: fc.integer({ min: 1, max: 900 }),
  /** Of the count before: a meter may come back with an older one that it had stored. */
  storedPercent: fc.constantFrom(0, 0, 0, 60, 95, 100),
  silentSec: fc.integer({ min: 0, max: 90 }),
});

test('a plug that lost its mains, for however long, and its count is switched on and billed from there, never a Wh above', () => {
  fc.assert(
    fc.property(fc.array(outage, { minLength: 1, maxLength: 3 }), (outages) => {
      const plug = new Plug();
      for (const { chargedSec, unseenSec, seenAfterSec, awaySec, storedPercent, silentSec } of outages) {
        plug.charge(chargedSec);
        for (let sec = 0; sec < unseenSec; sec++) plug.second();
        plug.loseMains(seenAfterSec, awaySec, Math.floor((plug.registerWh * storedPercent) / 100));
        for (let sec = 0; sec < silentSec; sec++) plug.second();
        plug.report();
        const [billedWh, registerWh] = [plug.billedWh, plug.registerWh];
        plug.charge(60);
        expect(plug.harness.session.pause).toBeNull();
        expect(plug.registerWh).toBeGreaterThan(registerWh);
        // Its own difference. A count that comes back a little lower soon passes the old one: from there on it counts.
        const moreWh = storedPercent > 0 ? 1 : plug.registerWh - registerWh;
        expect(plug.billedWh - billedWh).toBeGreaterThanOrEqual(moreWh);
      }
    }),
    RUNS,
  );
});

test('a value after a silent meter’s pause shows what rose before it, and is no charge point that goes on', () => {
  const plug = new Plug();
  plug.charge(88);
  plug.loseMains(11, 5, plug.registerWh);
  for (let sec = 0; sec < 71; sec++) plug.second();
  expect(plug.harness.session.pause?.reason).toBe('METER_SILENT');
  plug.report();
  expect(plug.harness.session.current.isPausedByStop).toBe(false);
  expect(plug.limitA).toBe(16);
});

test('a meter that lost its count and stays there while power flows is paused as a silent one', () => {
  const plug = new Plug();
  plug.charge(120);
  plug.loseMains(0, 600, 0);
  const stuck = () => plug.meter(0);
  stuck();
  expect(plug.harness.session.pause).toBeNull();
  for (let sec = 1; sec <= 600; sec++) {
    plug.second();
    if (sec % REPORT_SEC === 0) stuck();
  }
  expect(plug.harness.session.pause?.reason).toBe('METER_SILENT');
  expect(plug.limitA).toBe(0);
});
