import { figuresWithin } from './final-figures.ts';
import { reviewLimit, reviewMeter, reviewPause, wantedA } from './limit.ts';
import { capReached, costOf, payableCost } from './money.ts';
import { reviewNotices } from './notices.ts';
import { isOver, maySign, stopBecause } from './phases.ts';
import { endFigures, isReadingDue, usageOf, withReading, withRunningReading } from './readings.ts';
import { holdsBackStart, reviewReservation } from './reservation.ts';
import type { Effect, Session } from './types.ts';

/** How long to wait for a charge point, in seconds. */
const RETRY_START_SEC = 15;
/** After an accepted start the next request waits longer: some charge points begin once per request. */
const RETRY_ACCEPTED_START_SEC = 60;
const RETRY_STOP_SEC = 15;
/** The longest wait for a charge point that is silent after a stop, or refused it. */
const GIVE_UP_STOP_SEC = 60;
const GIVE_UP_REFUSED_STOP_SEC = 10;
/** Wait for the status that shows whether the car is still plugged in. */
const STATUS_GRACE_SEC = 5;
/** Wait for the StopTransaction of a connector that reports Available. */
const UNPLUG_GRACE_SEC = 10;
/** Wait for a reconnected charge point's meter value or end of the transaction; less than the silence that pauses. */
const BACK_GRACE_SEC = 10;

/** How long after a start request it is repeated. */
export const startPatienceSec = (s: Session): number =>
  s.startAnswer === 'accepted' ? RETRY_ACCEPTED_START_SEC : RETRY_START_SEC;

/** What time and money require after any event. */
export function review(s: Session, at: number, effects: Effect[]): Session {
  let next = reviewReservation(s, at, effects);
  if (isOver(s) || s.phase === 'BOOKED') {
    if (s.phase === 'ENDED') return s.transaction === null ? next : repeatStop(next, at, effects);
    return reviewNotices(next, at, effects);
  }
  next = reviewEnd(next, at);
  if (next.phase === 'STARTING') next = reviewStart(reviewPause(next, at), at, effects);
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
  if (s.unpluggedAt !== null && at - s.unpluggedAt >= UNPLUG_GRACE_SEC) {
    return stopBecause(s, 'unplugged', at);
  }
  return s;
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

function askedToStart(s: Session, at: number, effects: Effect[]): Session {
  if (s.idTag === null || at - s.askedAt.start < startPatienceSec(s)) return s;
  effects.push({ do: 'remoteStart', idTag: s.idTag, limitA: wantedA(s) });
  return { ...s, startAnswer: null, askedAt: { ...s.askedAt, start: at } };
}

/** The charge point reconnected and waits for a start, though no message ended its transaction. */
function isForgotten(s: Session, at: number): boolean {
  const { transaction, connectedAt } = s;
  if (!s.connected || transaction === null || s.connectorStatus !== 'Preparing') return false;
  const isBack = connectedAt > transaction.beganAt && s.meteredAt < connectedAt;
  return isBack && at - connectedAt >= BACK_GRACE_SEC;
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
  effects.push({ do: 'remoteStop', transactionId: s.transaction.transactionId });
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
  if (mayOverstay(s, at)) return withEndReading(s, at, effects);
  if (!maySign(s)) return { ...s, phase: 'FINAL', pause: null };
  const ended = s.endedSince === null ? { ...s, endedSince: at } : s;
  if (awaitsDriver(ended, at)) return withEndReading(ended, at, effects);
  const figures = endFigures(ended, at);
  // With an unsigned limit everything is claimed, open to challenge; else the rest is waived.
  const { plan, cosigned } = ended;
  const isAllClaimed = plan.limits.unsignedCost > 0n;
  const final = isAllClaimed ? figures : figuresWithin(plan, figures, cosigned, payableCost(ended));
  return { ...withReading(ended, final, true, effects), isFinalMade: true, phase: 'FINAL', pause: null };
}

/** The figures cost more than is co-signed or allowed: the driver may still sign or allow them. */
function awaitsDriver(s: Session, at: number): boolean {
  const { limits, times } = s.plan;
  if (limits.unsignedCost > 0n || costOf(limits, endFigures(s, at)) <= payableCost(s)) return false;
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
