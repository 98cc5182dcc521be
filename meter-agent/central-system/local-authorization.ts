import { isSameTag } from '../../protocol/idTag.ts';
import type { Sessions } from '../journal/session-store.ts';
import { isOver } from '../session/phases.ts';
import type { Session } from '../session/types.ts';

/** A tag that was let in once; more than this many at a time are no household. */
const MAX_VOUCHED = 200;

/** What is the bookings' and what is the house's, where another central system may serve the house too. */
export class House {
  readonly #sessions: Sessions;
  readonly #nowSec: () => number;
  readonly #vouched = new Set<string>();

  constructor(sessions: Sessions, nowSec: () => number) {
    this.#sessions = sessions;
    this.#nowSec = nowSec;
  }

  /** Whether a booking has the connector now: its slot runs, or its visit is not over. 0: any connector of the box. */
  isBooked(chargePointId: string, connectorId: number): boolean {
    return this.#sessions
      .onChargePoint(chargePointId)
      .some((s) => (connectorId === 0 || s.plan.connectorId === connectorId) && this.#isDue(s));
  }

  /** A booking's own tag, or the guest's card that it names. */
  isBookingTag(chargePointId: string, idTag: string): boolean {
    return this.#sessions
      .onChargePoint(chargePointId)
      .flatMap((s) => [s.idTag, s.ready?.idTag, s.ready?.card])
      .some((tag) => tag != null && isSameTag(tag, idTag));
  }

  /** The other central system lets this tag charge for the house. It cannot do so with a booking's tag. */
  vouch(chargePointId: string, idTag: string): void {
    const key = `${chargePointId} ${idTag.toUpperCase()}`;
    this.#vouched.delete(key);
    this.#vouched.add(key);
    const [oldest] = this.#vouched;
    if (this.#vouched.size > MAX_VOUCHED && oldest !== undefined) this.#vouched.delete(oldest);
  }

  isVouched(chargePointId: string, idTag: string): boolean {
    const isKnown = this.#vouched.has(`${chargePointId} ${idTag.toUpperCase()}`);
    return isKnown && !this.isBookingTag(chargePointId, idTag);
  }

  #isDue(s: Session): boolean {
    if (s.phase !== 'BOOKED') return !isOver(s) || s.transaction !== null;
    const { start, end } = s.plan.times;
    const at = this.#nowSec();
    return start <= at && at < end;
  }
}
