import type { Usage } from '../../protocol/cost.ts';
import type { PauseReason } from '../../protocol/session.ts';
import { min } from '../../protocol/units.ts';
import type { Answer } from '../drivers/driver.ts';
import { costOf, flowBound, uncappedCost } from './money.ts';
import { usageOf } from './readings.ts';
import { isRecovering } from './recovery.ts';
import { stopCommands } from './transaction-numbers.ts';
import type { Effect, OpenTransaction, Session } from './types.ts';
import { couldReport, mayAskMeter, unmeteredWh } from './unmetered.ts';

const RETRY_LIMIT_SEC = 15;
const RETRY_STOP_SEC = 15;

/** The smallest current a car charges with (IEC 61851-1), in A. */
export const LEAST_CURRENT_A = 6;

/** What a wallbox and a car that is paused still draw, in W. */
export const STANDBY_W = 300;

/** Pauses that end with a signature, a raise, or a meter value. */
const UNSIGNED_PAUSES = new Set<PauseReason | undefined>(['UNSIGNED', 'UNCONFIRMED', 'METER_SILENT']);

/** The session's usage if full power flowed for so many more meter values. */
function usageAhead(s: Session, usage: Usage, samples: number): Usage {
  const { maxPowerW, fullCurrentA, sampleSec } = s.plan;
  const flowA = Math.max(Math.min(fullCurrentA, s.current.shareA ?? fullCurrentA), s.current.drawnA ?? 0);
  const sec = samples * sampleSec;
  const moreWh = Math.ceil((maxPowerW * flowA * sec) / (fullCurrentA * 3_600));
  return { ...usage, energyWh: usage.energyWh + moreWh, endedAt: usage.endedAt + sec };
}

/** What the energy that may have flowed unmetered costs on top of the usage, in token units. */
function unmeteredCost(s: Session, at: number, usage: Usage): bigint {
  const moreWh = unmeteredWh(s, at);
  if (moreWh === 0) return 0n;
  const { limits } = s.plan;
  const withUnmetered = { ...usage, energyWh: usage.energyWh + moreWh };
  return uncappedCost(limits, withUnmetered) - uncappedCost(limits, usage);
}

/**
 * In token units: what has flowed, what may have flowed unmetered on top of it, and what is left for both. Null while
 * nothing can have flowed unmetered.
 */
function exposureOf(s: Session, at: number, usage: Usage) {
  const possible = unmeteredCost(s, at, usage);
  if (possible === 0n) return null;
  const { limits } = s.plan;
  const flowed = costOf(limits, usage);
  return {
    unsigned: flowed - (s.cosigned?.cost ?? 0n),
    possible,
    room: min(flowBound(s), limits.cap) - flowed,
  };
}

/**
 * Pauses a meter value before what has flowed would cost more than the bound (rule 4), or when what may have flowed
 * unmetered would. Resumes when there is room for twice as much; otherwise a charge near its bound would switch on and
 * off with each meter value.
 */
function unsignedPause(s: Session, at: number): PauseReason | null {
  const usage = usageOf(s, at);
  const isPaused = UNSIGNED_PAUSES.has(s.pause?.reason);
  if (costOf(s.plan.limits, usageAhead(s, usage, isPaused ? 2 : 1)) > flowBound(s)) return unsignedReason(s);
  const exposure = isPaused || couldReport(s, at) ? exposureOf(s, at, usage) : null;
  if (exposure === null) return null;
  const { unsigned, possible, room } = exposure;
  if (possible <= (isPaused ? room / 2n : room)) return null;
  return possible > unsigned ? 'METER_SILENT' : unsignedReason(s);
}

const unsignedReason = ({ finality }: Session): PauseReason =>
  finality === 'unconfirmed' ? 'UNCONFIRMED' : 'UNSIGNED';

function pauseReason(s: Session, at: number): PauseReason | null {
  if (isRecovering(s)) return 'RECOVERING';
  if (s.finality === 'missing') return 'BOOKING_MISSING';
  if (s.adjacentBookingUntil !== null && at < s.adjacentBookingUntil) return 'ADJACENT_BOOKING';
  const pause = unsignedPause(s, at);
  if (pause !== null) return pause;
  return s.current.shareA !== null && s.current.shareA < LEAST_CURRENT_A ? 'SITE_LIMIT' : null;
}

/** Pauses that a charge point must obey to the watt-hour: energy that flows nevertheless is not paid for. */
const UNPAID_PAUSES = new Set<PauseReason>(['UNSIGNED', 'UNCONFIRMED', 'BOOKING_MISSING']);

export function reviewPause(s: Session, at: number): Session {
  const reason = pauseReason(s, at);
  if (reason === (s.pause?.reason ?? null)) return s;
  if (reason !== null) return { ...s, pause: { reason, since: at } };
  // The time without power starts again: until now the pause was ours.
  return { ...s, pause: null, flowedAt: at, notified: { ...s.notified, noPower: false } };
}

/** A meter that is silent for longer than its interval is asked for a value before its silence pauses the charge. */
export function reviewMeter(s: Session, at: number, effects: Effect[]): Session {
  if (!mayAskMeter(s, at) || at - s.unmetered.from <= s.plan.sampleSec) return s;
  const exposure = exposureOf(s, at, usageOf(s, at));
  if (exposure === null || exposure.room < 0n || 2n * exposure.possible < exposure.room) return s;
  effects.push({ do: 'readMeter' });
  return { ...s, askedAt: { ...s.askedAt, meter: at } };
}

/** The transaction's present limit, in A per phase: everything that limits it comes together here. */
export const wantedA = ({ pause, plan, current }: Pick<Session, 'pause' | 'plan' | 'current'>): number =>
  pause === null ? Math.min(plan.fullCurrentA, current.shareA ?? plan.fullCurrentA) : 0;

/** Makes the charge point follow the limit. The last resort is to end its transaction and to start again. */
export function reviewLimit(s: Session, at: number, effects: Effect[]): Session {
  const open = s.transaction as OpenTransaction;
  const { current } = s;
  if (current.isPausedByStop) {
    if (at - s.askedAt.stop < RETRY_STOP_SEC) return s;
    effects.push(...stopCommands(open));
    return { ...s, askedAt: { ...s.askedAt, stop: at } };
  }
  if (violatesLimit(s, at)) return reviewLimit(pausedByStop(s), at, effects);
  const limitA = wantedA(s);
  const isKnown = current.acceptedA === limitA && !current.isUnsure;
  if (isKnown || (current.isRefused && limitA > 0)) return s;
  if (s.askedAt.limitA === limitA && at - s.askedAt.limit < RETRY_LIMIT_SEC) return s;
  effects.push({ do: 'limit', transactionId: open.transactionId, limitA });
  return { ...s, askedAt: { ...s.askedAt, limit: at, limitA } };
}

const pausedByStop = (s: Session): Session => ({
  ...s,
  current: { ...s.current, isPausedByStop: true },
  askedAt: { ...s.askedAt, stop: 0 },
});

/** A charge point that accepted 0 A and still delivers: by its meter, or by what it has taken beyond the bound. */
function violatesLimit(s: Session, at: number): boolean {
  const { acceptedA, isUnsure } = s.current;
  if (s.pause === null || acceptedA !== 0 || isUnsure || at - s.askedAt.limit < RETRY_LIMIT_SEC) return false;
  if (s.powerW > STANDBY_W && s.meteredAt - s.askedAt.limit >= RETRY_LIMIT_SEC) return true;
  if (!UNPAID_PAUSES.has(s.pause.reason)) return false;
  const { limits } = s.plan;
  const energyOnly = { ...limits, tariff: { ...limits.tariff, pricePerHour: 0n } };
  const bound = flowBound(s);
  return costOf(energyOnly, usageOf(s, at)) > 2n * bound - min(bound, s.cosigned?.cost ?? 0n);
}

export function limitAnswered(s: Session, limitA: number, answer: Answer): Session {
  if (s.phase !== 'CHARGING' || answer === 'unreachable') return s;
  const { current } = s;
  if (answer === 'accepted') {
    const over = current.acceptedA === limitA ? current.over : null;
    return { ...s, current: { ...current, acceptedA: limitA, isUnsure: false, isRefused: false, over } };
  }
  const refused = { ...s, current: { ...current, isUnsure: false, isRefused: true } };
  // It does not accept 0 A, or does not resume: in both cases the transaction is ended.
  const isStuck = limitA === 0 ? s.pause !== null : current.acceptedA === 0 && s.pause === null;
  return isStuck ? pausedByStop(refused) : refused;
}
