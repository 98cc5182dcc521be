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

export function stopBecause(s: Session, cause: StopCause, at: number): Session {
  const stopCause = s.stopCause ?? cause;
  if (s.transaction === null) {
    return { ...s, phase: 'UNPLUGGING', stopCause, stoppedAt: s.stoppedAt ?? at, powerW: 0 };
  }
  if (s.phase === 'STOPPING') return s;
  return { ...s, phase: 'STOPPING', stopCause, askedAt: { ...s.askedAt, stop: 0 }, stoppedAt: at };
}
