import type { SessionEvent } from './events.ts';
import { withCompliance } from './limit-compliance.ts';
import { notify } from './notices.ts';
import { orderOf, positionOf } from './own-order.ts';
import { isOver } from './phases.ts';
import { deliveredWh } from './recovery.ts';
import {
  type Bounds,
  type Credit,
  credit,
  creditStop,
  type RegisterAnomaly,
  type RegisterValue,
  type StopCredit,
} from './register.ts';
import { hasNumber, underNumber, withNumber, withoutNumber } from './transaction-numbers.ts';
import type { Effect, OpenTransaction, Session } from './types.ts';
import { allMetered, stillUnmetered } from './unmetered.ts';

/** Tolerance of the power bound, for clocks and coarse registers; billing keeps to the listed power exactly. */
const POWER_SLACK = { percent: 110, energyWh: 100 };

/** The coarsest clock of a charge point counts whole minutes. */
const CLOCK_GRAIN_SEC = 60;

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
  const { transactionId, meterStartWh } = event;
  const beganAt = plausibleTime(s, event.at, event.chargePointAt);
  const began = { transactionId, meterStartWh, beganAt, ...positionOf(event) };
  // An open one here was forgotten by the charge point, or is the same: its energy so far stays.
  const isUninterrupted = s.transaction !== null && s.connectedAt <= s.transaction.beganAt;
  const facts = { withinWh: (sec: number) => withinWh(s, sec), isUninterrupted };
  const { transaction, isNew } = withNumber(s.transaction, began, facts);
  const beginWh = Math.min(s.registers?.beginWh ?? meterStartWh, transaction.register.startWh);
  return {
    ...s,
    phase: 'CHARGING',
    transaction,
    doneWh: isNew ? deliveredWh(s) : s.doneWh,
    beganAt: s.beganAt ?? beganAt,
    cableSeenAt: s.cableSeenAt ?? event.at,
    registers: { beginWh, endWh: transaction.register.lastWh },
    billedUntil: beganAt,
    unmetered: stillUnmetered(s, event.at, beganAt),
    flowedAt: event.at,
    current: { ...s.current, ...FRESH },
    unpluggedAt: null,
    askedAt: { ...s.askedAt, limit: 0, limitA: null },
  };
}

/** What listed power allows in this time, with tolerance. */
const withinWh = ({ plan }: Session, sec: number): number =>
  Math.floor((plan.maxPowerW * Math.max(0, sec) * POWER_SLACK.percent) / 360_000) + POWER_SLACK.energyWh;

/** The most that the open transaction can have counted until then. */
export const limitUntil = (s: Session, at: number): number =>
  withinWh(s, at - (s.transaction?.beganAt ?? at));

/** Whether the open transaction's register can be there now: not before its start, not beyond power × time. */
export function mayShow(s: Session, registerWh: number, at: number): boolean {
  const startWh = s.transaction?.register.startWh ?? Number.POSITIVE_INFINITY;
  return registerWh >= startWh && registerWh - startWh <= limitUntil(s, at);
}

/**
 * What listed power × time allows: since the transaction began, and since the previous value. For a
 * value that was kept, time is the charge point's own; its clock may count whole minutes.
 */
function boundsOf(s: Session, transaction: OpenTransaction, event: Reported, when: number): Bounds {
  const { beganAt, beganOwnAt } = transaction;
  const isKept = when < event.at;
  const ownSec = when - (beganOwnAt ?? beganAt) + CLOCK_GRAIN_SEC;
  const sinceSec = event.at - beganAt;
  const limitWh = withinWh(s, isKept ? Math.min(sinceSec, ownSec) : sinceSec);
  return { limitWh, stepWh: withinWh(s, when - s.billedUntil) };
}

type Metered = Extract<SessionEvent, { type: 'metered' }>;
type Stopped = Extract<SessionEvent, { type: 'transactionStopped' }>;
type Reported = Metered | Stopped;

/** The register is where it should be, or continues from its present value. */
const isBelieved = ({ anomaly }: Credit): boolean => anomaly === null || anomaly === 'register.rebased';

/**
 * Whether a register that lost its count is seen for the first time: what flowed before is known to nobody, and a pause for
 * it would last, since a register that waits for power does not move. Once for each loss: a meter that stays where it is
 * while power flows is paused as a silent one.
 */
function beginsAgain({ transaction }: Session, { register: { suspect, lastWh } }: Credit): boolean {
  if (suspect === null || suspect.registerWh >= lastWh) return false;
  const before = transaction?.register.suspect ?? null;
  return before === null || suspect.registerWh < before.registerWh;
}

function note(effects: Effect[], anomaly: RegisterAnomaly | null, registerWh: number): void {
  if (anomaly !== null) effects.push({ do: 'note', anomaly, registerWh });
}

export function metered(s: Session, event: Metered, effects: Effect[]): Session {
  const { transaction } = s;
  if (transaction === null || isOver(s)) return s;
  const { at, registerWh } = event;
  if (registerWh !== null) return withRegister(s, transaction, { ...event, registerWh }, effects);
  const isOurs = hasNumber(transaction, event.transactionId);
  if (!isOurs || plausibleTime(s, at, event.chargePointAt) < at) return s;
  const flowedAt = event.powerW !== null && event.powerW > 0 ? at : s.flowedAt;
  const next = { ...s, powerW: event.powerW ?? s.powerW, flowedAt, meteredAt: at };
  return withCompliance(next, { at, powerW: event.powerW, currentA: event.currentA ?? null }, effects);
}

/** A value that names another transaction counts only where it continues the register of this one. */
const isOutOfPlace = ({ register }: OpenTransaction, value: RegisterValue): boolean =>
  value.registerWh < register.lastWh || orderOf(register.order, value) === 'older';

function withRegister(
  s: Session,
  transaction: OpenTransaction,
  event: Metered & { registerWh: number },
  effects: Effect[],
): Session {
  const { transactionId, registerWh } = event;
  const when = plausibleTime(s, event.at, event.chargePointAt);
  const bounds = boundsOf(s, transaction, event, when);
  const value = { transactionId, registerWh, ...positionOf(event) };
  if (event.isMisnamed && isOutOfPlace(transaction, value)) return s;
  const numbered = underNumber(transaction, value);
  if (numbered === null) return s;
  const { transaction: open, goesOn, earlierWh } = numbered;
  const before = earlierWh > 0 ? { ...s, doneWh: s.doneWh + earlierWh } : s;
  if (!goesOn) return open === transaction ? before : { ...before, transaction: open };
  const credited = credit(open.register, value, bounds);
  note(effects, credited.anomaly, registerWh);
  const counted = { ...open, register: credited.register };
  // A late value says nothing of now.
  if (credited.isLate)
    return credited.register === open.register ? before : { ...before, transaction: counted };
  const next = withCredit(withOtherNumber(before, open), counted, credited, when);
  return when < event.at ? next : withPresent(s, next, credited, event, effects);
}

/** The limit was sent under a number that the charge point does not use: it is sent again. */
function withOtherNumber(s: Session, { transactionId }: OpenTransaction): Session {
  if (s.transaction?.transactionId === transactionId) return s;
  const askedAt = { ...s.askedAt, limit: 0, limitA: null };
  return { ...s, current: { ...s.current, isUnsure: true }, askedAt };
}

/** What a value adds to the bill, in its own time. */
function withCredit(s: Session, transaction: OpenTransaction, credited: Credit, when: number): Session {
  const { register } = credited;
  const hasFlowed = register.creditedWh > (s.transaction?.register.creditedWh ?? 0);
  return {
    ...s,
    transaction,
    registers: { beginWh: s.registers?.beginWh ?? register.startWh, endWh: register.lastWh },
    unpluggedAt: hasFlowed ? stillUnplugged(s, when) : s.unpluggedAt,
    billedUntil: when,
    unmetered: isBelieved(credited) || beginsAgain(s, credited) ? allMetered(when) : s.unmetered,
    flowedAt: hasFlowed ? Math.max(s.flowedAt, when) : s.flowedAt,
  };
}

/** What a value that was not kept says of now: power, and whether the limit is followed. */
function withPresent(
  before: Session,
  s: Session,
  credited: Credit,
  event: Metered,
  effects: Effect[],
): Session {
  const { at, currentA = null } = event;
  const spanSec = at - before.billedUntil;
  const moreWh = credited.register.creditedWh - (before.transaction?.register.creditedWh ?? 0);
  const riseW = spanSec > 0 ? Math.round((moreWh * 3_600) / spanSec) : s.powerW;
  // What rose since a value from before the pause says nothing of the time since: the next value will.
  const isOfBefore = s.current.acceptedA === 0 && before.billedUntil < s.askedAt.limit;
  const powerW = event.powerW ?? (isOfBefore ? 0 : riseW);
  const flowedAt = event.powerW !== null && event.powerW > 0 ? at : s.flowedAt;
  const isKnown = isBelieved(credited) || event.powerW !== null;
  const unpluggedAt = (event.powerW ?? 0) > 0 ? stillUnplugged(s, at) : s.unpluggedAt;
  const next = { ...s, unpluggedAt, powerW, flowedAt, meteredAt: at };
  return withCompliance(next, { at, powerW: isKnown ? powerW : null, currentA }, effects);
}

/** Charge points that boot during a charge, or report their states in a row, may end with a wrong Available. */
function stillUnplugged({ unpluggedAt, stopCause }: Session, flowedAt: number): number | null {
  const isBelied = unpluggedAt !== null && flowedAt - unpluggedAt > LAST_VALUE_SEC;
  return isBelied && stopCause === null ? null : unpluggedAt;
}

/** Nothing is used through a cable that is out, however late the charge point ends its transaction. */
const throughCable = ({ unpluggedAt, billedUntil }: Session, toldAt: number): number =>
  Math.min(toldAt, Math.max(unpluggedAt ?? toldAt, billedUntil));

export function stopped(s: Session, event: Stopped, effects: Effect[]): Session {
  const { transaction } = s;
  if (transaction === null || !hasNumber(transaction, event.transactionId)) return s;
  // Ended on the ledger with power still flowing: nothing more is billed. What was billed stays, in case the ledger
  // loses the end.
  if (isOver(s)) return { ...s, transaction: null, doneWh: s.doneWh + transaction.register.creditedWh };
  const when = throughCable(s, plausibleTime(s, event.at, event.chargePointAt));
  const bounds = boundsOf(s, transaction, event, when);
  const { transactionId, meterStopWh } = event;
  const registerWh = meterStopWh ?? transaction.register.lastWh;
  const stop = { transactionId, registerWh, ...positionOf(event) };
  const { transaction: open, earlierWh } = underNumber(transaction, stop, true) ?? {
    transaction,
    earlierWh: 0,
  };
  const before = { ...s, doneWh: s.doneWh + earlierWh };
  const goesOn = registerWh > open.register.lastWh ? null : withoutNumber(open, transactionId);
  // One of several numbers is closed, and the charge goes on under another.
  if (goesOn !== null) return { ...withOtherNumber(before, goesOn), transaction: goesOn };
  const credited = creditStop(open.register, stop, bounds);
  note(effects, credited.anomaly, registerWh);
  const closed = withStop(before, credited, meterStopWh !== null && isBelieved(credited), event.at, when);
  if (credited.aboveStopWh > 0) notifyAboveStop(closed, credited.aboveStopWh, effects);
  return afterStop(before, closed, event, when);
}

function withStop(s: Session, credited: StopCredit, isKnown: boolean, at: number, when: number): Session {
  const { register, aboveStopWh } = credited;
  return {
    ...s,
    transaction: null,
    doneWh: s.doneWh + register.creditedWh,
    aboveStopWh: s.aboveStopWh + aboveStopWh,
    registers: { beginWh: s.registers?.beginWh ?? register.startWh, endWh: register.lastWh },
    billedUntil: when,
    unmetered: isKnown ? allMetered(when) : stillUnmetered(s, at),
    powerW: 0,
    current: { ...s.current, ...FRESH },
  };
}

/** The charge point's own end says less than it said before: driver and host hear both figures. */
function notifyAboveStop({ doneWh }: Session, aboveWh: number, effects: Effect[]): void {
  notify(effects, 'STOP_BELOW_COUNTED', { countedWh: doneWh, stopWh: doneWh - aboveWh });
}

/** What the end of a transaction means: the end of the session, a pause, or a power failure of the charge point. */
function afterStop(s: Session, closed: Session, event: Stopped, stoppedAt: number): Session {
  const { reason, at } = event;
  const gone = reason === 'EVDisconnected';
  const unpluggedAt = gone ? (s.unpluggedAt ?? stoppedAt) : s.unpluggedAt;
  // The slot may have ended while the charge point was disconnected: overstay still ends when the cable was
  // unplugged.
  if (s.stopCause !== null) return { ...closed, phase: 'UNPLUGGING', stoppedAt, unpluggedAt };
  if (s.current.isPausedByStop && OUR_STOP_REASONS.has(reason)) {
    // Started again as soon as no pause is left.
    const current = { ...closed.current, isPausedByStop: true };
    return { ...closed, phase: 'STARTING', current, startAnswer: null, askedAt: { ...s.askedAt, start: 0 } };
  }
  const isStillborn = event.isMisnamed === true && reason === null && closed.doneWh === s.doneWh;
  if (RESTART_REASONS.has(reason ?? '') || isStillborn) {
    // It may resume by itself; if it does not, it is started again.
    return { ...closed, phase: 'STARTING', startAnswer: null, askedAt: { ...s.askedAt, start: at } };
  }
  const stopCause = gone ? 'unplugged' : 'wallbox';
  return { ...closed, phase: 'UNPLUGGING', stopCause, unpluggedAt, stoppedAt };
}
