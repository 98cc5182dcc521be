import { fromBookingStruct } from '../../protocol/booking.ts';
import { isSameTag } from '../../protocol/idTag.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import type { AgentConfig } from '../config/config.ts';
import type { Connectors } from '../connectors/connectors.ts';
import type { Journal } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { BookingFact } from '../session/booking-facts.ts';
import { isOver } from '../session/phases.ts';
import type { Session } from '../session/types.ts';

/** Tags that the other central system authorized; a household has fewer than this many at a time. */
const MAX_ALLOWED = 200;
/** A slot is at most some hours long: fewer bookings than this end between a booking's end and its slot's. */
const LAST_ENDED = 100;

export interface LocalAuthorizationParts {
  config: Pick<AgentConfig, 'chargePoints' | 'ownerIdTags'>;
  journal: Pick<Journal, 'lastEndedBookings'>;
  sessions: SessionStore;
  connectors: Pick<Connectors, 'of' | 'byHash'>;
  nowSec: () => number;
}

/** Separates bookings from the house's own charging, where another central system also serves the house. */
export class LocalAuthorization {
  readonly #parts: LocalAuthorizationParts;
  readonly #allowed = new Set<string>();

  constructor(parts: LocalAuthorizationParts) {
    this.#parts = parts;
  }

  /**
   * Whether a booking has the connector now: until its slot ends, also after its session, or while its session is not
   * over. 0: any connector of the charge point.
   */
  isBooked(chargePointId: string, connectorId: number): boolean {
    const isMeant = (id: number | undefined) => connectorId === 0 || id === connectorId;
    const { journal, sessions } = this.#parts;
    const isDue = sessions
      .onChargePoint(chargePointId)
      .some((s) => isMeant(s.plan.connectorId) && this.#isDue(s));
    return (
      isDue ||
      journal.lastEndedBookings(LAST_ENDED).some((fact) => {
        const connector = this.#parts.connectors.byHash(fact.connector);
        return (
          connector?.chargePointId === chargePointId &&
          isMeant(connector.connectorId) &&
          this.#isSlotTaken(fact)
        );
      })
    );
  }

  /** Whether bookings have all connectors of the charge point now: then no card can begin anything there. */
  isFullyBooked(chargePointId: string): boolean {
    const own = this.#parts.connectors.of(chargePointId);
    return own.length > 0 && own.every(({ connectorId }) => this.isBooked(chargePointId, connectorId));
  }

  /** A booking's own tag, or the guest's card that it names. */
  isBookingTag(chargePointId: string, idTag: string): boolean {
    return this.#parts.sessions
      .onChargePoint(chargePointId)
      .flatMap((s) => [s.idTag, s.authorizedStart?.idTag, s.authorizedStart?.rfidUid])
      .some((tag) => tag != null && isSameTag(tag, idTag));
  }

  /** A reservation that the agent made for a booking. */
  isOwnReservation(chargePointId: string, reservationId: unknown): boolean {
    return this.#parts.sessions
      .onChargePoint(chargePointId)
      .some(({ reservation }) => reservation !== null && reservation.reservationId === Number(reservationId));
  }

  /** Whether the other central system may let this tag charge, by the configuration of its charge point. */
  mayAllow(chargePointId: string, idTag: string | undefined): boolean {
    const { chargePoints } = this.#parts.config;
    const known = Object.hasOwn(chargePoints, chargePointId) ? chargePoints[chargePointId] : undefined;
    return known?.forward?.onlyOwnerIdTags !== true || this.#isOwners(idTag);
  }

  /** The other central system authorized this tag. It cannot do so with a booking's tag; the owner's need it not. */
  allow(chargePointId: string, idTag: string): void {
    if (this.#isOwners(idTag)) return;
    const key = `${chargePointId} ${idTag.toUpperCase()}`;
    this.#allowed.delete(key);
    this.#allowed.add(key);
    const [oldest] = this.#allowed;
    if (this.#allowed.size > MAX_ALLOWED && oldest !== undefined) this.#allowed.delete(oldest);
  }

  /** It does not accept the tag any more. */
  forget(chargePointId: string, idTag: string): void {
    this.#allowed.delete(`${chargePointId} ${idTag.toUpperCase()}`);
  }

  isAllowed(chargePointId: string, idTag: string): boolean {
    const isKnown = this.#allowed.has(`${chargePointId} ${idTag.toUpperCase()}`);
    return isKnown && this.mayAllow(chargePointId, idTag) && !this.isBookingTag(chargePointId, idTag);
  }

  #isOwners(idTag: string | undefined): boolean {
    return idTag !== undefined && this.#parts.config.ownerIdTags.some((own) => isSameTag(own, idTag));
  }

  /** One that ended on the ledger has the slots that the ledger's calendar leaves it. */
  #isDue(s: Session): boolean {
    if (s.transaction !== null || (s.phase !== 'BOOKED' && !isOver(s))) return true;
    return s.phase !== 'ENDED' && this.#isNow(s.plan.times.start, s.plan.times.end);
  }

  /** A cancelled booking has none of its slots any more, one that gave slots back only those before. */
  #isSlotTaken({ booking, ended, givenBackFrom = Number.POSITIVE_INFINITY }: BookingFact): boolean {
    if (ended === 'CANCELED') return false;
    const { firstSlot, slotCount } = fromBookingStruct(booking);
    return this.#isNow(firstSlot * SLOT_SEC, Math.min(firstSlot + slotCount, givenBackFrom) * SLOT_SEC);
  }

  #isNow(from: number, until: number): boolean {
    const at = this.#parts.nowSec();
    return from <= at && at < until;
  }
}
