import type { Session } from './types.ts';

/**
 * How long a reconnected charge point has to send its meter value: what flowed before could not be prevented anyway.
 */
const DIALLED_GRACE_SEC = 15;
/** Interval at which a silent meter is asked again. */
const ASK_AGAIN_SEC = 60;

const SUSPENDED = new Set<Session['connectorStatus']>(['SuspendedEV', 'SuspendedEVSE']);

/** The most that can flow now, in W: listed power, or the limit sent last. */
function ceilingW({ transaction, plan, current, askedAt, connectorStatus }: Session): number {
  if (transaction === null || SUSPENDED.has(connectorStatus)) return 0;
  const { acceptedA, isUnsure, drawnA } = current;
  if (acceptedA === null || isUnsure || drawnA !== null) return plan.maxPowerW;
  // A higher limit that was not answered may be in force all the same.
  const limitA = Math.min(plan.fullCurrentA, Math.max(acceptedA, askedAt.limitA ?? 0));
  return Math.ceil((plan.maxPowerW * limitA) / plan.fullCurrentA);
}

const unmeteredWs = (s: Session, at: number): number =>
  s.unmetered.carriedWs + ceilingW(s) * Math.max(0, at - s.unmetered.from);

/** What may have flowed since the last plausible meter value, in Wh: never billed, only limited. */
export const unmeteredWh = (s: Session, at: number): number => Math.ceil(unmeteredWs(s, at) / 3_600);

/** A plausible register value: everything until then is known. */
export const allMetered = (at: number): Session['unmetered'] => ({ carriedWs: 0, from: at });

/** What is unknown stays unknown, whatever begins now. */
export const stillUnmetered = (s: Session, at: number, from = at): Session['unmetered'] => ({
  carriedWs: unmeteredWs(s, at),
  from,
});

/** Between two events the largest possible power is constant; where it changes, the energy so far is kept. */
export function withUnmetered(before: Session, next: Session, at: number): Session {
  const isSame = next.unmetered !== before.unmetered || ceilingW(next) === ceilingW(before);
  return isSame ? next : { ...next, unmetered: stillUnmetered(before, at) };
}

/** Whether a meter value could have come: not while disconnected, nor until a moment after. */
export function couldReport({ connected, connectedAt, unmetered }: Session, at: number): boolean {
  const isGraced = connectedAt > unmetered.from && at >= connectedAt && at - connectedAt < DIALLED_GRACE_SEC;
  return connected && !isGraced;
}

/** Once per silence, and again while it pauses the charge. */
export function mayAskMeter(s: Session, at: number): boolean {
  if (!s.connected || s.transaction === null) return false;
  const isFirst = s.askedAt.meter <= s.unmetered.from && ceilingW(s) > 0;
  return isFirst || (s.pause?.reason === 'METER_SILENT' && at - s.askedAt.meter >= ASK_AGAIN_SEC);
}
