import type { Session } from './types.ts';

/** A box that dialled in again gets so long to tell its meter: what flowed before could not be held anyway. */
const DIALLED_GRACE_SEC = 15;
/** A box whose meter stays silent is asked for it again. */
const ASK_AGAIN_SEC = 60;

const SUSPENDED = new Set<Session['connectorStatus']>(['SuspendedEV', 'SuspendedEVSE']);

/** The most that can flow now, in W: listed power, or the part of it that the box was told last. */
function ceilingW({ transaction, plan, current, askedAt, connectorStatus }: Session): number {
  if (transaction === null || SUSPENDED.has(connectorStatus)) return 0;
  const { acceptedA, isUnsure, drawnA } = current;
  if (acceptedA === null || isUnsure || drawnA !== null) return plan.maxPowerW;
  // A higher limit that got no answer may hold all the same.
  const limitA = Math.min(plan.fullCurrentA, Math.max(acceptedA, askedAt.limitA ?? 0));
  return Math.ceil((plan.maxPowerW * limitA) / plan.fullCurrentA);
}

const unmeteredWs = (s: Session, at: number): number =>
  s.unmetered.carriedWs + ceilingW(s) * Math.max(0, at - s.unmetered.from);

/** What may have flowed since the meter last said something believable, in Wh: never billed, only guarded against. */
export const unmeteredWh = (s: Session, at: number): number => Math.ceil(unmeteredWs(s, at) / 3_600);

/** A believable register: until then all is known. */
export const allMetered = (at: number): Session['unmetered'] => ({ carriedWs: 0, from: at });

/** What is not known stays so, whatever begins now. */
export const stillUnmetered = (s: Session, at: number, from = at): Session['unmetered'] => ({
  carriedWs: unmeteredWs(s, at),
  from,
});

/** Between two events the most that can flow is the same; where it changed, what may have flowed so far is kept. */
export function withUnmetered(before: Session, next: Session, at: number): Session {
  const isSame = next.unmetered !== before.unmetered || ceilingW(next) === ceilingW(before);
  return isSame ? next : { ...next, unmetered: stillUnmetered(before, at) };
}

/** Whether the meter could have spoken: not over a line that is down, or was until a moment ago. */
export function couldReport({ connected, connectedAt, unmetered }: Session, at: number): boolean {
  const isGraced = connectedAt > unmetered.from && at >= connectedAt && at - connectedAt < DIALLED_GRACE_SEC;
  return connected && !isGraced;
}

/** Once in each silence, and again while it pauses the charge. */
export function mayAskMeter(s: Session, at: number): boolean {
  if (!s.connected || s.transaction === null) return false;
  const isFirst = s.askedAt.meter <= s.unmetered.from && ceilingW(s) > 0;
  return isFirst || (s.pause?.reason === 'METER_SILENT' && at - s.askedAt.meter >= ASK_AGAIN_SEC);
}
