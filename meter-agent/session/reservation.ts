import type { Answer } from '../drivers/driver.ts';
import type { Effect, HeldReservation, Session } from './types.ts';

const RETRY_SEC = 60;
/** The start waits so long for the box to let go of the reservation. */
const CANCEL_PATIENCE_SEC = 10;

const withState = (s: Session, held: HeldReservation, state: HeldReservation['state']): Session => ({
  ...s,
  reservation: { ...held, state },
});

/** While nobody came. A guest's card would be refused at a box that holds the connector for another tag. */
const isWanted = (s: Session): boolean =>
  s.phase === 'BOOKED' && (s.authorizedStart?.rfidUid ?? null) === null;

/** The connector is to be held for this booking. The tag is drawn by chance: nobody can show a card of it. */
export function reservable(s: Session, reservationId: number, idTag: string): Session {
  if (!isWanted(s) || s.reservation !== null) return s;
  const expiresAt = s.plan.times.end;
  const reservation: HeldReservation = { reservationId, idTag, expiresAt, state: 'asked' };
  return { ...s, reservation, askedAt: { ...s.askedAt, reservation: 0 } };
}

/** A box without reservations is lived with; one that no longer knows the reservation has let go of it. */
export function reservationAnswered(
  s: Session,
  command: 'reserve' | 'cancelReservation',
  answer: Answer,
): Session {
  const { reservation: held } = s;
  if (held === null || answer === 'unreachable') return s;
  if (command === 'cancelReservation') return held.state === 'cancelling' ? withState(s, held, 'over') : s;
  return held.state === 'asked' ? withState(s, held, answer === 'accepted' ? 'held' : 'over') : s;
}

/** The start waits for the box to let go of the reservation, a while. */
export const holdsBackStart = (s: Session, at: number): boolean =>
  s.reservation?.state === 'cancelling' && at - s.askedAt.reservation < CANCEL_PATIENCE_SEC;

/** Asked for while nobody came, cancelled before the start and at the end. The box lets go of it at the slot's end. */
export function reviewReservation(s: Session, at: number, effects: Effect[]): Session {
  const { reservation: held } = s;
  if (held === null || held.state === 'over') return s;
  if (at >= held.expiresAt) return withState(s, held, 'over');
  if (held.state !== 'cancelling' && !isWanted(s)) {
    return reviewReservation(toCancel(s, held), at, effects);
  }
  if (!s.connected || held.state === 'held' || at - s.askedAt.reservation < RETRY_SEC) return s;
  const { state, ...reservation } = held;
  if (state === 'asked') effects.push({ do: 'reserve', reservation });
  else effects.push({ do: 'cancelReservation', reservationId: held.reservationId });
  return { ...s, askedAt: { ...s.askedAt, reservation: at } };
}

const toCancel = (s: Session, held: HeldReservation): Session => ({
  ...withState(s, held, 'cancelling'),
  askedAt: { ...s.askedAt, reservation: 0 },
});
