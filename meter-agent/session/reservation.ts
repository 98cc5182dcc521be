import type { Answer } from '../drivers/driver.ts';
import type { ConnectorReservation, Effect, Session } from './types.ts';

const RETRY_SEC = 60;
/** How long the start waits for the charge point to release the reservation. */
const CANCEL_PATIENCE_SEC = 10;

const withState = (
  s: Session,
  reservation: ConnectorReservation,
  state: ConnectorReservation['state'],
): Session => ({
  ...s,
  reservation: { ...reservation, state },
});

/** While nobody has come. A charge point that reserves the connector for another tag would refuse a guest's card. */
const isWanted = (s: Session): boolean =>
  s.phase === 'BOOKED' && (s.authorizedStart?.rfidUid ?? null) === null;

/** The connector is to be reserved for this booking. The tag is random: nobody can show a card with it. */
export function reservable(s: Session, reservationId: number, idTag: string): Session {
  if (!isWanted(s) || s.reservation !== null) return s;
  const expiresAt = s.plan.times.end;
  const reservation: ConnectorReservation = { reservationId, idTag, expiresAt, state: 'asked' };
  return { ...s, reservation, askedAt: { ...s.askedAt, reservation: 0 } };
}

/**
 * A charge point without reservations is accepted; one that does not know the reservation any more has released it.
 */
export function reservationAnswered(
  s: Session,
  command: 'reserve' | 'cancelReservation',
  answer: Answer,
): Session {
  const { reservation } = s;
  if (reservation === null || answer === 'unreachable') return s;
  if (command === 'cancelReservation')
    return reservation.state === 'cancelling' ? withState(s, reservation, 'over') : s;
  return reservation.state === 'asked'
    ? withState(s, reservation, answer === 'accepted' ? 'held' : 'over')
    : s;
}

/** The start waits a while for the charge point to release the reservation. */
export const holdsBackStart = (s: Session, at: number): boolean =>
  s.reservation?.state === 'cancelling' && at - s.askedAt.reservation < CANCEL_PATIENCE_SEC;

/**
 * Requested while nobody has come, cancelled before the start and at the end. The charge point itself releases it at
 * the slot's end.
 */
export function reviewReservation(s: Session, at: number, effects: Effect[]): Session {
  const { reservation } = s;
  if (reservation === null || reservation.state === 'over') return s;
  if (at >= reservation.expiresAt) return withState(s, reservation, 'over');
  if (reservation.state !== 'cancelling' && !isWanted(s)) {
    return reviewReservation(toCancel(s, reservation), at, effects);
  }
  if (!s.connected || reservation.state === 'held' || at - s.askedAt.reservation < RETRY_SEC) return s;
  const { state, ...command } = reservation;
  if (state === 'asked') effects.push({ do: 'reserve', reservation: command });
  else effects.push({ do: 'cancelReservation', reservationId: reservation.reservationId });
  return { ...s, askedAt: { ...s.askedAt, reservation: at } };
}

const toCancel = (s: Session, reservation: ConnectorReservation): Session => ({
  ...withState(s, reservation, 'cancelling'),
  askedAt: { ...s.askedAt, reservation: 0 },
});
