import type { Answer } from '../drivers/driver.ts';
import { unsignedCost, unsignedLimit } from './money.ts';
import { usageOf } from './readings.ts';
import type { Effect, Hold, OpenTransaction, Session } from './types.ts';
import { couldTell, mayAskMeter, possibleWh } from './unmetered.ts';

const RETRY_LIMIT_SEC = 15;
const RETRY_STOP_SEC = 15;

/** The least current that a car charges with (IEC 61851-1), in A. */
export const LEAST_CURRENT_A = 6;

/** What a wallbox and a car that is paused still draw, in W. */
export const STANDBY_W = 300;

/** While the ledger may still lose the booking, signatures grow no trust: they would be of nothing (rule 20). */
const trusted = (s: Session) => (s.trust === 'fresh' ? null : s.cosigned);

/** Holds that end by signatures, or by a meter that speaks. */
const TRUST_HOLDS = new Set<Hold | undefined>(['unsigned', 'fresh', 'silent']);

/** What runs unsigned, what may have flowed unseen on top of it, and how much of both may be; in token units. */
function exposureOf(s: Session, at: number) {
  const { limits } = s.plan;
  const usage = usageOf(s, at);
  const counted = unsignedCost(limits, usage, trusted(s));
  const withUnseen = { ...usage, energyWh: usage.energyWh + possibleWh(s, at) };
  const possible = unsignedCost(limits, withUnseen, trusted(s)) - counted;
  return { counted, possible, limit: unsignedLimit(limits, trusted(s)) };
}

/**
 * Pauses before more is unsigned or unseen than the limit, and goes on when half of it is free again: else a charge
 * near its limit would go on and off with each value of the meter.
 */
function trustHold(s: Session, at: number): Hold | null {
  const { counted, possible, limit } = exposureOf(s, at);
  const isHeld = TRUST_HOLDS.has(s.hold?.reason);
  const isUnseen = (isHeld || couldTell(s, at)) && counted + possible > (isHeld ? limit / 2n : limit);
  if (counted <= limit && !isUnseen) return null;
  if (possible > counted) return 'silent';
  return s.trust === 'fresh' ? 'fresh' : 'unsigned';
}

function holdReason(s: Session, at: number): Hold | null {
  if (s.trust === 'missing') return 'missing';
  if (s.neighbourUntil !== null && at < s.neighbourUntil) return 'neighbour';
  const hold = trustHold(s, at);
  if (hold !== null) return hold;
  return s.current.shareA !== null && s.current.shareA < LEAST_CURRENT_A ? 'site' : null;
}

/** Holds that a box has to obey to the watt-hour: what flows is not paid for. */
const MONEY_HOLDS = new Set<Hold>(['unsigned', 'fresh', 'missing']);

export function reviewHold(s: Session, at: number): Session {
  const reason = holdReason(s, at);
  if (reason === (s.hold?.reason ?? null)) return s;
  if (reason !== null) return { ...s, hold: { reason, since: at } };
  // Time without power counts anew: until now it was ours.
  return { ...s, hold: null, flowedAt: at, told: { ...s.told, noPower: false } };
}

/** A meter that says nothing is asked before its silence pauses the charge. */
export function reviewMeter(s: Session, at: number, effects: Effect[]): Session {
  if (!mayAskMeter(s, at)) return s;
  const { counted, possible, limit } = exposureOf(s, at);
  if (possible === 0n || counted > limit || 2n * possible < limit - counted) return s;
  effects.push({ do: 'readMeter' });
  return { ...s, askedAt: { ...s.askedAt, meter: at } };
}

/** What the transaction may take now, in A per phase: everything that limits it meets here. */
export const wantedA = ({ hold, plan, current }: Pick<Session, 'hold' | 'plan' | 'current'>): number =>
  hold === null ? Math.min(plan.fullCurrentA, current.shareA ?? plan.fullCurrentA) : 0;

/** Brings the box to what is wanted. The last resort is to end its transaction and to start again. */
export function reviewLimit(s: Session, at: number, effects: Effect[]): Session {
  const { transactionId } = s.transaction as OpenTransaction;
  const { current } = s;
  if (current.isPausedByStop) {
    if (at - s.askedAt.stop < RETRY_STOP_SEC) return s;
    effects.push({ do: 'remoteStop', transactionId });
    return { ...s, askedAt: { ...s.askedAt, stop: at } };
  }
  if (ignoresLimit(s, at)) return reviewLimit(pausedByStop(s), at, effects);
  const limitA = wantedA(s);
  const isKnown = current.acceptedA === limitA && !current.isUnsure;
  if (isKnown || (current.isRefused && limitA > 0)) return s;
  if (s.askedAt.limitA === limitA && at - s.askedAt.limit < RETRY_LIMIT_SEC) return s;
  effects.push({ do: 'limit', transactionId, limitA });
  return { ...s, askedAt: { ...s.askedAt, limit: at, limitA } };
}

const pausedByStop = (s: Session): Session => ({
  ...s,
  current: { ...s.current, isPausedByStop: true },
  askedAt: { ...s.askedAt, stop: 0 },
});

/** A box that accepted 0 A and still gives power: twice the unsigned limit is gone, or the meter goes on. */
function ignoresLimit(s: Session, at: number): boolean {
  const { acceptedA, isUnsure } = s.current;
  if (s.hold === null || acceptedA !== 0 || isUnsure || at - s.askedAt.limit < RETRY_LIMIT_SEC) return false;
  if (!MONEY_HOLDS.has(s.hold.reason)) {
    return s.powerW > STANDBY_W && s.meteredAt - s.askedAt.limit >= RETRY_LIMIT_SEC;
  }
  const { limits } = s.plan;
  const energyOnly = { ...limits, tariff: { ...limits.tariff, pricePerHour: 0n } };
  return unsignedCost(energyOnly, usageOf(s, at), trusted(s)) > 2n * unsignedLimit(limits, trusted(s));
}

export function limitAnswered(s: Session, limitA: number, answer: Answer): Session {
  if (s.phase !== 'CHARGING' || answer === 'unreachable') return s;
  const { current } = s;
  if (answer === 'accepted') {
    const over = current.acceptedA === limitA ? current.over : null;
    return { ...s, current: { ...current, acceptedA: limitA, isUnsure: false, isRefused: false, over } };
  }
  const refused = { ...s, current: { ...current, isUnsure: false, isRefused: true } };
  // It takes no 0 A, or does not give power again: both are done by ending the transaction.
  const isStuck = limitA === 0 ? s.hold !== null : current.acceptedA === 0 && s.hold === null;
  return isStuck ? pausedByStop(refused) : refused;
}
