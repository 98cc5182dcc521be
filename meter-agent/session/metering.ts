import { withCompliance } from './limit-compliance.ts';
import { isOver } from './phases.ts';
import {
  type Bounds,
  type Credit,
  credit,
  creditStop,
  openRegister,
  type RegisterAnomaly,
} from './register.ts';
import type { Effect, OpenTransaction, Session, SessionEvent } from './types.ts';
import { allMetered, stillUnmetered } from './unmetered.ts';

/** Tolerance of the power bound, for clocks and coarse registers; billing keeps to the listed power exactly. */
const POWER_SLACK = { percent: 110, energyWh: 100 };

/** Energy later than this after a status "cable unplugged" disproves that status. */
const LAST_VALUE_SEC = 2;

/** Stop reasons that charge points give when the agent asked for the stop. */
const OUR_STOP_REASONS = new Set<string | null>(['Remote', 'Other', null]);
/** Stop reasons after which the same car goes on: the charge point restarted. */
const RESTART_REASONS = new Set(['PowerLoss', 'Reboot', 'HardReset', 'SoftReset']);

/** A new transaction: the charge point has not received any limit for it yet. */
const FRESH = {
  acceptedA: null,
  isUnsure: false,
  isRefused: false,
  isPausedByStop: false,
  over: null,
} as const;

/**
 * A charge point's clock counts for messages that it kept while it was disconnected, and only where it is possible:
 * not before the last billed time, not after it reconnected. What arrives over an established connection happens now.
 */
function plausibleTime(s: Session, at: number, chargePointAt: number | null): number {
  return chargePointAt !== null && chargePointAt >= s.billedUntil && chargePointAt < s.connectedAt
    ? chargePointAt
    : at;
}

export function started(s: Session, event: Extract<SessionEvent, { type: 'transactionStarted' }>): Session {
  if (s.phase !== 'STARTING' && s.phase !== 'CHARGING') return s;
  const beganAt = plausibleTime(s, event.at, event.chargePointAt);
  // An open one here was forgotten by the charge point: its energy so far stays.
  const doneWh = s.doneWh + (s.transaction?.register.creditedWh ?? 0);
  const register = openRegister(event.meterStartWh);
  return {
    ...s,
    phase: 'CHARGING',
    transaction: { transactionId: event.transactionId, beganAt, register },
    doneWh,
    beganAt: s.beganAt ?? beganAt,
    cableSeenAt: s.cableSeenAt ?? event.at,
    registers: { beginWh: s.registers?.beginWh ?? event.meterStartWh, endWh: event.meterStartWh },
    billedUntil: beganAt,
    unmetered: stillUnmetered(s, event.at, beganAt),
    flowedAt: event.at,
    current: { ...s.current, ...FRESH },
    unpluggedAt: null,
    askedAt: { ...s.askedAt, limit: 0, limitA: null },
  };
}

/** What listed power × time allows, with tolerance: since the transaction began, and since the previous value. */
function boundsOf(s: Session, transaction: OpenTransaction, at: number, billedUntil: number): Bounds {
  const within = (sec: number) =>
    Math.floor((s.plan.maxPowerW * Math.max(0, sec) * POWER_SLACK.percent) / 360_000) + POWER_SLACK.energyWh;
  return { limitWh: within(at - transaction.beganAt), stepWh: within(billedUntil - s.billedUntil) };
}

/** The register is where it should be, or continues from its present value. */
const isBelieved = ({ anomaly }: Credit): boolean => anomaly === null || anomaly === 'register.rebased';

function note(effects: Effect[], anomaly: RegisterAnomaly | null, registerWh: number): void {
  if (anomaly !== null) effects.push({ do: 'note', anomaly, registerWh });
}

export function metered(
  s: Session,
  event: Extract<SessionEvent, { type: 'metered' }>,
  effects: Effect[],
): Session {
  const { transaction } = s;
  if (transaction === null || transaction.transactionId !== event.transactionId || isOver(s)) return s;
  const { at, registerWh } = event;
  const powerW = event.powerW ?? s.powerW;
  const flowedAt = event.powerW !== null && event.powerW > 0 ? at : s.flowedAt;
  const currentA = event.currentA ?? null;
  if (registerWh === null) {
    const next = { ...s, powerW, flowedAt, meteredAt: at };
    return withCompliance(next, { at, powerW: event.powerW, currentA }, effects);
  }
  const billedUntil = plausibleTime(s, at, event.chargePointAt);
  const bounds = boundsOf(s, transaction, at, billedUntil);
  const credited = credit(transaction.register, registerWh, bounds);
  const { register, anomaly } = credited;
  note(effects, anomaly, registerWh);
  const spanSec = billedUntil - s.billedUntil;
  const moreWh = register.creditedWh - transaction.register.creditedWh;
  const derivedW = event.powerW === null && spanSec > 0 ? Math.round((moreWh * 3_600) / spanSec) : powerW;
  const next = {
    ...s,
    transaction: { ...transaction, register },
    registers: { beginWh: s.registers?.beginWh ?? register.startWh, endWh: register.lastWh },
    unpluggedAt: moreWh > 0 ? stillUnplugged(s, billedUntil) : s.unpluggedAt,
    billedUntil,
    unmetered: isBelieved(credited) ? allMetered(billedUntil) : s.unmetered,
    powerW: derivedW,
    flowedAt: moreWh > 0 ? at : flowedAt,
    meteredAt: at,
  };
  return withCompliance(
    next,
    { at, powerW: isBelieved(credited) || event.powerW !== null ? derivedW : null, currentA },
    effects,
  );
}

/** Charge points that boot during a charge, or report their states in a row, may end with a wrong Available. */
function stillUnplugged({ unpluggedAt, stopCause }: Session, flowedAt: number): number | null {
  const isBelied = unpluggedAt !== null && flowedAt - unpluggedAt > LAST_VALUE_SEC;
  return isBelied && stopCause === null ? null : unpluggedAt;
}

export function stopped(
  s: Session,
  event: Extract<SessionEvent, { type: 'transactionStopped' }>,
  effects: Effect[],
): Session {
  const { transaction } = s;
  if (transaction === null || transaction.transactionId !== event.transactionId) return s;
  // Ended on the ledger with power still flowing: nothing more is billed. What was billed stays, in case the ledger
  // loses the end.
  if (isOver(s)) return { ...s, transaction: null, doneWh: s.doneWh + transaction.register.creditedWh };
  const stoppedAt = plausibleTime(s, event.at, event.chargePointAt);
  const bounds = boundsOf(s, transaction, event.at, stoppedAt);
  const meterStopWh = event.meterStopWh ?? transaction.register.lastWh;
  const credited = creditStop(transaction.register, meterStopWh, bounds);
  const { register, anomaly } = credited;
  note(effects, anomaly, meterStopWh);
  const isKnown = event.meterStopWh !== null && isBelieved(credited);
  const closed = {
    ...s,
    transaction: null,
    doneWh: s.doneWh + register.creditedWh,
    registers: { beginWh: s.registers?.beginWh ?? register.startWh, endWh: register.lastWh },
    billedUntil: stoppedAt,
    unmetered: isKnown ? allMetered(stoppedAt) : stillUnmetered(s, event.at),
    powerW: 0,
    current: { ...s.current, ...FRESH },
  };
  return afterStop(s, closed, event.reason, event.at, stoppedAt);
}

/** What the end of a transaction means: the end of the session, a pause, or a power failure of the charge point. */
function afterStop(
  s: Session,
  closed: Session,
  reason: string | null,
  at: number,
  stoppedAt: number,
): Session {
  const gone = reason === 'EVDisconnected';
  const unpluggedAt = gone ? stoppedAt : s.unpluggedAt;
  // The slot may have ended while the charge point was disconnected: overstay still ends when the cable was
  // unplugged.
  if (s.stopCause !== null) return { ...closed, phase: 'UNPLUGGING', stoppedAt, unpluggedAt };
  if (s.current.isPausedByStop && OUR_STOP_REASONS.has(reason)) {
    // Started again as soon as no pause is left.
    const current = { ...closed.current, isPausedByStop: true };
    return { ...closed, phase: 'STARTING', current, startAnswer: null, askedAt: { ...s.askedAt, start: 0 } };
  }
  if (RESTART_REASONS.has(reason ?? '')) {
    // It may resume by itself; if it does not, it is started again.
    return { ...closed, phase: 'STARTING', startAnswer: null, askedAt: { ...s.askedAt, start: at } };
  }
  const stopCause = gone ? 'unplugged' : 'wallbox';
  return { ...closed, phase: 'UNPLUGGING', stopCause, unpluggedAt, stoppedAt };
}
