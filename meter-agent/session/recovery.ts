import type { SessionEvent } from './events.ts';
import { notify } from './notices.ts';
import type { Effect, Session } from './types.ts';

/**
 * How far behind the newest known number a restored journal goes on: the lost one may have signed readings that it never
 * sent, at most one a second, and these are the seconds of eleven days.
 */
export const SAFE_GAP_SEQ = 1_000_000;

/** How long the answers may take before people are told that a booking waits. */
const RECOVERING_NOTICE_SEC = 60;

/** Whether readings may have been signed that the journal does not know: then none is signed. */
export const isRecovering = ({ recovery }: Pick<Session, 'recovery'>): boolean =>
  recovery !== null && recovery.waitsSince !== null;

/** The journal is a backup's. */
export function restored(s: Session, { backupAt, at }: Extract<SessionEvent, { type: 'restored' }>): Session {
  const { energyWh = 0, overstaySec = 0, seq = null } = s.recovery ?? {};
  return {
    ...s,
    recovery: { backupAt, waitsSince: at, isNotified: false, seq, energyWh, overstaySec },
  };
}

/**
 * Ledger and API have shown what they hold of the booking. What was signed there is not taken back: numbers go on
 * behind it, figures not below it.
 */
export function recovered(
  s: Session,
  event: Extract<SessionEvent, { type: 'recovered' }>,
  effects: Effect[],
): Session {
  if (s.recovery === null || !isRecovering(s)) return s;
  if (s.recovery.isNotified) notify(effects, 'BOOKING_RECOVERED', {});
  const { isUntouched, ledgerSeq, newest, cosigned, isFinalMade } = event;
  // Before the slot opens nothing can have been signed: the booking is as it was.
  if (isUntouched) return { ...s, recovery: null };
  const isNewer = (cosigned?.seq ?? -1) > (s.cosigned?.seq ?? -1);
  const next = { ...withNewest(s, event.at, newest), cosigned: isNewer ? cosigned : s.cosigned };
  // Nothing can have been signed after a final reading.
  if (s.isFinalMade) return next;
  const known = Math.max(next.nextSeq - 1, newest?.seq ?? -1, ledgerSeq);
  const behind = { ...next, nextSeq: known + 1 + SAFE_GAP_SEQ };
  return isFinalMade ? withFinal(behind, newest?.isFinal ? newest.seq + 1 : behind.nextSeq) : behind;
}

/** The newest reading that the API holds, where the journal does not know it. */
function withNewest(s: Session, at: number, newest: Extract<SessionEvent, { type: 'recovered' }>['newest']) {
  const recovery = { ...(s.recovery as NonNullable<Session['recovery']>), waitsSince: null };
  if (newest === null || newest.seq < (s.lastReading?.seq ?? 0)) return { ...s, recovery };
  const { seq, energyWh, beganAt, endedAt, overstaySec, cost } = newest;
  const isBegun = energyWh > 0 || endedAt > beganAt;
  return {
    ...s,
    recovery: { ...recovery, seq, energyWh, overstaySec },
    lastReading: { seq, energyWh, endedAt, overstaySec, cost },
    cableSeenAt: s.cableSeenAt ?? at,
    beganAt: s.beganAt ?? (isBegun ? beganAt : null),
    billedUntil: Math.max(s.billedUntil, isBegun ? endedAt : 0),
    // No transaction is open: whatever begins from now on comes on top of what was signed.
    doneWh: s.transaction === null ? Math.max(s.doneWh, energyWh) : s.doneWh,
  };
}

/** Somebody holds a final reading of the lost journal: a booking has one. */
function withFinal(s: Session, nextSeq: number): Session {
  const doneWh = s.doneWh + (s.transaction?.register.creditedWh ?? 0);
  const phase = s.phase === 'ENDED' ? s.phase : 'FINAL';
  return { ...s, phase, nextSeq, isFinalMade: true, pause: null, transaction: null, doneWh, powerW: 0 };
}

export function reviewRecovery(s: Session, at: number, effects: Effect[]): Session {
  const { recovery } = s;
  if (recovery === null || recovery.waitsSince === null || recovery.isNotified) return s;
  if (s.phase === 'ENDED' || s.isFinalMade || at - recovery.waitsSince < RECOVERING_NOTICE_SEC) return s;
  notify(effects, 'BOOKING_RECOVERING', { backupAt: recovery.backupAt });
  return { ...s, recovery: { ...recovery, isNotified: true } };
}

/** The booking's energy: no less than what a reading of the lost journal had signed. */
export const deliveredWh = ({ doneWh, transaction, recovery }: Session): number =>
  Math.max(doneWh + (transaction?.register.creditedWh ?? 0), recovery?.energyWh ?? 0);
