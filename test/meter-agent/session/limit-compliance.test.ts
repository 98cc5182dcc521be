import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignedShares } from '../../../meter-agent/connectors/current-shares.ts';
import { Site, type SiteParts } from '../../../meter-agent/connectors/site.ts';
import { readSample } from '../../../meter-agent/drivers/meter.ts';
import { Listeners } from '../../../meter-agent/lib/listeners.ts';
import type { SessionEvent } from '../../../meter-agent/session/events.ts';
import type { Effect, Plan, Session } from '../../../meter-agent/session/types.ts';
import { charging, PLAN, SessionHarness } from '../support/session-harness.ts';

const SEED = { seed: 20_261_122, numRuns: process.env.PLUGPACT_DEEP ? 1_000 : 25 };
/** Three phases of 230 V. */
const WATTS = 690;

/** Free of charge, so that nothing but the site holds it. */
const FREE = { ...PLAN.limits, tariff: { ...PLAN.limits.tariff, pricePerKwh: 0n } };
const planOf = (fullA: number): Plan => ({
  ...PLAN,
  limits: FREE,
  fullCurrentA: fullA,
  maxPowerW: fullA * WATTS,
});

/** Charging under a share of 8 A, which the charge point accepted. */
function shared(): SessionHarness {
  const harness = charging(planOf(16));
  harness.do({ type: 'share', shareA: 8 });
  harness.answerLimit('accepted');
  return harness;
}

const say = (harness: SessionHarness, powerW: number | null, afterSec: number, currentA?: number): Effect[] =>
  harness.do(
    {
      type: 'metered',
      transactionId: 1,
      registerWh: null,
      powerW,
      chargePointAt: null,
      ...(currentA && { currentA }),
    },
    afterSec,
  );

test('a charge point that draws more than it accepted in two values over 60 s is reported to the host once, and counted so', () => {
  const harness = shared();
  say(harness, 14 * WATTS, 5);
  say(harness, 14 * WATTS, 59);
  expect(harness.session.current.drawnA).toBeNull();
  say(harness, 14 * WATTS, 1);
  expect(harness.session.current.drawnA).toBe(15);
  say(harness, 15 * WATTS, 60);
  say(harness, 8 * WATTS, 60);
  expect(harness.session.current.drawnA).toBe(16);
  expect(harness.notified).toEqual(['host LIMIT_EXCEEDED']);
});

test('a tenth and 1 A more, a car that follows slowly, and values that no connector gives are no offence', () => {
  const exact = shared();
  for (let i = 0; i < 30; i++) say(exact, Math.floor(9.8 * WATTS), 10);
  const slow = shared();
  for (let i = 0; i < 30; i++) say(slow, (i % 6 === 5 ? 8 : 14) * WATTS, 10);
  const mad = shared();
  for (let i = 0; i < 30; i++) say(mad, 14_000 * WATTS, 10);
  for (const { session, notified } of [exact, slow, mad]) {
    expect(session.current.drawnA).toBeNull();
    expect(notified).toEqual([]);
  }
  const lone = charging(planOf(16));
  for (let i = 0; i < 30; i++) say(lone, 20 * WATTS, 10);
  expect(lone.session.current).toMatchObject({ over: null, drawnA: null });
});

test('amperes count before power, and energy over time where there is neither', () => {
  const amperes = shared();
  // One phase of three: 14 A, and the power of 5 A on each.
  for (let i = 0; i < 3; i++) say(amperes, 5 * WATTS, 40, 14);
  expect(amperes.session.current.drawnA).toBe(15);
  const energy = shared();
  for (let i = 1; i <= 8; i++) energy.metered(1_000 + i * 27, 10);
  // 27 Wh in 10 s are 9.7 kW.
  expect(energy.session.current.drawnA).toBe(15);
});

test('the most of the phases is read, and nothing from a current without a phase', () => {
  const current = (value: string, phase?: string) => ({
    value,
    measurand: 'Current.Import',
    unit: 'A',
    phase,
  });
  expect(readSample([current('8.9', 'L1'), current('14.99', 'L2'), current('99', 'N')]).currentA).toBe(14);
  expect(readSample([current('24')]).currentA).toBeUndefined();
  expect(readSample([current('-3', 'L1')]).currentA).toBeUndefined();
});

interface Kind {
  fullA: number;
  /** Draws all that its connector gives, whatever limit it accepted. */
  isNoncompliant: boolean;
  /** Obeys at least 0 A. */
  stops: boolean;
}

/** Charge points at one site, each with a car that takes all that it gets. */
class SimulatedSite {
  readonly plays: SessionHarness[];
  readonly drawnA: number[];
  readonly #kinds: readonly Kind[];
  readonly #site: Site;
  readonly #wh: number[];
  #transactions = 1;

  constructor(siteLimitA: number, kinds: readonly Kind[]) {
    this.#kinds = kinds;
    this.plays = kinds.map(({ fullA }, i) => {
      const plan = { ...planOf(fullA), bookingId: `0x${String(i).padStart(64, '0')}` as const };
      return new SessionHarness(plan);
    });
    this.drawnA = kinds.map(() => 0);
    this.#wh = kinds.map(() => 0);
    const sessions = {
      changes: new Listeners(),
      all: () => this.plays.map(({ session }) => session),
      apply: (bookingId: string, event: SessionEvent) => {
        const at = this.plays.findIndex(({ session }) => session.plan.bookingId === bookingId);
        this.#obey(at, this.#harness(at).do(event));
      },
    };
    const connectors = { changed: new Listeners(), all: () => [], seeHealth: () => {} };
    const parts = { siteLimitA, sessions, connectors, journal: {}, nowSec: () => this.plays[0]?.at ?? 0 };
    this.#site = new Site(parts as unknown as SiteParts);
    this.#site.review();
    kinds.forEach((_, i) => {
      this.#do(i, { type: 'connection', connected: true });
      this.#do(i, { type: 'startSecretReceived', idTag: 'TAG' });
    });
  }

  #harness(i: number): SessionHarness {
    return this.plays[i] as SessionHarness;
  }

  #do(i: number, event: Parameters<SessionHarness['do']>[0], afterSec = 0): void {
    this.#obey(i, this.#harness(i).do(event, afterSec));
    this.#site.review();
  }

  #obey(i: number, effects: Effect[]): void {
    for (const effect of effects) {
      if (effect.do === 'remoteStart') {
        this.#draw(i, effect.limitA);
        this.#do(i, { type: 'answered', command: 'start', answer: 'accepted' });
        this.#transactions += 1;
        this.#do(i, {
          type: 'transactionStarted',
          transactionId: this.#transactions,
          meterStartWh: this.#wh[i] ?? 0,
          chargePointAt: null,
        });
      } else if (effect.do === 'limit') {
        this.#draw(i, effect.limitA);
        this.#do(i, { type: 'answered', command: 'limit', limitA: effect.limitA, answer: 'accepted' });
      } else if (effect.do === 'remoteStop') {
        this.drawnA[i] = 0;
        const { transactionId } = effect;
        const meterStopWh = this.#wh[i] ?? 0;
        this.#do(i, {
          type: 'transactionStopped',
          transactionId,
          meterStopWh,
          reason: 'Remote',
          chargePointAt: null,
        });
      }
    }
  }

  #draw(i: number, limitA: number): void {
    const { fullA, isNoncompliant, stops } = this.#kinds[i] as Kind;
    this.drawnA[i] = isNoncompliant && (limitA > 0 || !stops) ? fullA : limitA;
  }

  /** 10 s, and a value of each meter. */
  step(): void {
    for (const [i, { session }] of this.plays.entries()) {
      const { transaction } = session;
      const powerW = (this.drawnA[i] ?? 0) * WATTS;
      const registerWh = (this.#wh[i] ?? 0) + Math.floor(powerW / 360);
      this.#wh[i] = registerWh;
      if (transaction === null) this.#do(i, { type: 'tick' }, 10);
      else {
        const { transactionId } = transaction;
        this.#do(i, { type: 'metered', transactionId, registerWh, powerW, chargePointAt: null }, 10);
      }
    }
  }
}

const kinds = fc.array(
  fc.record({
    fullA: fc.integer({ min: 8, max: 32 }),
    isNoncompliant: fc.boolean(),
    stops: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
);

test('whichever charge points comply: after two minutes and a half all together keep to the house connection, and stay there', () => {
  fc.assert(
    fc.property(fc.integer({ min: 6, max: 60 }), kinds, (siteLimitA, all) => {
      const site = new SimulatedSite(siteLimitA, all);
      for (let step = 1; step <= 40; step++) {
        site.step();
        const sumA = site.drawnA.reduce((sum, a) => sum + a, 0);
        // Each that does not comply is found one after the other: seen after 60 s, obeyed or stopped within 30.
        const bearableA = site.plays.reduce(
          (sum, { session }) => sum + (session.current.acceptedA ?? 0) / 10 + 1,
          0,
        );
        if (step * 10 >= 150 * all.filter(({ isNoncompliant }) => isNoncompliant).length)
          expect(sumA).toBeLessThanOrEqual(siteLimitA + bearableA);
      }
      const isHonest = (_: Session, i: number) => all[i]?.isNoncompliant === false;
      const honest = site.plays.map(({ session }) => session).filter(isHonest);
      for (const { current } of honest) expect(current.drawnA).toBeNull();
      // What is within the tolerance keeps its turn.
      const isLate = site.plays.some(
        ({ session }, i) => all[i]?.isNoncompliant && session.current.drawnA === null,
      );
      if (honest.length * 6 <= siteLimitA && !isLate)
        expect(honest.every(({ current }) => (current.acceptedA ?? 0) >= 6)).toBe(true);
    }),
    SEED,
  );
});

test('the others give way to what a charge point was seen to draw; where that is not enough, it is paused, then stopped', () => {
  const site = new SimulatedSite(22, [
    { fullA: 16, isNoncompliant: true, stops: false },
    { fullA: 16, isNoncompliant: false, stops: true },
  ]);
  site.step();
  expect(site.drawnA).toEqual([16, 11]);
  for (let i = 0; i < 9; i++) site.step();
  // Seen as 17 A, rounded up: 5 A are no use to the other.
  expect(site.drawnA).toEqual([0, 16]);
  expect(site.plays[0]?.session).toMatchObject({
    pause: { reason: 'SITE_LIMIT' },
    current: { isPausedByStop: true },
  });
  const roomy = new SimulatedSite(24, [
    { fullA: 16, isNoncompliant: true, stops: false },
    { fullA: 16, isNoncompliant: false, stops: true },
  ]);
  for (let i = 0; i < 30; i++) roomy.step();
  expect(roomy.drawnA).toEqual([16, 7]);
  expect(roomy.plays[0]?.notified).toEqual(['host LIMIT_EXCEEDED']);
});

test('what its charge point draws anyway is granted at once: it is not paused while the others still let go', () => {
  const honest = { fullA: 16, leastA: 6, heldA: 10, shareA: 10 };
  const noncompliant = { fullA: 16, leastA: 14, heldA: 14, shareA: 8 };
  expect(assignedShares(20, [honest, noncompliant])).toEqual([6, 14]);
  expect(assignedShares(19, [honest, noncompliant])).toEqual([10, 0]);
});
