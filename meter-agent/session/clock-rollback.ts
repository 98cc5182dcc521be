import type { Session } from './types.ts';

const byNow = (at: number, now: number): number => (at > now ? 0 : at);
const notAfter = (at: number | null, now: number): number | null => (at !== null && at > now ? now : at);

/**
 * A session whose agent's clock was set back: waiting that began "later" than now would last for hours. Requests are
 * repeated, and waiting times start now. Nothing that is billed changes.
 */
export function withClockRolledBack(s: Session, now: number): Session {
  const { start, limit, stop, reservation, meter } = s.askedAt;
  const { from } = s.unmetered;
  const latest = Math.max(
    start,
    limit,
    stop,
    reservation,
    meter,
    from,
    s.stoppedAt ?? 0,
    s.endedSince ?? 0,
    s.stopRefusedAt ?? 0,
  );
  if (latest <= now) return s;
  return {
    ...s,
    askedAt: {
      ...s.askedAt,
      start: byNow(start, now),
      limit: byNow(limit, now),
      stop: byNow(stop, now),
      reservation: byNow(reservation, now),
      meter: byNow(meter, now),
    },
    unmetered: { ...s.unmetered, from: Math.min(from, now) },
    stoppedAt: notAfter(s.stoppedAt, now),
    endedSince: notAfter(s.endedSince, now),
    stopRefusedAt: notAfter(s.stopRefusedAt, now),
  };
}
