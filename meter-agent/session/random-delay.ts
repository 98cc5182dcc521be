import { secondsOf } from './billed-time.ts';
import { LEAST_CURRENT_A, STANDBY_W } from './limit.ts';
import { notify } from './notices.ts';
import { isPlugged } from './phases.ts';
import { deliveredWh } from './recovery.ts';
import type { Effect, RandomDelay, Session } from './types.ts';

/**
 * The longest delay where neither configuration nor charge point names another: The Electric Vehicles (Smart Charge
 * Points) Regulations 2021, regulation 11.
 */
const USUAL_DELAY_SEC = 600;
/** A charge point that suspends a charge so soon after it was told to begin is delaying it. */
const SUSPENDED_WITHIN_SEC = 30;
const UNDER_WAY = new Set<Session['phase']>(['STARTING', 'CHARGING', 'STOPPING']);
/** Charge points pass through SuspendedEVSE as they begin: no notice for that. */
const NOTICE_AFTER_SEC = 20;

/** An accepted start waits for its transaction, with the cable in. */
const awaitsTransaction = (s: Session): boolean =>
  s.phase === 'STARTING' && s.startAnswer === 'accepted' && s.pause === null && isPlugged(s);

/** The charge point was just allowed to give power, and its own rules may let it wait: at the start and after a pause. */
function isAllowedNow(before: Session, next: Session): boolean {
  if (next.transaction === null) return awaitsTransaction(next) && !awaitsTransaction(before);
  return before.transaction === null || (before.pause !== null && next.pause === null);
}

/** It suspended the charge right after it was told to begin, and nothing of the agent's is the reason. */
function isSuspendedAtStart(s: Session, at: number): boolean {
  const { shareA } = s.current;
  if (s.connectorStatus !== 'SuspendedEVSE' || s.pause !== null || deliveredWh(s) > 0) return false;
  // Once: a charge point that stays suspended has another reason.
  if (s.notified.startDelayed) return false;
  if (shareA !== null && shareA < LEAST_CURRENT_A) return false;
  if (s.transaction === null) return awaitsTransaction(s) && at - s.askedAt.start <= SUSPENDED_WITHIN_SEC;
  return at - s.transaction.beganAt <= SUSPENDED_WITHIN_SEC;
}

function newDelay(before: Session, next: Session, at: number): RandomDelay | null {
  const { transaction, randomDelayMaxSec, lastReading } = next;
  const delay = (since: number, maxSec: number, isSeen: boolean): RandomDelay => ({
    ...{ since, latestAt: since + maxSec, isSeen, isNotified: false },
  });
  if (randomDelayMaxSec > 0) {
    const isOpened = before.transaction === null && transaction !== null;
    const since = isOpened ? transaction.beganAt : at;
    return isAllowedNow(before, next) ? delay(since, randomDelayMaxSec, false) : null;
  }
  // What a reading has signed is not taken back.
  const since = transaction === null ? at : Math.max(transaction.beganAt, lastReading?.endedAt ?? 0);
  return isSuspendedAtStart(next, at) ? delay(since, USUAL_DELAY_SEC, true) : null;
}

/** When the delay ended; null while it lasts. */
function endOf(before: Session, next: Session, delay: RandomDelay, at: number): number | null {
  const energyWh = deliveredWh(next) - deliveredWh(before);
  if (energyWh > 0) return begunAt(before, next, energyWh);
  if (before.transaction !== null && next.transaction === null) return next.billedUntil;
  const isOver = !UNDER_WAY.has(next.phase);
  // While it is not known whether the cable is out, no time is billed, and none is taken from the bill.
  if (next.unpluggedAt !== null && !isOver) return null;
  if (at >= delay.latestAt) return delay.latestAt;
  const isOffered = next.connectorStatus === 'SuspendedEV' || next.powerW > STANDBY_W;
  const isResumed = delay.isSeen && next.connectorStatus !== 'SuspendedEVSE';
  return isOver || isOffered || isResumed ? at : null;
}

/** The latest moment from which listed power gives the first energy; no sooner than the value before it. */
function begunAt(before: Session, next: Session, energyWh: number): number {
  const needsSec = Math.ceil((energyWh * 3_600) / next.plan.maxPowerW);
  return Math.max(before.billedUntil, next.billedUntil - needsSec, before.lastReading?.endedAt ?? 0);
}

/** Follows the delay of a charge point from when it is allowed to give power until it does. */
export function withRandomDelay(before: Session, next: Session, at: number, effects: Effect[]): Session {
  if (next.randomDelay === null) {
    const begun = newDelay(before, next, at);
    return begun === null ? next : { ...next, randomDelay: begun };
  }
  const delay = present(before, next, next.randomDelay, at);
  const endedAt = endOf(before, next, delay, at);
  if (endedAt === null) return reviewNotice({ ...next, randomDelay: delay }, delay, at, effects);
  // Without a transaction no time is billed.
  const isBilled = before.transaction !== null && next.beganAt !== null;
  const unbilledSec = next.unbilledSec + (isBilled ? secondsOf(delay, endedAt) : 0);
  // The time without power counts from here.
  return { ...next, randomDelay: null, unbilledSec, flowedAt: Math.max(next.flowedAt, endedAt) };
}

/** It counts from the transaction on where there is one, and lasts no longer when the agent's clock was set back. */
function present(before: Session, next: Session, delay: RandomDelay, at: number): RandomDelay {
  if (delay.since > at) return { ...delay, since: at, latestAt: at + delay.latestAt - delay.since };
  const isOpened = before.transaction === null && next.transaction !== null;
  return isOpened ? { ...delay, since: Math.min(next.transaction?.beganAt ?? at, delay.latestAt) } : delay;
}

function reviewNotice(next: Session, delay: RandomDelay, at: number, effects: Effect[]): Session {
  if (delay.isNotified || at - delay.since < NOTICE_AFTER_SEC) return next;
  const { notified } = next;
  if (!notified.startDelayed) notify(effects, 'START_DELAYED', { latestAt: delay.latestAt });
  const randomDelay = { ...delay, isNotified: true };
  return { ...next, randomDelay, notified: { ...notified, startDelayed: true } };
}
