import { randomInt } from 'node:crypto';
import type { Journal } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { ExternalEvent } from '../session/events.ts';
import { hasCarThere, isOver } from '../session/phases.ts';
import type { Session } from '../session/types.ts';
import type { Connectors } from './connectors.ts';

export interface OccupancyParts {
  journal: Pick<Journal, 'newestTransaction'>;
  sessions: SessionStore;
  connectors: Connectors;
}

/** Another car at the connector than this booking's. */
export interface Occupant {
  /** When its own session ends; null if it has none, or it is over. */
  leavesAt: number | null;
}

/** How long before a slot the connector is checked. */
const AHEAD_SEC = 1_800;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const TAG_LENGTH = 20;
const MAX_RESERVATION_ID = 2 ** 31 - 1;

/** Occupied by an unknown car. Charge points report Suspended before a start, too: it proves nothing by itself. */
const IN_USE = new Set<string | null>(['Charging', 'Finishing']);
/** The previous car is gone. */
const FREE = new Set<string | null>(['Available', 'Preparing', 'Reserved']);

/** Random: nobody who knows the booking can guess it. */
const newTag = (): string =>
  Array.from({ length: TAG_LENGTH }, () => BASE32[randomInt(BASE32.length)]).join('');

const isSameConnector = ({ plan: a }: Session, { plan: b }: Session): boolean =>
  a.chargePointId === b.chargePointId && a.connectorId === b.connectorId;

const isSameDriver = ({ plan: a }: Session, { plan: b }: Session): boolean =>
  a.sessionKey === b.sessionKey || a.driver === b.driver;

function isNear({ plan: { times } }: Session, at: number): boolean {
  return at < times.end && at >= Math.min(times.opens, times.start - AHEAD_SEC);
}

/** Detects cars at connectors between bookings, and gives the sessions concerned the events. */
export class Occupancy {
  readonly #parts: OccupancyParts;

  constructor(parts: OccupancyParts) {
    this.#parts = parts;
  }

  /** Once a second. */
  tick(at: number): void {
    for (const session of this.#parts.sessions.all()) {
      if (isOver(session)) continue;
      if (session.phase !== 'BOOKED') this.#reviewSession(session, at);
      else if (isNear(session, at)) this.#reviewBooking(session, at);
    }
  }

  /** Other bookings of the session's connector, on request also ended ones. */
  others(session: Session, withEnded = false): Session[] {
    return this.#parts.sessions
      .onChargePoint(session.plan.chargePointId)
      .filter((other) => other.plan.bookingId !== session.plan.bookingId && isSameConnector(other, session))
      .filter((other) => withEnded || other.phase !== 'ENDED');
  }

  /** The car that prevents this booking's car from charging, if any. */
  occupantOf(session: Session): Occupant | undefined {
    const { journal, sessions, connectors } = this.#parts;
    const { chargePointId, connectorId } = session.plan;
    const before = this.others(session, true).filter(hasCarThere);
    const strangers = before.find((other) => !isSameDriver(other, session));
    if (strangers !== undefined) return { leavesAt: isOver(strangers) ? null : strangers.plan.times.end };
    // The driver's own car, from a previous session.
    if (before.length > 0) return undefined;
    const live = sessions.liveOn(chargePointId, connectorId);
    const status = connectors.find(chargePointId, connectorId)?.status ?? null;
    if (live !== undefined) return undefined;
    const transaction = journal.newestTransaction(chargePointId, connectorId);
    const isOwners = transaction?.isOwner === true && !transaction.stopped && !FREE.has(status);
    return isOwners || IN_USE.has(status) ? { leavesAt: null } : undefined;
  }

  #reviewBooking(session: Session, at: number): void {
    const { chargePointId, connectorId, times } = session.plan;
    const occupant = this.occupantOf(session);
    if (at < times.start) {
      if (occupant !== undefined) this.#apply(session, { type: 'connectorBusy', ...occupant }, at);
    } else {
      const isFaulty = this.#parts.connectors.faultOf(chargePointId, connectorId) !== undefined;
      const reason = isFaulty ? 'FAULT' : occupant && 'OCCUPIED';
      this.#apply(session, reason === undefined ? { type: 'unblocked' } : { type: 'blocked', reason }, at);
    }
    this.#reserve(session, at);
  }

  /** A free connector is reserved from the slot's start, or from the earliest time at which power may flow. */
  #reserve(session: Session, at: number): void {
    const { sessions, connectors } = this.#parts;
    const { chargePointId, connectorId, times } = session.plan;
    const from = this.#isTakenBefore(session, at) ? times.start : Math.min(times.opens, times.start);
    if (session.reservation !== null || at < from || !connectors.isOnline(chargePointId)) return;
    if (connectors.find(chargePointId, connectorId)?.status !== 'Available') return;
    if (sessions.liveOn(chargePointId, connectorId) !== undefined) return;
    sessions.apply(session.plan.bookingId, { type: 'connection', connected: true, at });
    const reservationId = 1 + randomInt(MAX_RESERVATION_ID);
    this.#apply(session, { type: 'reservable', reservationId, idTag: newTag() }, at);
  }

  /** Whether another booking has any time between now and the slot. */
  #isTakenBefore(session: Session, at: number): boolean {
    const { start } = session.plan.times;
    return this.others(session).some(({ plan: { times } }) => times.start < start && times.end > at);
  }

  #reviewSession(session: Session, at: number): void {
    const { times } = session.plan;
    if (at < times.start || session.adjacentBookingUntil !== null) {
      const until = at < times.start && this.#isTakenBefore(session, at) ? times.start : null;
      this.#apply(session, { type: 'adjacentBooking', until }, at);
    }
    const isFollowed = this.others(session).some(
      (next) => next.authorizedStart !== null && continues(next, session),
    );
    if (isFollowed) this.#apply(session, { type: 'followed' }, at);
  }

  #apply(session: Session, event: ExternalEvent, at: number): void {
    this.#parts.sessions.apply(session.plan.bookingId, { ...event, at });
  }
}

/** Whether the next booking continues this session: same driver, same connector, no gap. */
export const continues = (next: Session, current: Session): boolean =>
  isSameConnector(next, current) &&
  isSameDriver(next, current) &&
  next.plan.times.start === current.plan.times.end;
