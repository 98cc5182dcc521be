import type { SessionEvent } from './events.ts';
import { wantedA } from './limit.ts';
import { notify } from './notices.ts';
import type { Effect, Session } from './types.ts';

/** How long to wait for a charge point's start, in seconds. */
const RETRY_SEC = 15;
/** After an accepted start the next request waits longer: some charge points begin once per request. */
const RETRY_ACCEPTED_SEC = 60;
/** One that refuses again and again is asked ever more rarely. */
const RETRY_REFUSED_MOST_SEC = 120;
/** Refusals in a row after which driver and host are told: the first may be of a charge point that is not ready. */
const TOLD_AFTER = 2;
/** A start that has not begun after this time is told. */
const NOT_BEGUN_SEC = 60;
/** A charge point in Preparing may still send a meter value or the end of its transaction. */
const BACK_GRACE_SEC = 10;
/** With values this far apart it is not waited for: the driver stands there. */
const MOST_GRACE_SEC = 45;

/** A transaction that ends sooner than this without a Wh, and without anybody's doing, was no charge. */
const ABORTED_SEC = 60;
/** Reasons of a stop behind which is nobody. */
const NOBODYS_REASONS = new Set<string | null>([null, 'Other', 'Remote']);
/** So often a charge point is asked again after it ended a charge that it had just begun. */
const MOST_ABORTED = 1;

export const NOT_STARTING: Session['starting'] = { since: 0, refusals: 0, answer: null, aborted: 0 };

/** A transaction began: what became of earlier requests no longer matters, but how many ended at once does. */
export const begun = (s: Session): Session => ({
  ...s,
  starting: { ...NOT_STARTING, aborted: s.starting.aborted },
});

/** How long after a start request it is repeated. */
export function startPatienceSec({ startAnswer, starting, randomDelay, askedAt }: Session): number {
  if (startAnswer === 'accepted') {
    const delaySec = randomDelay === null ? 0 : randomDelay.latestAt - askedAt.start;
    return Math.max(0, delaySec) + RETRY_ACCEPTED_SEC;
  }
  return Math.min(RETRY_SEC * 2 ** Math.max(0, starting.refusals - 1), RETRY_REFUSED_MOST_SEC);
}

export function askedToStart(s: Session, at: number, effects: Effect[]): Session {
  if (s.idTag === null || at - s.askedAt.start < startPatienceSec(s)) return s;
  effects.push({ do: 'remoteStart', idTag: s.idTag, limitA: wantedA(s) });
  return { ...s, startAnswer: null, askedAt: { ...s.askedAt, start: at } };
}

/** The answer to a start request, in the charge point's own word. */
export function startAnswered(
  s: Session,
  { answer, word = null }: Extract<SessionEvent, { type: 'answered'; command: 'start' }>,
  effects: Effect[],
): Session {
  const answered = { ...s, startAnswer: answer };
  if (s.phase !== 'STARTING') return answered;
  const refusals = answer === 'refused' ? s.starting.refusals + 1 : 0;
  const next = { ...answered, starting: { ...s.starting, refusals, answer: word } };
  if (refusals < TOLD_AFTER || s.notified.startRefused) return next;
  notify(effects, 'START_REFUSED', { answer: word ?? 'NoAnswer' });
  return { ...next, notified: { ...s.notified, startRefused: true } };
}

/** Told once: where the charge point was asked, the cable may be there and nothing of ours holds the start back. */
export function reviewNotBegun(s: Session, at: number, effects: Effect[]): Session {
  const { starting, notified, connectorStatus } = s;
  // A delay by law is told as that.
  const isHeldBack = s.pause !== null || s.randomDelay !== null;
  const isAwaited = s.connected && !isHeldBack && s.askedAt.start > 0 && connectorStatus !== 'Available';
  const since = isAwaited ? starting.since || at : 0;
  const next = since === starting.since ? s : { ...s, starting: { ...starting, since } };
  const isTold = notified.startNotBegun || notified.startRefused;
  if (since === 0 || at - since < NOT_BEGUN_SEC || isTold) return next;
  const status = connectorStatus ?? 'Unknown';
  notify(effects, 'START_NOT_BEGUN', { answer: starting.answer ?? 'NoAnswer', status });
  return { ...next, notified: { ...notified, startNotBegun: true } };
}

/**
 * The charge point waits for a start although no message ended its transaction: since it reconnected, or since it went
 * back to Preparing, no meter value came.
 */
export function isForgotten(s: Session, at: number): boolean {
  const { transaction, connectedAt, connectorStatusAt, plan } = s;
  if (!s.connected || transaction === null || s.connectorStatus !== 'Preparing') return false;
  const isUnheard = (since: number, graceSec: number) =>
    since > transaction.beganAt && s.meteredAt < since && at - since >= graceSec;
  const graceSec = Math.min(MOST_GRACE_SEC, BACK_GRACE_SEC + plan.sampleSec);
  return isUnheard(connectedAt, BACK_GRACE_SEC) || isUnheard(connectorStatusAt, graceSec);
}

/**
 * The charge point ended by itself what it had just begun, and the car is still there: it is asked once more, then
 * people are told. `stopped` is the session as such an end leaves it.
 */
export function startedAgain(
  s: Session,
  stopped: Session,
  { reason, at }: Extract<SessionEvent, { type: 'transactionStopped' }>,
  effects: Effect[],
): Session {
  const { transaction, starting } = s;
  const isItsOwn = s.stopCause === null && stopped.stopCause === 'wallbox' && NOBODYS_REASONS.has(reason);
  const isAborted = transaction !== null && stopped.doneWh === 0 && at - transaction.beganAt < ABORTED_SEC;
  if (!isItsOwn || !isAborted || s.connectorStatus === 'Available') return stopped;
  if (starting.aborted >= MOST_ABORTED) {
    notify(effects, 'START_NOT_BEGUN', { answer: reason ?? 'Ended', status: s.connectorStatus ?? 'Unknown' });
    return stopped;
  }
  return {
    ...stopped,
    ...{ phase: 'STARTING', stopCause: null, stoppedAt: null, startAnswer: null },
    askedAt: { ...stopped.askedAt, start: at },
    starting: { ...NOT_STARTING, aborted: starting.aborted + 1 },
  };
}
