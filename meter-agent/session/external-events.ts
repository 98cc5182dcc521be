import { clock, tell } from './notices.ts';
import { reservable } from './reservation.ts';
import type { Effect, Hindrance, Session, Surrounding } from './types.ts';

/** What happens around a session: on the site, on its connector before and after it. */
export function surrounded(s: Session, event: Surrounding & { at: number }, effects: Effect[]): Session {
  switch (event.type) {
    case 'share':
      return s.current.shareA === event.shareA
        ? s
        : { ...s, current: { ...s.current, shareA: event.shareA } };
    case 'neighbour':
      return s.neighbourUntil === event.until ? s : { ...s, neighbourUntil: event.until };
    case 'reservable':
      return reservable(s, event.reservationId, event.idTag);
    case 'hindered':
      return hindered(s, event.kind, event.at, effects);
    case 'unhindered':
      return unhindered(s, event.at, effects);
    case 'crowded':
      return crowded(s, event.leavesAt, event.at, effects);
    case 'followed':
      return s.isFollowed ? s : { ...s, isFollowed: true };
  }
}

/** Warnings before a slot whose connector is not free, in seconds before its start; the earliest first. */
const CROWDED_SEC = [1_800, 300] as const;

/** A visit that ends in time is no reason to alarm the next driver half an hour before. */
function crowded(s: Session, leavesAt: number | null, at: number, effects: Effect[]): Session {
  const { start } = s.plan.times;
  const due = CROWDED_SEC.filter((sec) => at >= start - sec).length;
  if (s.phase !== 'BOOKED' || at >= start || due <= s.told.crowded) return s;
  const next = `a booking begins at ${clock(start)}`;
  const whose = leavesAt === null ? 'A car' : `A car, booked until ${clock(leavesAt)},`;
  tell(
    effects,
    'host',
    'BAY_IN_USE',
    `${whose} still stands at your charger, and ${next}. See that it is gone by then.`,
  );
  if (leavesAt === null || due === CROWDED_SEC.length) {
    const text = `Another car still stands at the charger that you booked from ${clock(start)}. The host was told. If it is not gone by then, you get everything back.`;
    tell(effects, 'driver', 'BAY_IN_USE', text);
  }
  return { ...s, told: { ...s.told, crowded: due } };
}

const HINDRANCE_TEXTS: Record<Hindrance, string> = {
  occupied:
    'another car still stands at the charger. Host: ask for it to be moved, or cancel this booking with the overstayed one named. Driver: press stop to get everything back at once, or wait.',
  fault:
    'the wallbox reports a fault and gives no power. Host: have it checked. Driver: press stop to get everything back at once, or wait.',
};

function hindered(s: Session, kind: Hindrance, at: number, effects: Effect[]): Session {
  if (s.phase !== 'BOOKED' || (s.hindrance !== null && s.hindrance.until === null)) return s;
  const code = kind === 'occupied' ? 'OCCUPIED' : 'OUT_OF_ORDER';
  tell(
    effects,
    'both',
    code,
    `The booking of ${clock(s.plan.times.start)} cannot begin: ${HINDRANCE_TEXTS[kind]}`,
  );
  return { ...s, hindrance: { kind, since: at, until: null } };
}

function unhindered(s: Session, at: number, effects: Effect[]): Session {
  if (s.hindrance === null || s.hindrance.until !== null) return s;
  if (s.phase === 'BOOKED') {
    const text = `The charger is free now: power is given until ${clock(s.plan.times.end)}.`;
    tell(effects, 'both', 'FREE_AGAIN', text);
  }
  return { ...s, hindrance: { ...s.hindrance, until: at } };
}
