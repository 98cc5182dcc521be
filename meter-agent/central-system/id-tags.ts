import { isSameTag } from '../../protocol/idTag.ts';
import type { TagStatus } from '../drivers/charge-point-events.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { LocalAuthorization } from './local-authorization.ts';
import type { Starts } from './starts.ts';

export interface TagParts {
  ownerIdTags: readonly string[];
  sessions: SessionStore;
  starts: Pick<Starts, 'sessionOfRfid'>;
  localAuthorization: Pick<LocalAuthorization, 'isAllowed' | 'isBooked' | 'isFullyBooked'>;
}

/** Decides which tag may charge where. */
export class IdTags {
  readonly #parts: TagParts;

  constructor(parts: TagParts) {
    this.#parts = parts;
  }

  isOwners(idTag: string): boolean {
    return this.#parts.ownerIdTags.some((own) => isSameTag(own, idTag));
  }

  /** A guest's card that a booking names is valid only in its slot. */
  statusOf(chargePointId: string, idTag: string): TagStatus {
    if (this.isOwners(idTag)) return 'Accepted';
    const { sessions, starts, localAuthorization } = this.#parts;
    const own = sessions
      .onChargePoint(chargePointId)
      .filter((s) => isSameTag(s.idTag, idTag) || isSameTag(s.authorizedStart?.rfidUid, idTag));
    if (own.some((s) => sessions.liveOn(chargePointId, s.plan.connectorId) === s)) return 'Accepted';
    if (starts.sessionOfRfid(chargePointId, idTag) !== undefined) return 'Accepted';
    if (own.length > 0) return 'Blocked';
    if (!localAuthorization.isAllowed(chargePointId, idTag)) return 'Invalid';
    return localAuthorization.isFullyBooked(chargePointId) ? 'Blocked' : 'Accepted';
  }

  /** Whether a tag charges by the other central system's word alone, on a connector that a booking has now. */
  isInTheWay(chargePointId: string, connectorId: number, idTag: string): boolean {
    return !this.isOwners(idTag) && this.#parts.localAuthorization.isBooked(chargePointId, connectorId);
  }

  /** Why a start is refused: a tag that is valid elsewhere is Blocked here. */
  refusalOf(chargePointId: string, idTag: string): TagStatus {
    return this.statusOf(chargePointId, idTag) === 'Invalid' ? 'Invalid' : 'Blocked';
  }
}
