import type { BlockReason } from '../../protocol/session.ts';
import type { ExternalEvent } from './events.ts';
import { notify } from './notices.ts';
import { reservable } from './reservation.ts';
import type { Effect, Session } from './types.ts';

/** Events outside the session: on the site, and on its connector before and after it. */
export function withExternalEvent(
  s: Session,
  event: ExternalEvent & { at: number },
  effects: Effect[],
): Session {
  switch (event.type) {
    case 'share':
      return s.current.shareA === event.shareA
        ? s
        : { ...s, current: { ...s.current, shareA: event.shareA } };
    case 'adjacentBooking':
      return s.adjacentBookingUntil === event.until ? s : { ...s, adjacentBookingUntil: event.until };
    case 'reservable':
      return reservable(s, event.reservationId, event.idTag);
    case 'blocked':
      return blocked(s, event.reason, event.at, effects);
    case 'unblocked':
      return unblocked(s, event.at, effects);
    case 'connectorBusy':
      return connectorBusy(s, event.leavesAt, event.at, effects);
    case 'randomDelay':
      return s.randomDelayMaxSec === event.maxSec ? s : { ...s, randomDelayMaxSec: event.maxSec };
    case 'followed':
      return s.isFollowed ? s : { ...s, isFollowed: true };
  }
}

/** Warnings before a slot whose connector is not free, in seconds before its start; the earliest first. */
const BUSY_WARNINGS_SEC = [1_800, 300] as const;

/** A session that ends in time is no reason to alarm the next driver half an hour before. */
function connectorBusy(s: Session, leavesAt: number | null, at: number, effects: Effect[]): Session {
  const { start: startsAt } = s.plan.times;
  const due = BUSY_WARNINGS_SEC.filter((sec) => at >= startsAt - sec).length;
  if (s.phase !== 'BOOKED' || at >= startsAt || due <= s.notified.connectorBusy) return s;
  notify(effects, 'CONNECTOR_BUSY', { startsAt, leavesAt }, 'host');
  if (leavesAt === null || due === BUSY_WARNINGS_SEC.length) {
    notify(effects, 'CONNECTOR_BUSY', { startsAt, leavesAt }, 'driver');
  }
  return { ...s, notified: { ...s.notified, connectorBusy: due } };
}

function blocked(s: Session, reason: BlockReason, at: number, effects: Effect[]): Session {
  if (s.phase !== 'BOOKED' || (s.blocked !== null && s.blocked.until === null)) return s;
  notify(effects, 'BOOKING_BLOCKED', { startsAt: s.plan.times.start, reason });
  return { ...s, blocked: { reason, since: at, until: null } };
}

function unblocked(s: Session, at: number, effects: Effect[]): Session {
  if (s.blocked === null || s.blocked.until !== null) return s;
  if (s.phase === 'BOOKED') notify(effects, 'BOOKING_UNBLOCKED', { slotEndsAt: s.plan.times.end });
  return { ...s, blocked: { ...s.blocked, until: at } };
}
