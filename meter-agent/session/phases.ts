import type { StopCause } from '../../protocol/session.ts';
import type { Session } from './types.ts';

const PLUGGED = new Set(['Preparing', 'Charging', 'SuspendedEVSE', 'SuspendedEV', 'Finishing']);

/** Whether the charge point reports a plugged cable. */
export const isPlugged = ({ connectorStatus }: Pick<Session, 'connectorStatus'>): boolean =>
  connectorStatus !== null && PLUGGED.has(connectorStatus);

/** The car of a session that took power has not been seen to leave. */
export const hasCarThere = (s: Session): boolean =>
  s.beganAt !== null && s.unpluggedAt === null && isPlugged(s);

export const isOver = ({ phase }: Pick<Session, 'phase'>): boolean => phase === 'FINAL' || phase === 'ENDED';

/** Nothing of the session can change any more but its signatures: the connector is the next one's. */
export const isDone = (s: Session): boolean =>
  isOver(s) || (s.phase === 'UNPLUGGING' && s.endedSince !== null);

/**
 * Whether the agent may sign a reading, a final zero included (rule 1): once the charge point reported a cable after the
 * start, for its own fault (out of order, disconnected, taken by another car), or as the host's waiver. Else a start from
 * elsewhere and a stop would give everything back to somebody who kept others away.
 */
export const maySign = (s: Session): boolean =>
  s.cableSeenAt !== null || s.isWaived || s.blocked !== null || s.stopCause === 'fault' || !s.connected;

/** A driver who could not charge does not wait: a final reading of zero returns everything. */
export const mayBeStopped = (s: Session): boolean =>
  !isOver(s) && maySign(s) && (s.phase !== 'BOOKED' || s.blocked !== null);

/** Before any charge, and while no final reading is made. */
export const mayBeWaived = (s: Session): boolean =>
  s.beganAt === null && !s.isFinalMade && s.phase !== 'ENDED';

export function stopBecause(s: Session, cause: StopCause, at: number): Session {
  const stopCause = s.stopCause ?? cause;
  if (s.transaction === null) {
    return { ...s, phase: 'UNPLUGGING', stopCause, stoppedAt: s.stoppedAt ?? at, powerW: 0 };
  }
  if (s.phase === 'STOPPING') return s;
  return { ...s, phase: 'STOPPING', stopCause, askedAt: { ...s.askedAt, stop: 0 }, stoppedAt: at };
}
