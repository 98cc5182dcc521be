import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SessionEvent } from '../../../meter-agent/session/events.ts';
import { type Loose, PLAN, SessionHarness, START } from '../support/session-harness.ts';

const RUNS = { seed: 20_261_129, numRuns: process.env.PLUGPACT_DEEP ? 5_000 : 120 };

/** More than any of these charges costs. */
const RICH = { ...PLAN, limits: { ...PLAN.limits, cap: 30_000_000n, allowedCost: 30_000_000n } };
const START_WH = 5_000;
const SET_AT = START + 300;

/** How a charge point's clock shows a time; null: it was never set. */
const clocks = [
  (at: number) => at,
  (at: number) => at - 30,
  (at: number) => at - 3_600,
  (at: number) => at + 2,
  (at: number) => at + 300,
  (at: number) => at - (at % 60),
  // Set right in mid-charge.
  (at: number) => (at < SET_AT ? at - 600 : at),
  (at: number) => (at < SET_AT ? at + 600 : at),
  () => null,
];
/** How it numbers its messages: OCPP 1.6 does not, and many stations of OCPP 2 always send 0. */
const numberings = [() => null, (count: number) => count, () => 0];

const step = fc.record({
  sec: fc.integer({ min: 1, max: 40 }),
  /** Of the listed power. */
  percent: fc.integer({ min: 0, max: 100 }),
  /** What happens before it. */
  event: fc.constantFrom('none', 'none', 'none', 'cut', 'cut', 'back', 'back', 'agentRestarts', 'reboots'),
  /** How long after the connection is back a value that was stored is sent. */
  lateSec: fc.integer({ min: 0, max: 60 }),
  isSentTwice: fc.boolean(),
});
const charge = fc.record({
  startWh: fc.constantFrom(0, START_WH),
  clock: fc.constantFrom(...clocks),
  numbering: fc.constantFrom(...numberings),
  steps: fc.array(step, { minLength: 5, maxLength: 45, size: 'max' }),
});
type Charge = typeof charge extends fc.Arbitrary<infer T> ? T : never;

interface Arrival {
  at: number;
  event: Loose<SessionEvent>;
}

/** A charge point with an honest register, and what the agent hears of it, in the order in which it does. */
class BufferingChargePoint {
  readonly arrivals: Arrival[] = [];
  readonly registerAt: { at: number; wh: number }[];
  at = START;
  registerWh: number;
  readonly #charge: Charge;
  #isAway = false;
  #transactionId = 1;
  #count = 0;
  #stored: { event: Loose<SessionEvent>; lateSec: number }[] = [];

  constructor(played: Charge) {
    this.#charge = played;
    this.registerWh = played.startWh;
    this.registerAt = [{ at: START, wh: played.startWh }];
    this.#begin();
    for (const { sec, percent, event, lateSec, isSentTwice } of played.steps) {
      this.#happens(event, lateSec);
      this.at += sec;
      this.registerWh += Math.floor((PLAN.maxPowerW * sec * percent) / 360_000);
      this.registerAt.push({ at: this.at, wh: this.registerWh });
      this.#value(lateSec);
      if (isSentTwice && !this.#isAway) this.#send(this.arrivals.at(-1)!.event, 0);
    }
    this.#connect();
    // Everything that was stored has been sent.
    this.at += 61;
    this.#stop('Local', 0);
    this.arrivals.sort((a, b) => a.at - b.at);
  }

  #happens(event: Charge['steps'][number]['event'], lateSec: number): void {
    if (event === 'cut') this.#cut();
    else if (event === 'back') this.#connect();
    else if (event === 'agentRestarts' && !this.#isAway) {
      this.#cut();
      this.#connect();
    } else if (event === 'reboots' && !this.#isAway) {
      // It stores the end of its transaction, and begins again at once.
      this.#cut();
      this.at += 5;
      this.#stop('PowerLoss', Math.min(lateSec, 20));
      this.#connect();
      this.#transactionId += 1;
      this.#count = 0;
      this.at += 1;
      this.#begin();
      this.at += 21;
    }
  }

  #cut(): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.arrivals.push({ at: this.at, event: { type: 'connection', connected: false } });
  }

  #connect(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.at += 1;
    this.arrivals.push({ at: this.at, event: { type: 'connection', connected: true } });
    for (const { event, lateSec } of this.#stored.splice(0)) this.#send(event, lateSec);
  }

  #send(event: Loose<SessionEvent>, lateSec: number): void {
    if (this.#isAway) this.#stored.push({ event, lateSec });
    else this.arrivals.push({ at: this.at + lateSec, event });
  }

  #of() {
    const { clock, numbering } = this.#charge;
    const transactionId = this.#transactionId;
    return { transactionId, chargePointAt: clock(this.at) ?? 30, seqNo: numbering(this.#count++) };
  }

  #begin(): void {
    this.#send({ type: 'transactionStarted', meterStartWh: this.registerWh, ...this.#of() }, 0);
  }

  #value(lateSec: number): void {
    const value = { registerWh: this.registerWh, powerW: null };
    this.#send({ type: 'metered', ...value, ...this.#of() }, this.#isAway ? lateSec : 0);
  }

  #stop(reason: string, lateSec: number): void {
    this.#send({ type: 'transactionStopped', meterStopWh: this.registerWh, reason, ...this.#of() }, lateSec);
  }
}

const countedWh = ({ session }: SessionHarness): number =>
  session.doneWh + (session.transaction?.register.creditedWh ?? 0);

test('live and stored values of an honest register, in any order: never above it, and all of it at the end', () => {
  fc.assert(
    fc.property(charge, (played) => {
      const chargePoint = new BufferingChargePoint(played);
      const harness = new SessionHarness(RICH);
      harness.do({ type: 'connectorStatus', status: 'Preparing' });
      harness.do({ type: 'connection', connected: true });
      harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
      const allWh = chargePoint.registerWh - played.startWh;
      for (const { at, event } of chargePoint.arrivals) {
        harness.at = at;
        // The stop adds nothing that the values have not shown.
        if (at === chargePoint.at) expect(countedWh(harness)).toBe(allWh);
        harness.do(event);
        const shownWh = chargePoint.registerAt.findLast((known) => known.at <= at)?.wh ?? 0;
        expect(countedWh(harness)).toBeLessThanOrEqual(shownWh - played.startWh);
      }
      expect(harness.session.transaction).toBeNull();
      expect(countedWh(harness)).toBe(allWh);
      expect(harness.session.aboveStopWh).toBe(0);
      expect(harness.effects.filter((effect) => effect.do === 'note')).toEqual([]);
    }),
    RUNS,
  );
});
