import type { Hex } from 'viem';
import type { Journal } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { Plan } from '../session/types.ts';
import type { Connectors } from './connectors.ts';

/** The part of the booked slot in which the connector must have been free. */
const FREE_PART = 0.9;
/** Larger gaps between two checks do not count: the agent was not running. */
const LONGEST_GAP_SEC = 60;
const WRITE_EACH_SEC = 60;

/** The availability of a connector during a booked slot while nobody started, in seconds of the agent's clock. */
interface Watch {
  freeSec: number;
  /** Another car, or one that nobody started, was there: the driver may have come and gone. */
  isTaken: boolean;
}

const NOTE = 'noShowEvidence';
/** Free for the booking: a reservation on the charge point is the agent's own. */
const FREE = new Set<string | null>(['Available', 'Reserved']);
/** Out of order or unknown: neither free nor occupied. */
const UNKNOWN = new Set<string | null>([null, 'Unavailable', 'Faulted']);

export interface NoShowEvidenceParts {
  journal: Journal;
  sessions: SessionStore;
  connectors: Connectors;
}

/**
 * Records whether connectors are free and in order for their bookings: only then a driver who did not come owes the
 * no-show fee (rule 6). The record is in the journal each minute and at each change.
 */
export class NoShowEvidence {
  readonly #parts: NoShowEvidenceParts;
  #watches: Record<Hex, Watch>;
  #lookedAt: number | undefined;
  #writtenAt = 0;

  constructor(parts: NoShowEvidenceParts) {
    this.#parts = parts;
    this.#watches = parts.journal.note<Record<Hex, Watch>>(NOTE) ?? {};
  }

  /** Once a second. */
  tick(at: number): void {
    const gapSec = this.#lookedAt === undefined ? 0 : at - this.#lookedAt;
    this.#lookedAt = at;
    const spanSec = gapSec > 0 && gapSec <= LONGEST_GAP_SEC ? gapSec : 0;
    const sessions = this.#parts.sessions.all();
    let [isDue, isSeen] = [false, false];
    for (const { phase, cableSeenAt, plan } of sessions) {
      // A start without a cable proves nobody's presence.
      const isAwaited = phase === 'BOOKED' || (phase === 'STARTING' && cableSeenAt === null);
      if (!isAwaited || at < plan.times.start || at > plan.times.end) continue;
      isSeen = true;
      isDue = this.#see(plan, spanSec) || isDue;
    }
    if (!isDue && !(isSeen && at - this.#writtenAt >= WRITE_EACH_SEC)) return;
    this.#writtenAt = at;
    const open = new Set<string>(sessions.map(({ plan }) => plan.bookingId));
    this.#watches = Object.fromEntries(Object.entries(this.#watches).filter(([id]) => open.has(id)));
    this.#parts.journal.setNote(NOTE, this.#watches);
  }

  /** True when the change must be on disk at once. */
  #see({ bookingId, chargePointId, connectorId }: Plan, spanSec: number): boolean {
    const { connectors } = this.#parts;
    const before = this.#watches[bookingId] ?? { freeSec: 0, isTaken: false };
    const status = connectors.find(chargePointId, connectorId)?.status ?? null;
    const isOnline = connectors.isOnline(chargePointId);
    const freeSec = before.freeSec + (isOnline && FREE.has(status) ? spanSec : 0);
    const isTaken = before.isTaken || (isOnline && !FREE.has(status) && !UNKNOWN.has(status));
    this.#watches[bookingId] = { freeSec, isTaken };
    return isTaken !== before.isTaken;
  }

  /** Whether the driver could have charged in (nearly) all of the time that was left at the booking. */
  wasFree({ bookingId, times }: Plan, bookedAt: number): boolean {
    const watch = this.#watches[bookingId];
    const wholeSec = times.end - Math.max(times.start, Math.min(bookedAt, times.end));
    return watch !== undefined && !watch.isTaken && wholeSec > 0 && watch.freeSec >= wholeSec * FREE_PART;
  }
}
