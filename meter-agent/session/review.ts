import { figuresWithin } from './final-figures.ts';
import { reviewLimit, reviewMeter, reviewPause } from './limit.ts';
import { capReached, costOf, payableCost } from './money.ts';
import { reviewNotices } from './notices.ts';
import { isOver, maySign, stopBecause } from './phases.ts';
import {
  confirmedFigures,
  endFigures,
  isReadingDue,
  usageOf,
  withReading,
  withRunningReading,
} from './readings.ts';
import { isRecovering, reviewRecovery } from './recovery.ts';
import { holdsBackStart, reviewReservation } from './reservation.ts';
import { askedToStart, isForgotten, reviewNotBegun } from './starting.ts';
import { stopCommands } from './transaction-numbers.ts';
import type { Effect, Session } from './types.ts';

/** How long to wait for a charge point, in seconds. */
const RETRY_STOP_SEC = 15;
/** The longest wait for a charge point that is silent after a stop, or refused it. */
const GIVE_UP_STOP_SEC = 60;
const GIVE_UP_REFUSED_STOP_SEC = 10;
/** Wait for the status that shows whether the car is still plugged in. */
const STATUS_GRACE_SEC = 5;
/**
 * Wait for the StopTransaction of a connector that reports Available: charge points that restart report it before they
 * check their cable, and a meter may speak once a minute only.
 */
const UNPLUG_GRACE_SEC = 60;

/** What time and money require after any event. */
export function review(s: Session, at: number, effects: Effect[]): Session {
  let next = reviewRecovery(reviewReservation(s, at, effects), at, effects);
  if (isOver(s) || s.phase === 'BOOKED') {
    if (s.phase === 'ENDED') return s.transaction === null ? next : repeatStop(next, at, effects);
    return reviewNotices(next, at, effects);
  }
  next = reviewEnd(next, at);
  if (next.phase === 'STARTING')
    next = reviewNotBegun(reviewStart(reviewPause(next, at), at, effects), at, effects);
  if (next.phase === 'CHARGING') next = reviewCharge(reviewPause(next, at), at, effects);
  if (next.phase === 'STOPPING') next = reviewStop(next, at, effects);
  if (next.phase === 'UNPLUGGING') next = reviewUnplug(next, at, effects);
  return reviewNotices(next, at, effects);
}

function reviewEnd(s: Session, at: number): Session {
  if (s.stopCause !== null) return s;
  if (at >= s.plan.times.end) return stopBecause(s, 'slotEnd', at);
  if (s.beganAt !== null && capReached(s.plan.limits, usageOf(s, at))) return stopBecause(s, 'cap', at);
  // Unplugged without a StopTransaction.
  const since = unpluggedSince(s);
  return since !== null && at - since >= UNPLUG_GRACE_SEC ? stopBecause(s, 'unplugged', at) : s;
}

/** Since when an Available counts; null while it proves nothing. */
function unpluggedSince({ unpluggedAt, connected, connectedAt, current, pause, flowedAt }: Session) {
  if (unpluggedAt === null || !connected) return null;
  // A transaction that was ended in place of a pause frees the connector of some charge points, with the cable in.
  if (current.isPausedByStop) return pause === null ? Math.max(unpluggedAt, connectedAt, flowedAt) : null;
  return Math.max(unpluggedAt, connectedAt);
}

/** A start is requested at once, again at the plug, and again while the charge point does not begin. */
function reviewStart(s: Session, at: number, effects: Effect[]): Session {
  const isAtCable = s.beganAt !== null || (s.cableSeenAt !== null && s.pause?.reason === 'UNSIGNED');
  const next = isAtCable && isReadingDue(s, at) ? withRunningReading(s, at, effects) : s;
  if (s.idTag === null || !s.connected || s.pause !== null || holdsBackStart(s, at)) return next;
  const waitsForPlug =
    s.connectorStatus === 'Available' && s.startAnswer === 'accepted' && s.askedAt.start > 0;
  return waitsForPlug ? next : askedToStart(next, at, effects);
}

function reviewCharge(s: Session, at: number, effects: Effect[]): Session {
  let next = reviewMeter(s, at, effects);
  // Its next transaction closes the forgotten one; a charge point that has not forgotten it refuses.
  if (next.pause === null && isForgotten(next, at)) next = askedToStart(next, at, effects);
  if (next.connected) next = reviewLimit(next, at, effects);
  return isReadingDue(next, at) ? withRunningReading(next, at, effects) : next;
}

function repeatStop(s: Session, at: number, effects: Effect[]): Session {
  if (!s.connected || s.transaction === null || at - s.askedAt.stop < RETRY_STOP_SEC) return s;
  effects.push(...stopCommands(s.transaction));
  return { ...s, askedAt: { ...s.askedAt, stop: at } };
}

function reviewStop(s: Session, at: number, effects: Effect[]): Session {
  const { closes } = s.plan.times;
  // A charge point that was disconnected sends its kept messages after it reconnects: it gets the same time then.
  const isBack = at < closes && s.connectedAt <= at;
  const since = Math.max(s.stoppedAt ?? at, isBack ? s.connectedAt : 0);
  const refused = s.stopRefusedAt !== null && at - s.stopRefusedAt >= GIVE_UP_REFUSED_STOP_SEC;
  const silent = at - since >= GIVE_UP_STOP_SEC && (s.connected || at >= closes);
  if (!refused && !silent) return repeatStop(s, at, effects);
  const doneWh = s.doneWh + (s.transaction?.register.creditedWh ?? 0);
  return { ...s, phase: 'UNPLUGGING', transaction: null, doneWh, powerW: 0 };
}

/** How long the end waits for a signature or a raise before what is above the allowance is waived (rule 4). */
export const SIGNATURE_WAIT_SEC = 600;

/** The final reading: after the unplug, once overstay cannot grow any more, or after a stop where none is charged. */
function reviewUnplug(s: Session, at: number, effects: Effect[]): Session {
  if (isRecovering(s)) return s;
  if (mayOverstay(s, at)) return withEndReading(s, at, effects);
  if (!maySign(s)) return { ...s, phase: 'FINAL', pause: null };
  const ended = s.endedSince === null ? { ...s, endedSince: at } : s;
  if (awaitsDriver(ended, at)) return withEndReading(ended, at, effects);
  const figures = confirmedFigures(ended, endFigures(ended, at));
  // With an unsigned limit everything is claimed, open to challenge; else the rest is waived.
  const { plan, cosigned } = ended;
  const isAllClaimed = plan.limits.unsignedCost > 0n;
  const final = isAllClaimed ? figures : figuresWithin(plan, figures, cosigned, payableCost(ended));
  return { ...withReading(ended, final, true, effects), isFinalMade: true, phase: 'FINAL', pause: null };
}

/**
 * The figures cost more than is co-signed or allowed, or the charge point's own stop says less: the driver may still
 * sign or allow them.
 */
function awaitsDriver(s: Session, at: number): boolean {
  const { limits, times } = s.plan;
  const figures = endFigures(s, at);
  const isPayable = limits.unsignedCost > 0n || costOf(limits, figures) <= payableCost(s);
  if (isPayable && confirmedFigures(s, figures).energyWh === figures.energyWh) return false;
  return at < Math.min((s.endedSince ?? at) + SIGNATURE_WAIT_SEC, latestFinal(times));
}

/** What the driver can co-sign while the final reading cannot be made yet. */
function withEndReading(s: Session, at: number, effects: Effect[]): Session {
  const { lastReading: last } = s;
  const figures = s.endedSince === null ? usageOf(s, at) : endFigures(s, at);
  const isNew =
    s.beganAt !== null &&
    (last === null || figures.energyWh > last.energyWh || costOf(s.plan.limits, figures) > last.cost);
  return isNew ? withReading(s, figures, false, effects) : s;
}

/** The second half of the reporting window is left for the driver's signature and the ledger. */
const latestFinal = ({ closes, reportBy }: Session['plan']['times']): number =>
  closes + Math.floor((reportBy - closes) / 2);

/** Unplugged, or stopped by a fault or on the ledger: the driver cannot move the car, or has nothing more to pay for. */
const ENDS_AT_ONCE = new Set<Session['stopCause']>(['unplugged', 'fault', 'ledger', 'waived']);

function mayOverstay(s: Session, at: number): boolean {
  const { tariff } = s.plan.limits;
  if (s.beganAt === null || tariff.overstayPerHour === 0n || s.unpluggedAt !== null) return false;
  if (ENDS_AT_ONCE.has(s.stopCause) || s.isFollowed) return false;
  if (s.connectorStatus !== 'Finishing') {
    // Not yet known whether the car is still there.
    return at - (s.stoppedAt ?? at) < STATUS_GRACE_SEC;
  }
  const paidForSec = Number((tariff.overstayReserve * 3_600n) / tariff.overstayPerHour) + 1;
  return at < Math.min(s.plan.times.closes + paidForSec, latestFinal(s.plan.times));
}
