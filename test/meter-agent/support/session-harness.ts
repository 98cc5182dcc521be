import type { Answer } from '../../../meter-agent/drivers/driver.ts';
import { fromJson, toJson } from '../../../meter-agent/journal/json.ts';
import type { SessionEvent } from '../../../meter-agent/session/events.ts';
import { newSession, transition } from '../../../meter-agent/session/transitions.ts';
import type { Effect, Plan, Session } from '../../../meter-agent/session/types.ts';

export const START = 1_800_000_000;
export const END = START + 3_600;
export const CLOSES = END + 900;

/** 0.30 per kWh with 6 decimals: 100 Wh cost 30,000, 5,000 Wh cost 1,500,000. */
export const PLAN: Plan = {
  bookingId: `0x${'ab'.repeat(32)}`,
  listingId: `0x${'cd'.repeat(32)}`,
  chargePointId: 'CP1',
  connectorId: 1,
  driver: `0x${'12'.repeat(20)}`,
  sessionKey: `0x${'11'.repeat(20)}`,
  limits: {
    tariff: {
      pricePerKwh: 300_000n,
      pricePerHour: 0n,
      overstayPerHour: 0n,
      flatFee: 0n,
      overstayReserve: 0n,
      discountBp: 0n,
    },
    cap: 3_000_000n,
    unsignedCost: 1_500_000n,
    allowedCost: 30_000n,
    firstTrustMax: 500_000n,
  },
  maxPowerW: 11_000,
  fullCurrentA: 16,
  sampleSec: 1,
  times: {
    opens: START - 900,
    start: START,
    end: END,
    closes: CLOSES,
    freeUntil: START - 900,
    noShowFrom: START + 1_800,
    reportBy: CLOSES + 600,
  },
};

export type Loose<T> = T extends unknown ? Omit<T, 'at'> : never;

/** Plays events against one session; each on the journal's own terms: pure, and back from JSON. */
export class SessionHarness {
  session: Session;
  at = START;
  effects: Effect[] = [];

  constructor(plan: Plan = PLAN) {
    this.session = newSession(plan);
  }

  do(event: Loose<SessionEvent>, afterSec = 0): Effect[] {
    this.at += afterSec;
    const step = transition(fromJson<Session>(toJson(this.session)), {
      ...event,
      at: this.at,
    } as SessionEvent);
    this.session = step.session;
    this.effects.push(...step.effects);
    return step.effects;
  }

  wait(seconds: number): Effect[] {
    return Array.from({ length: seconds }, () => this.do({ type: 'tick' }, 1)).flat();
  }

  /** Time goes on, and the meter says the same every 10 s. */
  idle(seconds: number, registerWh = 1_000): Effect[] {
    const tens = Array.from({ length: Math.floor(seconds / 10) }, () => [
      ...this.wait(9),
      ...this.metered(registerWh, 1),
    ]);
    return [...tens.flat(), ...this.wait(seconds % 10)];
  }

  metered(registerWh: number, afterSec = 0): Effect[] {
    return this.do(
      { type: 'metered', transactionId: 1, registerWh, powerW: null, chargePointAt: null },
      afterSec,
    );
  }

  stopped(meterStopWh: number, reason: string | null = 'Remote', transactionId = 1): Effect[] {
    return this.do({ type: 'transactionStopped', transactionId, meterStopWh, reason, chargePointAt: null });
  }

  begin(meterStartWh = 1_000, transactionId = 1): Effect[] {
    return this.do({ type: 'transactionStarted', transactionId, meterStartWh, chargePointAt: null });
  }

  /** The charge point answers to the newest wish for a limit. */
  answerLimit(answer: Answer): Effect[] {
    const limits = this.effects.flatMap((e) => (e.do === 'limit' ? [e.limitA] : []));
    const limitA = limits.at(-1);
    if (limitA === undefined) throw new Error('no limit was asked for');
    return this.do({ type: 'answered', command: 'limit', limitA, answer });
  }

  /** Co-signs the newest reading, as the driver's device would. */
  cosign(): Effect[] {
    const { lastReading } = this.session;
    if (lastReading === null) throw new Error('nothing to co-sign');
    return this.do({ type: 'cosigned', ...lastReading });
  }

  get readings() {
    return this.effects.flatMap((e) => (e.do === 'reading' ? [e.facts] : []));
  }

  /** What people were told. */
  get notified() {
    return this.effects.flatMap((e) => (e.do === 'notify' ? [`${e.to} ${e.code}`] : []));
  }

  get finals() {
    return this.readings.filter((r) => r.isFinal);
  }
}

/** Charging at 1,000 Wh register, seq 0 co-signed, the charge point holds 16 A. */
export function charging(plan: Plan = PLAN, harness = new SessionHarness(plan)): SessionHarness {
  harness.do({ type: 'connectorStatus', status: 'Preparing' });
  harness.do({ type: 'connection', connected: true });
  harness.do({ type: 'startSecretReceived', idTag: 'TAG' });
  harness.begin();
  harness.answerLimit('accepted');
  harness.cosign();
  return harness;
}

const SAID = new Set<Effect['do']>(['reading', 'note', 'notify']);

/** What the charge point was asked for. */
export const commands = (effects: Effect[]) => effects.map((e) => e.do).filter((d) => !SAID.has(d));
