import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toJson } from '../../../meter-agent/journal/json.ts';
import type { SessionEvent } from '../../../meter-agent/session/events.ts';
import { usageOf } from '../../../meter-agent/session/readings.ts';
import type { Effect, Plan, Session } from '../../../meter-agent/session/types.ts';
import { unmeteredWh } from '../../../meter-agent/session/unmetered.ts';
import { costRoundedDown } from '../../../protocol/cost.ts';
import { isKnownNotice } from '../../../protocol/notices.ts';
import { BLOCK_REASONS } from '../../../protocol/session.ts';
import { type Loose, PLAN, SessionHarness } from '../support/session-harness.ts';

const RUNS = { seed: 20_261_122, numRuns: process.env.PLUGPACT_DEEP ? 3_000 : 90 };

/** Time has a price, too. */
const TARIFF = {
  ...PLAN.limits.tariff,
  pricePerHour: 100_000n,
  flatFee: 5_000n,
  overstayPerHour: 2_000_000n,
};
const PRICED: Plan = {
  ...PLAN,
  limits: { ...PLAN.limits, tariff: { ...TARIFF, overstayReserve: 200_000n }, cap: 900_000n },
};

const transactionId = fc.integer({ min: 1, max: 2 });
const wh = fc.integer({ min: 0, max: 4_000 });
const chargePoint = fc.constantFrom('accepted' as const, 'refused' as const, 'unreachable' as const);
const status = fc.constantFrom(
  'Available' as const,
  'Preparing' as const,
  'Charging' as const,
  'SuspendedEV' as const,
  'SuspendedEVSE' as const,
  'Finishing' as const,
  'Faulted' as const,
);
const reason = fc.constantFrom('Reboot', 'Remote', 'EVDisconnected', 'Local', null);
const kept = { chargePointAt: fc.constantFrom(null, 0, 1_800_000_100, 1_800_000_900) };
const just = <const T extends string>(type: T) => fc.record({ type: fc.constant(type) });
const is = <const T extends string>(type: T) => ({ type: fc.constant(type) });

/** Anything that a charge point, a driver, the ledger and the site can do, in any order. */
const event: fc.Arbitrary<Loose<SessionEvent> | { type: 'cosignNewest' }> = fc.oneof(
  fc.record({ ...is('startSecretReceived'), idTag: fc.constant('TAG') }),
  fc.record({ ...is('connection'), connected: fc.boolean() }),
  fc.record({ ...is('connectorStatus'), status }),
  fc.record({ ...is('fault'), errorCode: fc.constantFrom('WeakSignal', 'GroundFailure'), status }),
  fc.record({ ...is('transactionStarted'), transactionId, meterStartWh: wh, ...kept }),
  {
    weight: 6,
    arbitrary: fc.record({
      ...is('metered'),
      transactionId,
      registerWh: wh,
      powerW: fc.constantFrom(null, 0, 9_000),
      ...kept,
    }),
  },
  fc.record({
    ...is('transactionStopped'),
    transactionId,
    meterStopWh: fc.option(wh, { freq: 9 }),
    reason,
    ...kept,
  }),
  { weight: 3, arbitrary: just('cosignNewest') },
  fc.record({
    ...is('answered'),
    command: fc.constantFrom('start' as const, 'stop' as const),
    answer: chargePoint,
  }),
  fc.record({
    ...is('answered'),
    command: fc.constantFrom('reserve' as const, 'cancelReservation' as const, 'readMeter' as const),
    answer: chargePoint,
  }),
  fc.record({
    ...is('answered'),
    command: fc.constant('limit' as const),
    limitA: fc.constantFrom(0, 8, 16),
    answer: chargePoint,
  }),
  fc.record({ ...is('share'), shareA: fc.constantFrom(null, 0, 8, 40) }),
  fc.record({ ...is('randomDelay'), maxSec: fc.constantFrom(0, 30, 600) }),
  fc.record({ ...is('adjacentBooking'), until: fc.constantFrom(null, 1_800_000_300) }),
  fc.record({ ...is('reservable'), reservationId: fc.constant(7), idTag: fc.constant('RANDOM') }),
  fc.record({ ...is('blocked'), reason: fc.constantFrom(...BLOCK_REASONS) }),
  just('unblocked'),
  fc.record({
    ...is('finality'),
    finality: fc.constantFrom('confirmed' as const, 'unconfirmed' as const, 'missing' as const),
  }),
  { weight: 4, arbitrary: just('tick') },
);
/** Rare ends, so that most storms have a long middle. */
const end = fc.constantFrom(
  ...(['stopAsked', 'followed', 'ledgerEnded', 'ledgerLost'] as const).map((type) => ({ type })),
);
const storms = fc.array(
  fc.tuple(
    fc.oneof({ weight: 60, arbitrary: event }, { weight: 1, arbitrary: end }),
    fc.integer({ min: 0, max: 40 }),
  ),
  { minLength: 20, maxLength: 120, size: 'max' },
);

function harness(storm: readonly (readonly [Loose<SessionEvent> | { type: 'cosignNewest' }, number])[]) {
  const played = new SessionHarness(PRICED);
  played.do({ type: 'connection', connected: true });
  played.do({ type: 'startSecretReceived', idTag: 'TAG' });
  for (const [happening, afterSec] of storm) {
    const before = played.session;
    let effects: Effect[] = [];
    if (happening.type !== 'cosignNewest') effects = played.do(happening, afterSec);
    else if (played.session.lastReading !== null) effects = played.cosign();
    else continue;
    // An end that the ledger took back is none.
    const isEnded = before.phase === 'ENDED' && happening.type !== 'ledgerLost';
    expectRules(played, effects, before.stopCause !== null || isEnded);
  }
  return played;
}

/** What holds after every event. */
function expectRules(played: SessionHarness, effects: Effect[], wasOver: boolean): void {
  const { session } = played;
  for (const effect of effects) {
    if (effect.do === 'notify') expect([effect, isKnownNotice(effect)]).toEqual([effect, true]);
    if (effect.do === 'remoteStart') expectStart(session, effect.limitA, wasOver);
    if (effect.do === 'limit') expectLimit(session, effect.limitA);
  }
  if (session.phase !== 'CHARGING') return;
  expectPause(session, played.at);
  expectRhythm(session, played.at);
}

function expectStart(session: Session, limitA: number, wasOver: boolean): void {
  expect(wasOver || session.stopCause !== null || session.pause !== null).toBe(false);
  expectLimit(session, limitA);
}

function expectLimit({ plan, current, pause }: Session, limitA: number): void {
  const fullA = Math.min(plan.fullCurrentA, current.shareA ?? plan.fullCurrentA);
  expect(limitA).toBe(pause === null ? fullA : 0);
}

/** Rule 4: a pause before the bound of rule 1 is exceeded, seen or not; for that reason only then. */
function expectPause(session: Session, at: number): void {
  const { plan, pause, finality, raisedCost } = session;
  const { allowedCost: booked, unsignedCost, firstTrustMax, tariff, cap } = plan.limits;
  const usage = usageOf(session, at);
  const costOf = (of: typeof usage) => costRoundedDown({ ...tariff, overstayReserve: 0n }, of, 1n << 60n);
  const allowed = max(booked, raisedCost);
  const signed = session.cosigned?.cost ?? 0n;
  const proven = max(signed - tariff.flatFee, 0n);
  const confirmed = max(allowed, signed + min(unsignedCost, proven));
  const bound = min(finality === 'unconfirmed' ? min(allowed, firstTrustMax) : confirmed, cap);
  if (costOf(usage) > bound && bound < cap - tariff.overstayReserve) expect(pause).not.toBeNull();
  if (pause === null || !TRUST.has(pause.reason)) return;
  const aheadWh = Math.ceil((plan.maxPowerW * 2 * plan.sampleSec) / 3_600);
  const energyWh = usage.energyWh + Math.max(aheadWh, 2 * unmeteredWh(session, at));
  const ahead = { ...usage, energyWh, endedAt: usage.endedAt + 2 * plan.sampleSec };
  expect(costOf(ahead) > bound - 3n).toBe(true);
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const TRUST = new Set<string>(['UNSIGNED', 'UNCONFIRMED', 'METER_SILENT']);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Rule 4: what is new since the last reading is less than a reading's worth. */
function expectRhythm(session: Session, at: number): void {
  const { lastReading, cosigned, pause } = session;
  const usage = usageOf(session, at);
  const isDoubted = pause?.reason === 'UNSIGNED' || pause?.reason === 'METER_SILENT';
  const isLater = (cosigned?.energyWh ?? 0) > 0 && !isDoubted;
  const rhythm = isLater ? { energyWh: 250, timeSec: 60 } : { energyWh: 25, timeSec: 10 };
  const sinceSec = usage.endedAt - (lastReading?.endedAt ?? 0);
  // One a second is enough.
  if (sinceSec < 1) return;
  const { tariff, cap } = session.plan.limits;
  const isSame =
    usage.energyWh === lastReading?.energyWh && costRoundedDown(tariff, usage, cap) === lastReading.cost;
  // A charge point that delays its power: that time is not billed, and nothing is new.
  if (isSame && (session.randomDelay !== null || session.unbilledSec > 0)) return;
  expect(usage.energyWh - (lastReading?.energyWh ?? 0)).toBeLessThan(rhythm.energyWh);
  expect(sinceSec).toBeLessThan(rhythm.timeSec);
}

test('storms of events: pauses, limits and readings by rule 4 at every step; never a start after the end', () => {
  fc.assert(
    fc.property(storms, (storm) => void harness(storm)),
    RUNS,
  );
});

test('storms of events: seq rises by one, final is last and once, and no more is billed than power, time and cap allow', () => {
  fc.assert(
    fc.property(storms, (storm) => {
      const { readings } = harness(storm);
      readings.forEach((reading, index) => {
        const before = readings[index - 1];
        expect(reading.seq).toBe(index);
        expect(reading.endedAt).toBeGreaterThanOrEqual(reading.beganAt);
        expect(reading.endedAt).toBeLessThanOrEqual(PRICED.times.closes);
        const wattSec = PRICED.maxPowerW * (reading.endedAt - reading.beganAt);
        expect(reading.energyWh * 3_600).toBeLessThanOrEqual(wattSec);
        expect(costRoundedDown(PRICED.limits.tariff, reading, PRICED.limits.cap)).toBeLessThanOrEqual(
          PRICED.limits.cap,
        );
        if (before === undefined) return;
        expect(before.isFinal).toBe(false);
        if (reading.isFinal) return;
        expect(reading.energyWh).toBeGreaterThanOrEqual(before.energyWh);
        expect(reading.endedAt).toBeGreaterThanOrEqual(before.endedAt);
        // One at 0 Wh and 0 s, before the transaction, only asks for a signature.
        if (before.endedAt === before.beganAt) return;
        // The time that a charge point delays is taken from the beginning; what was billed stays billed.
        expect(reading.beganAt).toBeGreaterThanOrEqual(before.beganAt);
        const billedSec = reading.endedAt - reading.beganAt;
        expect(billedSec).toBeGreaterThanOrEqual(before.endedAt - before.beganAt);
      });
    }),
    RUNS,
  );
});

test('the same events make the same session, effects and all', () => {
  fc.assert(
    fc.property(storms, (storm) => {
      const [first, second] = [harness(storm), harness(storm)];
      expect(toJson(second.session)).toBe(toJson(first.session));
      expect(toJson(second.effects)).toBe(toJson(first.effects));
    }),
    { ...RUNS, numRuns: RUNS.numRuns / 3 },
  );
});

/** A charge point that does what it is asked. */
function obey(played: SessionHarness, effects: Effect[]): void {
  for (const effect of effects) {
    if (effect.do === 'limit') {
      obey(
        played,
        played.do({ type: 'answered', command: 'limit', limitA: effect.limitA, answer: 'accepted' }),
      );
    } else if (effect.do === 'remoteStop') {
      obey(played, played.do({ type: 'answered', command: 'stop', answer: 'accepted' }));
      const meterStopWh = played.session.transaction?.register.lastWh ?? 0;
      obey(played, played.stopped(meterStopWh, 'Remote', effect.transactionId));
    }
  }
}

test('whatever went before, a charge point that obeys again brings every session to one end, and then all is quiet', () => {
  fc.assert(
    fc.property(storms, (storm) => {
      const played = harness(storm);
      obey(played, played.do({ type: 'finality', finality: 'confirmed' }));
      obey(played, played.do({ type: 'connection', connected: true }));
      while (played.at < PRICED.times.reportBy) obey(played, played.do({ type: 'tick' }, 60));
      const { phase, transaction } = played.session;
      expect(['FINAL', 'ENDED']).toContain(phase);
      // Without a cable there is nothing to sign.
      const isSigned = played.session.cableSeenAt !== null || played.session.isFinalMade;
      if (phase === 'FINAL') expect(played.finals).toHaveLength(isSigned ? 1 : 0);
      expect(transaction).toBeNull();
      expect(played.wait(90)).toEqual([]);
    }),
    { ...RUNS, numRuns: RUNS.numRuns / 3 },
  );
});
