import { reviewLimit, reviewMeter, reviewPause, wantedA } from './limit.ts';
import { capReached } from './money.ts';
import { reviewNotices } from './notices.ts';
import { isOver, stopBecause } from './phases.ts';
import { isReadingDue, usageOf, withReading } from './readings.ts';
import { holdsBackStart, reviewReservation } from './reservation.ts';
import type { Effect, Session } from './types.ts';

/** Patience with a wallbox, in seconds. */
const RETRY_START_SEC = 15;
/** A box that accepted a start is left in peace longer: some begin once for each time they are asked. */
const RETRY_ACCEPTED_START_SEC = 60;
const RETRY_STOP_SEC = 15;
/** A box that stays silent after a stop is not waited for longer; nor one that refused the stop. */
const GIVE_UP_STOP_SEC = 60;
const GIVE_UP_REFUSED_STOP_SEC = 10;
/** Time for the status that tells whether the car is still plugged in. */
const STATUS_GRACE_SEC = 5;
/** Time for the StopTransaction of a connector that says Available. */
const UNPLUG_GRACE_SEC = 10;
/** Time for what a box tells once it is back: its meter, or the end of the transaction; less than until silence pauses. */
const BACK_GRACE_SEC = 10;

/** How long after a wish to start it is repeated. */
export const startPatienceSec = (s: Session): number =>
  s.startAnswer === 'accepted' ? RETRY_ACCEPTED_START_SEC : RETRY_START_SEC;

/** What time and money demand after any event. */
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
  // Unplugged, and no StopTransaction came with it.
  if (s.unpluggedAt !== null && at - s.unpluggedAt >= UNPLUG_GRACE_SEC) {
    return stopBecause(s, 'unplugged', at);
  }
  return s;
}

/** A start is asked for at once, again at the plug, and again while the box does not begin. */
function reviewStart(s: Session, at: number, effects: Effect[]): Session {
  const next = s.beganAt !== null && isReadingDue(s, at) ? withReading(s, at, false, effects) : s;
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

/** The box dialled in anew and waits for a start, though nothing that it said ended its transaction. */
function isForgotten(s: Session, at: number): boolean {
  const { transaction, connectedAt } = s;
  if (!s.connected || transaction === null || s.connectorStatus !== 'Preparing') return false;
  const isBack = connectedAt > transaction.beganAt && s.meteredAt < connectedAt;
  return isBack && at - connectedAt >= BACK_GRACE_SEC;
}

function reviewCharge(s: Session, at: number, effects: Effect[]): Session {
  let next = reviewMeter(s, at, effects);
  // Its next transaction closes the one that it forgot; a box that did not forget refuses.
  if (next.pause === null && isForgotten(next, at)) next = askedToStart(next, at, effects);
  if (next.connected) next = reviewLimit(next, at, effects);
  return isReadingDue(next, at) ? withReading(next, at, false, effects) : next;
}

function repeatStop(s: Session, at: number, effects: Effect[]): Session {
  if (!s.connected || s.transaction === null || at - s.askedAt.stop < RETRY_STOP_SEC) return s;
  effects.push({ do: 'remoteStop', transactionId: s.transaction.transactionId });
  return { ...s, askedAt: { ...s.askedAt, stop: at } };
}

function reviewStop(s: Session, at: number, effects: Effect[]): Session {
  const { closes } = s.plan.times;
  // A box that was away tells what it kept once it is back: it gets the same time then.
  const isBack = at < closes && s.connectedAt <= at;
  const since = Math.max(s.stoppedAt ?? at, isBack ? s.connectedAt : 0);
  const refused = s.stopRefusedAt !== null && at - s.stopRefusedAt >= GIVE_UP_REFUSED_STOP_SEC;
  const silent = at - since >= GIVE_UP_STOP_SEC && (s.connected || at >= closes);
  if (!refused && !silent) return repeatStop(s, at, effects);
  const doneWh = s.doneWh + (s.transaction?.register.creditedWh ?? 0);
  return { ...s, phase: 'UNPLUGGING', transaction: null, doneWh, powerW: 0 };
}

/** The final reading: at the driver's stop, at the unplug, or once overstay cannot grow any more. */
function reviewUnplug(s: Session, at: number, effects: Effect[]): Session {
  if (mayOverstay(s, at)) return s;
  return { ...withReading(s, at, true, effects), isFinalMade: true, phase: 'FINAL', pause: null };
}

/** Whoever stopped it, or a fault: the car is not the driver's to move, or has no more to pay for. */
const ENDS_AT_ONCE = new Set<Session['stopCause']>(['driver', 'unplugged', 'fault', 'ledger']);

function mayOverstay(s: Session, at: number): boolean {
  const { tariff } = s.plan.limits;
  if (s.beganAt === null || tariff.overstayPerHour === 0n || s.unpluggedAt !== null) return false;
  if (ENDS_AT_ONCE.has(s.stopCause) || s.isFollowed) return false;
  if (s.connectorStatus !== 'Finishing') {
    // Not said yet whether the car is still there.
    return at - (s.stoppedAt ?? at) < STATUS_GRACE_SEC;
  }
  const { closes, reportBy } = s.plan.times;
  const paidForSec = Number((tariff.overstayReserve * 3_600n) / tariff.overstayPerHour) + 1;
  // Half of the reporting window is left for the driver's signature and the ledger.
  return at < Math.min(closes + paidForSec, closes + Math.floor((reportBy - closes) / 2));
}
