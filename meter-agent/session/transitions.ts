import type { Answer } from '../drivers/driver.ts';
import { credit, creditStop, openRegister, type RegisterAnomaly } from './register.ts';
import { isOver, PLUGGED, review, startPatienceSec, stopBecause } from './review.ts';
import type { Effect, OpenTransaction, Plan, Session, SessionEvent, Step } from './types.ts';

/** A box that accepted a start before the plug begins by itself; it is asked again when it does not. */
const PLUG_GRACE_SEC = 10;

/** Slack of the power bound, for clocks and coarse registers; what is billed keeps to the listed power exactly. */
const POWER_SLACK = { percent: 110, energyWh: 100 };

/** How boxes name a stop that the agent asked for. */
const OUR_STOP_REASONS = new Set<string | null>(['Remote', 'Other', null]);
/** Ends of a transaction after which the same car goes on: the box restarted. */
const RESTART_REASONS = new Set(['PowerLoss', 'Reboot', 'HardReset', 'SoftReset']);

export function newSession(plan: Plan): Session {
  return {
    plan,
    phase: 'BOOKED',
    idTag: null,
    handedOverAt: null,
    connected: false,
    connectedAt: 0,
    connectorStatus: null,
    transaction: null,
    doneWh: 0,
    beganAt: null,
    registers: null,
    billedUntil: 0,
    powerW: 0,
    pause: 'none',
    stopCause: null,
    unpluggedAt: null,
    nextSeq: 0,
    lastReading: null,
    cosigned: null,
    askedAt: { start: 0, limit: 0, stop: 0 },
    startAnswer: null,
    stopRefusedAt: null,
    stoppedAt: null,
    trust: 'confirmed',
  };
}

/**
 * One event in, the next session and what to do about it out. Pure: the same events always give the same session,
 * which is how a restarted agent finds its way back.
 */
export function transition(session: Session, event: SessionEvent): Step {
  const effects: Effect[] = [];
  let next = apply(session, event, effects);
  next = review(next, event.at, effects);
  return { session: next, effects };
}

function apply(s: Session, event: SessionEvent, effects: Effect[]): Session {
  switch (event.type) {
    case 'tick':
      return s;
    case 'handedOver':
      if (s.phase !== 'BOOKED') return s;
      return { ...s, phase: 'STARTING', idTag: event.idTag, handedOverAt: event.at, billedUntil: event.at };
    case 'connection':
      // What was asked before may be lost: on a new line everything is asked again.
      if (s.connected === event.connected) return s;
      return {
        ...s,
        connected: event.connected,
        connectedAt: event.connected ? event.at : s.connectedAt,
        askedAt: { start: 0, limit: 0, stop: 0 },
      };
    case 'connectorStatus':
      return withStatus(s, event);
    case 'transactionStarted':
      return started(s, event);
    case 'metered':
      return metered(s, event, effects);
    case 'transactionStopped':
      return stopped(s, event, effects);
    case 'cosigned':
      if (s.cosigned !== null && event.seq <= s.cosigned.seq) return s;
      return {
        ...s,
        cosigned: { seq: event.seq, energyWh: event.energyWh, endedAt: event.endedAt, cost: event.cost },
      };
    case 'stopAsked':
      return s.phase === 'BOOKED' || isOver(s) ? s : stopBecause(s, 'driver', event.at);
    case 'answered':
      return answered(s, event);
    case 'ledgerEnded':
    case 'ledgerLost':
    case 'trust':
      return byLedger(s, event);
  }
}

function byLedger(
  s: Session,
  event: Extract<SessionEvent, { type: 'ledgerEnded' | 'ledgerLost' | 'trust' }>,
): Session {
  if (event.type === 'trust') return { ...s, trust: event.trust };
  if (event.type === 'ledgerEnded') {
    return { ...(s.transaction === null ? s : stopBecause(s, 'ledger', event.at)), phase: 'ENDED' };
  }
  return s.phase !== 'ENDED' ? s : { ...s, phase: s.nextSeq > 0 ? 'FINAL' : 'BOOKED' };
}

/**
 * A wallbox's clock counts for messages that it kept while the line was down, and only where it is possible: not
 * before the last time billed, not after the line came back. What comes over a standing line happens now.
 */
function judged(s: Session, at: number, boxAt: number | null): number {
  return boxAt !== null && boxAt >= s.billedUntil && boxAt < s.connectedAt ? boxAt : at;
}

function withStatus(s: Session, event: Extract<SessionEvent, { type: 'connectorStatus' }>): Session {
  if (s.connectorStatus === event.status) return s;
  const next = { ...s, connectorStatus: event.status };
  if (event.status === 'Available' && s.beganAt !== null) {
    return { ...next, unpluggedAt: s.unpluggedAt ?? event.at };
  }
  // A box that restarts may say Available before it looks at its cable.
  const back = PLUGGED.has(event.status) && s.stopCause === null;
  if (!back) return next;
  // It may begin by itself now: it was told to, and gets a moment.
  const start = s.startAnswer === 'accepted' ? event.at - startPatienceSec(s) + PLUG_GRACE_SEC : 0;
  return { ...next, unpluggedAt: null, askedAt: { ...s.askedAt, start } };
}

function started(s: Session, event: Extract<SessionEvent, { type: 'transactionStarted' }>): Session {
  if (s.phase !== 'STARTING' && s.phase !== 'CHARGING') return s;
  const beganAt = judged(s, event.at, event.boxAt);
  // An open one here was forgotten by the box: what it delivered so far stays.
  const doneWh = s.doneWh + (s.transaction?.register.creditedWh ?? 0);
  const register = openRegister(event.meterStartWh);
  return {
    ...s,
    phase: 'CHARGING',
    transaction: { transactionId: event.transactionId, beganAt, register },
    doneWh,
    beganAt: s.beganAt ?? beganAt,
    registers: { beginWh: s.registers?.beginWh ?? event.meterStartWh, endWh: event.meterStartWh },
    billedUntil: beganAt,
    pause: 'none',
    unpluggedAt: null,
    askedAt: { ...s.askedAt, limit: 0 },
  };
}

/** The most that the transaction can have delivered: listed power × time, with slack. */
function registerLimitWh(s: Session, transaction: OpenTransaction, at: number): number {
  const wattSeconds = s.plan.maxPowerW * Math.max(0, at - transaction.beganAt);
  return Math.floor((wattSeconds * POWER_SLACK.percent) / 360_000) + POWER_SLACK.energyWh;
}

function note(effects: Effect[], anomaly: RegisterAnomaly | null, registerWh: number): void {
  if (anomaly !== null) effects.push({ do: 'note', anomaly, registerWh });
}

function metered(s: Session, event: Extract<SessionEvent, { type: 'metered' }>, effects: Effect[]): Session {
  const { transaction } = s;
  if (transaction === null || transaction.transactionId !== event.transactionId || isOver(s)) return s;
  const powerW = event.powerW ?? s.powerW;
  if (event.registerWh === null) return { ...s, powerW };
  const limitWh = registerLimitWh(s, transaction, event.at);
  const { register, anomaly } = credit(transaction.register, event.registerWh, limitWh);
  note(effects, anomaly, event.registerWh);
  const billedUntil = judged(s, event.at, event.boxAt);
  const spanSec = billedUntil - s.billedUntil;
  const moreWh = register.creditedWh - transaction.register.creditedWh;
  const derivedW = event.powerW === null && spanSec > 0 ? Math.round((moreWh * 3_600) / spanSec) : powerW;
  return {
    ...s,
    transaction: { ...transaction, register },
    registers: { beginWh: s.registers?.beginWh ?? register.startWh, endWh: register.lastWh },
    billedUntil,
    powerW: derivedW,
  };
}

function stopped(
  s: Session,
  event: Extract<SessionEvent, { type: 'transactionStopped' }>,
  effects: Effect[],
): Session {
  const { transaction } = s;
  if (transaction === null || transaction.transactionId !== event.transactionId) return s;
  // Ended on the ledger with power still flowing: nothing more is billed.
  if (isOver(s)) return { ...s, transaction: null };
  const limitWh = registerLimitWh(s, transaction, event.at);
  const { register, anomaly } = creditStop(transaction.register, event.meterStopWh, limitWh);
  note(effects, anomaly, event.meterStopWh);
  const stoppedAt = judged(s, event.at, event.boxAt);
  const closed = {
    ...s,
    transaction: null,
    doneWh: s.doneWh + register.creditedWh,
    registers: { beginWh: s.registers?.beginWh ?? register.startWh, endWh: register.lastWh },
    billedUntil: stoppedAt,
    powerW: 0,
  };
  const gone = event.reason === 'EVDisconnected';
  const unpluggedAt = gone ? stoppedAt : s.unpluggedAt;
  // The slot may have ended while the line was down: overstay ends where the cable was taken out all the same.
  if (s.stopCause !== null) return { ...closed, phase: 'UNPLUGGING', stoppedAt, unpluggedAt };
  if (s.pause === 'stopped' && OUR_STOP_REASONS.has(event.reason)) {
    // Asked again as soon as signatures come.
    return { ...closed, phase: 'STARTING', startAnswer: null, askedAt: { ...s.askedAt, start: 0 } };
  }
  if (RESTART_REASONS.has(event.reason ?? '')) {
    // It may go on by itself; it is asked when it does not.
    const askedAt = { ...s.askedAt, start: event.at };
    return { ...closed, phase: 'STARTING', pause: 'none', startAnswer: null, askedAt };
  }
  return {
    ...closed,
    phase: 'UNPLUGGING',
    stopCause: gone ? 'unplugged' : 'wallbox',
    unpluggedAt,
    stoppedAt,
  };
}

function answered(s: Session, event: Extract<SessionEvent, { type: 'answered' }>): Session {
  const { wish, answer } = event;
  if (wish === 'start') return { ...s, startAnswer: answer };
  if (wish === 'stop' && answer === 'refused' && s.phase === 'STOPPING') {
    return { ...s, stopRefusedAt: s.stopRefusedAt ?? event.at };
  }
  return wish === 'stop' ? s : limitAnswered(s, wish, answer);
}

/** The last resort where limits are not known, or not taken away: end the transaction, start again. */
function limitAnswered(s: Session, wish: 'limit' | 'lift', answer: Answer): Session {
  const stop: Session = { ...s, pause: 'stopped', askedAt: { ...s.askedAt, stop: 0 } };
  if (wish === 'limit' && s.pause === 'asked') {
    if (answer === 'accepted') return { ...s, pause: 'limited' };
    if (answer === 'refused') return stop;
  }
  if (s.pause === 'lifting') {
    // Refused to limit, and signed in the meantime: there is no limit to take away.
    if (wish === 'limit') return answer === 'refused' ? { ...s, pause: 'none' } : s;
    if (answer === 'accepted') return { ...s, pause: 'none' };
    if (answer === 'refused') return stop;
  }
  return s;
}
