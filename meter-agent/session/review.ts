import { capReached, costOf, unsignedCost, unsignedLimit } from './money.ts';
import type { Effect, OpenTransaction, Session, StopCause } from './types.ts';

/** Rhythm of readings (MECHANISM rule 4) until the first co-signature above 0 Wh, and after it. */
const FIRST_RHYTHM = { energyWh: 25, timeSec: 10 };
const LATER_RHYTHM = { energyWh: 250, timeSec: 60 };

/** Patience with a wallbox, in seconds. */
const RETRY_START_SEC = 15;
/** A box that accepted a start is left in peace longer: some begin once for each time they are asked. */
const RETRY_ACCEPTED_START_SEC = 60;

/** How long after a wish to start it is repeated. */
export const startPatienceSec = (s: Session): number =>
  s.startAnswer === 'accepted' ? RETRY_ACCEPTED_START_SEC : RETRY_START_SEC;
const RETRY_STOP_SEC = 15;
const RETRY_LIMIT_SEC = 15;
/** A box that stays silent after a stop is not waited for longer; nor one that refused the stop. */
const GIVE_UP_STOP_SEC = 60;
const GIVE_UP_REFUSED_STOP_SEC = 10;
/** Time for the status that tells whether the car is still plugged in. */
const STATUS_GRACE_SEC = 5;
/** Time for the StopTransaction of a connector that says Available. */
const UNPLUG_GRACE_SEC = 10;

export const PLUGGED = new Set(['Preparing', 'Charging', 'SuspendedEVSE', 'SuspendedEV', 'Finishing']);

export const isOver = (s: Pick<Session, 'phase'>): boolean => s.phase === 'FINAL' || s.phase === 'ENDED';

export function stopBecause(s: Session, cause: StopCause, at: number): Session {
  const stopCause = s.stopCause ?? cause;
  if (s.transaction === null) {
    return { ...s, phase: 'UNPLUGGING', stopCause, stoppedAt: s.stoppedAt ?? at, powerW: 0 };
  }
  if (s.phase === 'STOPPING') return s;
  return { ...s, phase: 'STOPPING', stopCause, askedAt: { ...s.askedAt, stop: 0 }, stoppedAt: at };
}

/** The booking's usage up to now. Billed energy keeps to listed power × time, so that it can always be claimed. */
export function usageOf(s: Session, at: number) {
  const deliveredWh = s.doneWh + (s.transaction?.register.creditedWh ?? 0);
  const beganAt = s.beganAt ?? s.stoppedAt ?? at;
  const running = s.transaction !== null && s.phase === 'CHARGING';
  const until = s.beganAt === null ? beganAt : running ? at : s.billedUntil;
  const endedAt = Math.max(beganAt, Math.min(until, s.plan.times.closes), s.lastReading?.endedAt ?? 0);
  const possibleWh = Math.floor((s.plan.maxPowerW * (endedAt - beganAt)) / 3_600);
  return { energyWh: Math.min(deliveredWh, possibleWh), beganAt, endedAt, overstaySec: 0 };
}

/** What time and money demand after any event. */
export function review(s: Session, at: number, effects: Effect[]): Session {
  if (isOver(s) || s.phase === 'BOOKED') {
    return s.phase === 'ENDED' && s.transaction !== null ? repeatStop(s, at, effects) : s;
  }
  let next = reviewEnd(s, at);
  if (next.phase === 'STARTING') next = reviewStart(next, at, effects);
  if (next.phase === 'CHARGING') next = reviewCharge(next, at, effects);
  if (next.phase === 'STOPPING') next = reviewStop(next, at, effects);
  if (next.phase === 'UNPLUGGING') next = reviewUnplug(next, at, effects);
  return next;
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
  if (s.idTag === null || !s.connected) return next;
  if (s.trust === 'missing' || (s.pause === 'stopped' && overLimit(s, at))) return next;
  const waitsForPlug =
    s.connectorStatus === 'Available' && s.startAnswer === 'accepted' && s.askedAt.start > 0;
  if (waitsForPlug || at - s.askedAt.start < startPatienceSec(s)) return next;
  effects.push({ do: 'remoteStart', idTag: s.idTag });
  return { ...next, askedAt: { ...next.askedAt, start: at } };
}

/** While the ledger may still lose the booking, signatures grow no trust: they would be of nothing (rule 20). */
const trusted = (s: Session) => (s.trust === 'fresh' ? null : s.cosigned);

const overLimit = (s: Session, at: number): boolean =>
  s.trust === 'missing' ||
  unsignedCost(s.plan.limits, usageOf(s, at), trusted(s)) > unsignedLimit(s.plan.limits, trusted(s));

function reviewCharge(s: Session, at: number, effects: Effect[]): Session {
  const next = reviewPause(s, at, effects);
  return isReadingDue(next, at) ? withReading(next, at, false, effects) : next;
}

function reviewPause(s: Session, at: number, effects: Effect[]): Session {
  const { transactionId } = s.transaction as OpenTransaction;
  const over = overLimit(s, at);
  if (s.pause === 'stopped') {
    if (at - s.askedAt.stop < RETRY_STOP_SEC) return s;
    effects.push({ do: 'remoteStop', transactionId });
    return { ...s, askedAt: { ...s.askedAt, stop: at } };
  }
  if (over && s.pause === 'limited' && ignoresLimit(s, at)) {
    return reviewPause({ ...s, pause: 'stopped', askedAt: { ...s.askedAt, stop: 0 } }, at, effects);
  }
  if (s.pause === (over ? 'limited' : 'none')) return s;
  const pause = over ? 'asked' : 'lifting';
  if (s.pause === pause && at - s.askedAt.limit < RETRY_LIMIT_SEC) return s;
  effects.push({ do: 'limit', transactionId, limitA: over ? 0 : null });
  return { ...s, pause, askedAt: { ...s.askedAt, limit: at } };
}

/** A box that accepted 0 A and still gives power: twice the limit is gone. */
function ignoresLimit(s: Session, at: number): boolean {
  const { limits } = s.plan;
  const energyOnly = { ...limits, tariff: { ...limits.tariff, pricePerHour: 0n } };
  const unsigned = unsignedCost(energyOnly, usageOf(s, at), trusted(s));
  return at - s.askedAt.limit >= RETRY_LIMIT_SEC && unsigned > 2n * unsignedLimit(limits, trusted(s));
}

function isReadingDue(s: Session, at: number): boolean {
  const { lastReading: last, cosigned } = s;
  if (last === null) return true;
  const usage = usageOf(s, at);
  const energyWh = usage.energyWh - last.energyWh;
  const timeSec = usage.endedAt - last.endedAt;
  const cost = costOf(s.plan.limits, usage) - last.cost;
  if (energyWh === 0 && cost === 0n) return false;
  // While power flows, one a second is enough.
  if (timeSec < 1 && s.phase === 'CHARGING') return false;
  const rhythm = cosigned !== null && cosigned.energyWh > 0 ? LATER_RHYTHM : FIRST_RHYTHM;
  const quick = s.pause === 'none' ? rhythm : FIRST_RHYTHM;
  // Before trust runs out: a signature that comes in time saves a pause.
  const quarter = cost * 4n >= unsignedLimit(s.plan.limits, cosigned) && cost > 0n;
  return energyWh >= quick.energyWh || timeSec >= quick.timeSec || quarter;
}

function withReading(s: Session, at: number, isFinal: boolean, effects: Effect[]): Session {
  const usage = isFinal ? { ...usageOf(s, at), overstaySec: overstaySec(s, at) } : usageOf(s, at);
  effects.push({ do: 'reading', facts: { seq: s.nextSeq, ...usage, isFinal } });
  const cost = costOf(s.plan.limits, usage);
  const { energyWh, endedAt } = usage;
  return { ...s, nextSeq: s.nextSeq + 1, lastReading: { seq: s.nextSeq, energyWh, endedAt, cost } };
}

/** Seconds beyond `closes` in which the car stood there. */
function overstaySec(s: Session, at: number): number {
  if (s.beganAt === null || s.plan.limits.tariff.overstayPerHour === 0n) return 0;
  const until = s.unpluggedAt ?? (isPlugged(s) ? at : (s.stoppedAt ?? at));
  return Math.max(0, until - s.plan.times.closes);
}

const isPlugged = (s: Session): boolean => s.connectorStatus !== null && PLUGGED.has(s.connectorStatus);

function repeatStop(s: Session, at: number, effects: Effect[]): Session {
  if (!s.connected || s.transaction === null || at - s.askedAt.stop < RETRY_STOP_SEC) return s;
  effects.push({ do: 'remoteStop', transactionId: s.transaction.transactionId });
  return { ...s, askedAt: { ...s.askedAt, stop: at } };
}

function reviewStop(s: Session, at: number, effects: Effect[]): Session {
  const since = s.stoppedAt ?? at;
  const refused = s.stopRefusedAt !== null && at - s.stopRefusedAt >= GIVE_UP_REFUSED_STOP_SEC;
  const silent = at - since >= GIVE_UP_STOP_SEC && (s.connected || at >= s.plan.times.closes);
  if (!refused && !silent) return repeatStop(s, at, effects);
  const doneWh = s.doneWh + (s.transaction?.register.creditedWh ?? 0);
  return { ...s, phase: 'UNPLUGGING', transaction: null, doneWh, powerW: 0 };
}

/** The final reading: at the driver's stop, at the unplug, or once overstay cannot grow any more. */
function reviewUnplug(s: Session, at: number, effects: Effect[]): Session {
  if (mayOverstay(s, at)) return s;
  return { ...withReading(s, at, true, effects), phase: 'FINAL', pause: 'none' };
}

function mayOverstay(s: Session, at: number): boolean {
  const { tariff } = s.plan.limits;
  if (s.beganAt === null || tariff.overstayPerHour === 0n || s.unpluggedAt !== null) return false;
  if (s.stopCause === 'driver' || s.stopCause === 'unplugged' || s.stopCause === 'ledger') return false;
  if (s.connectorStatus !== 'Finishing') {
    // Not said yet whether the car is still there.
    return at - (s.stoppedAt ?? at) < STATUS_GRACE_SEC;
  }
  const { closes, reportBy } = s.plan.times;
  const paidForSec = Number((tariff.overstayReserve * 3_600n) / tariff.overstayPerHour) + 1;
  // Half of the reporting window is left for the driver's signature and the ledger.
  return at < Math.min(closes + paidForSec, closes + Math.floor((reportBy - closes) / 2));
}
