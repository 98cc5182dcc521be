import { clock, notify } from './notices.ts';
import { reservable } from './reservation.ts';
import type { BlockReason, Effect, ExternalEvent, Session } from './types.ts';

/** What happens around a session: on the site, on its connector before and after it. */
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
    case 'followed':
      return s.isFollowed ? s : { ...s, isFollowed: true };
  }
}

/** Warnings before a slot whose connector is not free, in seconds before its start; the earliest first. */
const BUSY_WARNINGS_SEC = [1_800, 300] as const;

/** A visit that ends in time is no reason to alarm the next driver half an hour before. */
function connectorBusy(s: Session, leavesAt: number | null, at: number, effects: Effect[]): Session {
  const { start } = s.plan.times;
  const due = BUSY_WARNINGS_SEC.filter((sec) => at >= start - sec).length;
  if (s.phase !== 'BOOKED' || at >= start || due <= s.notified.connectorBusy) return s;
  const next = `a booking begins at ${clock(start)}`;
  const whose = leavesAt === null ? 'A car' : `A car, booked until ${clock(leavesAt)},`;
  notify(
    effects,
    'host',
    'BAY_IN_USE',
    `${whose} still stands at your charger, and ${next}. See that it is gone by then.`,
  );
  if (leavesAt === null || due === BUSY_WARNINGS_SEC.length) {
    const text = `Another car still stands at the charger that you booked from ${clock(start)}. The host was told. If it is not gone by then, you get everything back.`;
    notify(effects, 'driver', 'BAY_IN_USE', text);
  }
  return { ...s, notified: { ...s.notified, connectorBusy: due } };
}

const BLOCK_TEXTS: Record<BlockReason, string> = {
  occupied:
    'another car still stands at the charger. Host: ask for it to be moved, or cancel this booking with the overstayed one named. Driver: press stop to get everything back at once, or wait.',
  fault:
    'the wallbox reports a fault and gives no power. Host: have it checked. Driver: press stop to get everything back at once, or wait.',
};

function blocked(s: Session, reason: BlockReason, at: number, effects: Effect[]): Session {
  if (s.phase !== 'BOOKED' || (s.blocked !== null && s.blocked.until === null)) return s;
  const code = reason === 'occupied' ? 'OCCUPIED' : 'OUT_OF_ORDER';
  notify(
    effects,
    'both',
    code,
    `The booking of ${clock(s.plan.times.start)} cannot begin: ${BLOCK_TEXTS[reason]}`,
  );
  return { ...s, blocked: { reason, since: at, until: null } };
}

function unblocked(s: Session, at: number, effects: Effect[]): Session {
  if (s.blocked === null || s.blocked.until !== null) return s;
  if (s.phase === 'BOOKED') {
    const text = `The charger is free now: power is given until ${clock(s.plan.times.end)}.`;
    notify(effects, 'both', 'FREE_AGAIN', text);
  }
  return { ...s, blocked: { ...s.blocked, until: at } };
}
