import { randomInt } from 'node:crypto';
import type { Journal } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import { hasCarThere, isOver } from '../session/phases.ts';
import type { ExternalEvent, Session } from '../session/types.ts';
import type { Connectors } from './connectors.ts';

export interface OccupancyParts {
  journal: Pick<Journal, 'newestTransaction'>;
  sessions: SessionStore;
  connectors: Connectors;
}

/** A car at the connector that is not this booking's. */
export interface Occupant {
  /** When its own visit ends; null where it has none, or it is over. */
  leavesAt: number | null;
}

/** Before a slot, the connector is looked at for so long. */
const AHEAD_SEC = 1_800;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const TAG_LENGTH = 20;
const MAX_RESERVATION_ID = 2 ** 31 - 1;

/** With a car of nobody's here. Boxes say Suspended before a start, too: it tells nothing by itself. */
const IN_USE = new Set<string | null>(['Charging', 'Finishing']);
/** Whatever stood there before is gone. */
const FREE = new Set<string | null>(['Available', 'Preparing', 'Reserved']);

/** Drawn by chance: nobody who knows the booking can show it. */
const newTag = (): string =>
  Array.from({ length: TAG_LENGTH }, () => BASE32[randomInt(BASE32.length)]).join('');

const isSameConnector = ({ plan: a }: Session, { plan: b }: Session): boolean =>
  a.chargePointId === b.chargePointId && a.connectorId === b.connectorId;

const isSameDriver = ({ plan: a }: Session, { plan: b }: Session): boolean =>
  a.sessionKey === b.sessionKey || a.driver === b.driver;

function isNear({ plan: { times } }: Session, at: number): boolean {
  return at < times.end && at >= Math.min(times.opens, times.start - AHEAD_SEC);
}

/** What stands at each connector between its bookings, said to the sessions that it concerns. */
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

  /** Other bookings of the session's connector; those that the ledger ended too, if they are wanted. */
  others(session: Session, withEnded = false): Session[] {
    return this.#parts.sessions
      .all()
      .filter((other) => other.plan.bookingId !== session.plan.bookingId && isSameConnector(other, session))
      .filter((other) => withEnded || other.phase !== 'ENDED');
  }

  /** The car that keeps this booking's from charging, if one does. */
  occupantOf(session: Session): Occupant | undefined {
    const { journal, sessions, connectors } = this.#parts;
    const { chargePointId, connectorId } = session.plan;
    const before = this.others(session, true).filter(hasCarThere);
    const strangers = before.find((other) => !isSameDriver(other, session));
    if (strangers !== undefined) return { leavesAt: isOver(strangers) ? null : strangers.plan.times.end };
    // The driver's own car, of a visit before.
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

  /** A free connector is held from the slot's start, or as early as power may be given. */
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

  /** Whether somebody has booked a moment between now and the slot. */
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
