import { isSameTag } from '../../protocol/idTag.ts';
import type { SessionStore } from '../journal/session-store.ts';
import { isOver } from '../session/phases.ts';
import type { Session } from '../session/types.ts';

/** Tags that the other central system authorized; a household has fewer than this many at a time. */
const MAX_ALLOWED = 200;

/** Separates bookings from the house's own charging, where another central system also serves the house. */
export class LocalAuthorization {
  readonly #sessions: SessionStore;
  readonly #nowSec: () => number;
  readonly #allowed = new Set<string>();

  constructor(sessions: SessionStore, nowSec: () => number) {
    this.#sessions = sessions;
    this.#nowSec = nowSec;
  }

  /**
   * Whether a booking has the connector now: its slot or its session is running. 0: any connector of the charge
   * point.
   */
  isBooked(chargePointId: string, connectorId: number): boolean {
    return this.#sessions
      .onChargePoint(chargePointId)
      .some((s) => (connectorId === 0 || s.plan.connectorId === connectorId) && this.#isDue(s));
  }

  /** A booking's own tag, or the guest's card that it names. */
  isBookingTag(chargePointId: string, idTag: string): boolean {
    return this.#sessions
      .onChargePoint(chargePointId)
      .flatMap((s) => [s.idTag, s.authorizedStart?.idTag, s.authorizedStart?.rfidUid])
      .some((tag) => tag != null && isSameTag(tag, idTag));
  }

  /** The other central system authorized this tag. It cannot do so with a booking's tag. */
  allow(chargePointId: string, idTag: string): void {
    const key = `${chargePointId} ${idTag.toUpperCase()}`;
    this.#allowed.delete(key);
    this.#allowed.add(key);
    const [oldest] = this.#allowed;
    if (this.#allowed.size > MAX_ALLOWED && oldest !== undefined) this.#allowed.delete(oldest);
  }

  isAllowed(chargePointId: string, idTag: string): boolean {
    const isKnown = this.#allowed.has(`${chargePointId} ${idTag.toUpperCase()}`);
    return isKnown && !this.isBookingTag(chargePointId, idTag);
  }

  #isDue(s: Session): boolean {
    if (s.phase !== 'BOOKED') return !isOver(s) || s.transaction !== null;
    const { start, end } = s.plan.times;
    const at = this.#nowSec();
    return start <= at && at < end;
  }
}
