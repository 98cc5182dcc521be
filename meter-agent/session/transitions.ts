import { withClockRolledBack } from './clock-rollback.ts';
import type { SessionEvent } from './events.ts';
import { withExternalEvent } from './external-events.ts';
import { limitAnswered } from './limit.ts';
import { withListedPower } from './listed-power.ts';
import { metered, started, stopped } from './metering.ts';
import { notify } from './notices.ts';
import { isDone, isPlugged, mayBeStopped, mayBeWaived, stopBecause } from './phases.ts';
import { withRandomDelay } from './random-delay.ts';
import { recovered, restored } from './recovery.ts';
import { reservationAnswered } from './reservation.ts';
import { review } from './review.ts';
import { isDangerous } from './safety.ts';
import { begun, NOT_STARTING, startAnswered, startedAgain, startPatienceSec } from './starting.ts';
import type { Effect, Phase, Plan, Session, Step } from './types.ts';
import { withUnmetered } from './unmetered.ts';
import { withBelief, withUnusable } from './unusable.ts';

/**
 * A charge point that accepted a start before the plug begins by itself; if it does not, the start is requested
 * again.
 */
const PLUG_GRACE_SEC = 10;
/** A fault within this time of the charge point's own stop is the reason for the stop. */
const FAULT_FOLLOWS_SEC = 30;

export function newSession(plan: Plan): Session {
  return {
    plan,
    phase: 'BOOKED',
    idTag: null,
    startSecretReceivedAt: null,
    cableSeenAt: null,
    isWaived: false,
    authorizedStart: null,
    connected: false,
    connectedAt: 0,
    connectorStatus: null,
    connectorStatusAt: 0,
    transaction: null,
    doneWh: 0,
    aboveStopWh: 0,
    beganAt: null,
    registers: null,
    billedUntil: 0,
    powerW: 0,
    flowedAt: 0,
    meteredAt: 0,
    unmetered: { carriedWs: 0, from: 0 },
    unusable: null,
    current: {
      shareA: null,
      acceptedA: null,
      isUnsure: false,
      isRefused: false,
      isPausedByStop: false,
      drawnA: null,
      over: null,
    },
    pause: null,
    adjacentBookingUntil: null,
    reservation: null,
    blocked: null,
    isFollowed: false,
    stopCause: null,
    unpluggedAt: null,
    nextSeq: 0,
    lastReading: null,
    isFinalMade: false,
    endedSince: null,
    cosigned: null,
    raisedCost: 0n,
    askedAt: { start: 0, limit: 0, limitA: null, stop: 0, reservation: 0, meter: 0 },
    startAnswer: null,
    starting: NOT_STARTING,
    stopRefusedAt: null,
    stoppedAt: null,
    finality: 'confirmed',
    randomDelayMaxSec: 0,
    randomDelay: null,
    unbilledSec: 0,
    recovery: null,
    notified: {
      ...{ pause: null, noPower: false, reminders: 0, connectorBusy: 0, aboveListed: 0 },
      ...{ startRefused: false, startNotBegun: false, startDelayed: false },
    },
  };
}

/**
 * Takes one event; returns the next session and the effects. Pure: the same events always give the same session,
 * which is how a restarted agent recovers its state.
 */
export function transition(session: Session, event: SessionEvent): Step {
  const effects: Effect[] = [];
  const before = withClockRolledBack(session, event.at);
  const applied = withUnmetered(before, apply(before, event, effects), event.at);
  const next = withRandomDelay(before, applied, event.at, effects);
  const reviewed = withUnmetered(next, review(next, event.at, effects), event.at);
  return { session: withRandomDelay(next, reviewed, event.at, effects), effects };
}

function apply(s: Session, event: SessionEvent, effects: Effect[]): Session {
  switch (event.type) {
    case 'tick':
      return s;
    case 'startAuthorized':
      return s.phase === 'BOOKED' ? { ...s, authorizedStart: event.authorizedStart } : s;
    case 'startSecretReceived':
      return handedOver(s, event);
    case 'connection':
      return withConnection(s, event.connected, event.at);
    case 'connectorStatus':
      return withStatus(s, event);
    case 'fault':
      return faulted(s, event, effects);
    case 'transactionStarted':
      return begun(started(s, event));
    case 'metered':
      return withListedPower(s, meteredAndJudged(s, event, effects), event, effects);
    case 'unusable':
      return withUnusable(s, event);
    case 'transactionStopped':
      return startedAgain(s, stopped(s, event, effects), event, effects);
    case 'cosigned':
      return cosigned(s, event);
    case 'allowed':
      return event.cost <= s.raisedCost ? s : { ...s, raisedCost: event.cost };
    case 'stopAsked':
      return mayBeStopped(s) ? stopBecause(s, 'driver', event.at) : s;
    case 'waived':
      return mayBeWaived(s) ? { ...stopBecause(s, 'waived', event.at), isWaived: true } : s;
    case 'rebooked':
      return { ...s, plan: { ...s.plan, times: event.times } };
    case 'answered':
      return answered(s, event, effects);
    case 'ledgerEnded':
    case 'ledgerLost':
    case 'finality':
      return byLedger(s, event);
    case 'restored':
      return restored(s, event);
    case 'recovered':
      return recovered(s, event, effects);
    default:
      return withExternalEvent(s, event, effects);
  }
}

function meteredAndJudged(
  s: Session,
  event: Extract<SessionEvent, { type: 'metered' }>,
  effects: Effect[],
): Session {
  const own: Effect[] = [];
  const next = withBelief(metered(s, event, own), event, own);
  effects.push(...own);
  return next;
}

function cosigned(
  s: Session,
  { seq, energyWh, endedAt, overstaySec = 0, cost }: Extract<SessionEvent, { type: 'cosigned' }>,
): Session {
  if (s.cosigned !== null && seq <= s.cosigned.seq) return s;
  return { ...s, cosigned: { seq, energyWh, endedAt, overstaySec, cost } };
}

function handedOver(
  s: Session,
  { idTag, isStartedByRfid, at }: Extract<SessionEvent, { type: 'startSecretReceived' }>,
): Session {
  if (s.phase !== 'BOOKED') return s;
  const askedAt = isStartedByRfid === true ? { ...s.askedAt, start: at } : s.askedAt;
  const cableSeenAt = isPlugged(s) ? at : null;
  return { ...s, phase: 'STARTING', idTag, startSecretReceivedAt: at, cableSeenAt, billedUntil: at, askedAt };
}

function byLedger(
  s: Session,
  event: Extract<SessionEvent, { type: 'ledgerEnded' | 'ledgerLost' | 'finality' }>,
): Session {
  if (event.type === 'finality') return { ...s, finality: event.finality };
  if (event.type === 'ledgerEnded') {
    return { ...(s.transaction === null ? s : stopBecause(s, 'ledger', event.at)), phase: 'ENDED' };
  }
  return s.phase === 'ENDED' ? { ...s, phase: phaseBefore(s) } : s;
}

/**
 * The state of a session whose end on the ledger was taken back. What that end had stopped now ends by its final
 * reading.
 */
function phaseBefore({ isFinalMade, startSecretReceivedAt, stopCause, transaction }: Session): Phase {
  if (isFinalMade) return 'FINAL';
  if (startSecretReceivedAt === null) return 'BOOKED';
  if (stopCause === null) return 'STARTING';
  return transaction === null ? 'UNPLUGGING' : 'STOPPING';
}

/** Earlier requests may be lost: on a new connection everything is requested again. */
function withConnection(s: Session, connected: boolean, at: number): Session {
  if (s.connected === connected) return s;
  return {
    ...s,
    connected,
    connectedAt: connected ? at : s.connectedAt,
    current: { ...s.current, isUnsure: s.current.acceptedA !== null },
    askedAt: { start: 0, limit: 0, limitA: null, stop: 0, reservation: 0, meter: 0 },
  };
}

function withStatus(s: Session, event: Extract<SessionEvent, { type: 'connectorStatus' }>): Session {
  if (s.connectorStatus === event.status) return s;
  const changed = { ...s, connectorStatus: event.status, connectorStatusAt: event.at };
  const next = withCable(changed, event.at);
  // After the end, Preparing is a car that was plugged in since then: the charge point may have been disconnected
  // while the cable was out.
  const isGone = event.status === 'Available' || (isDone(s) && event.status === 'Preparing');
  if (isGone && s.beganAt !== null) return { ...next, unpluggedAt: s.unpluggedAt ?? event.at };
  // A charge point that restarts may report Available before it checks its cable.
  const back = isPlugged(next) && s.stopCause === null;
  if (!back) return next;
  return { ...next, unpluggedAt: null, askedAt: { ...s.askedAt, start: askedAtPlug(s, event.at) } };
}

/** A cable counts once the start secret is there: a start sent from elsewhere proves nobody's presence (rule 1). */
function withCable(s: Session, at: number): Session {
  const isFirst = s.startSecretReceivedAt !== null && s.cableSeenAt === null && isPlugged(s);
  return isFirst ? { ...s, cableSeenAt: at } : s;
}

/** The time at which the last start request counts as sent after a plug: the charge point may begin by itself now. */
function askedAtPlug(s: Session, at: number): number {
  // It accepted the start, and gets a moment.
  if (s.startAnswer === 'accepted') return at - startPatienceSec(s) + PLUG_GRACE_SEC;
  // A charge point may report Preparing before its answer is read: a second request would make it begin twice.
  return s.startAnswer === null ? s.askedAt.start : 0;
}

/** Never resumed automatically: a session ends once. */
function faulted(s: Session, event: Extract<SessionEvent, { type: 'fault' }>, effects: Effect[]): Session {
  const isUnderWay = s.phase === 'STARTING' || s.phase === 'CHARGING';
  const sinceStopSec = event.at - (s.stoppedAt ?? 0);
  // A charge point may end the transaction first and report the reason afterwards.
  const isWhy = s.stopCause === 'wallbox' && sinceStopSec <= FAULT_FOLLOWS_SEC;
  if (!(isUnderWay || isWhy) || !isDangerous(event.errorCode, event.status)) return s;
  notify(effects, 'SAFETY_STOP', { errorCode: event.errorCode });
  return isWhy ? { ...s, stopCause: 'fault' } : stopBecause(s, 'fault', event.at);
}

/** Of several numbers the charge point refuses those that it has closed. */
const hasSeveralNumbers = ({ transaction }: Session): boolean => (transaction?.earlier.length ?? 0) > 0;

function answered(
  s: Session,
  event: Extract<SessionEvent, { type: 'answered' }>,
  effects: Effect[],
): Session {
  switch (event.command) {
    case 'start':
      return startAnswered(s, event, effects);
    case 'limit':
      return limitAnswered(s, event.limitA, event.answer);
    case 'readMeter':
      // A meter answers by its next value.
      return s;
    case 'stop':
      if (event.answer !== 'refused' || s.phase !== 'STOPPING' || hasSeveralNumbers(s)) return s;
      return { ...s, stopRefusedAt: s.stopRefusedAt ?? event.at };
    default:
      return reservationAnswered(s, event.command, event.answer);
  }
}
