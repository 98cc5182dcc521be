import type { Logger } from 'pino';
import type { Hex } from 'viem';
import { fromBookingStruct } from '../../protocol/booking.ts';
import { noticeOf } from '../../protocol/notices.ts';
import type { AgentConfig } from '../config/config.ts';
import type { Journal } from '../journal/journal.ts';
import type { NoticeQueue } from '../journal/notice-queue.ts';
import { isBeforeRestore, restoreMarkOf } from '../journal/restore-mark.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import type { BookingFact, LedgerFacts } from '../session/booking-facts.ts';
import type { Plan, Session } from '../session/types.ts';
import type { Connectors } from './connectors.ts';
import { isListingServed } from './consents.ts';
import { planOf } from './plan.ts';

/**
 * A lost booking that has not returned after this time (the ledger's) is given up: an intent is valid for 10 minutes.
 */
export const GIVE_UP_LOST_SEC = 900;

export interface SessionSyncParts {
  config: Pick<AgentConfig, 'ocpp'>;
  journal: Journal;
  ledger: LedgerFollower;
  sessions: SessionStore;
  connectors: Connectors;
  notices: NoticeQueue;
  nowSec: () => number;
  log: Logger;
}

/** Brings the ledger's facts of bookings to the sessions, with their finality (rule 20). */
export class SessionSync {
  readonly #parts: SessionSyncParts;

  constructor(parts: SessionSyncParts) {
    this.#parts = parts;
    parts.ledger.updated.add((headSec) => this.#sync(headSec));
  }

  #sync(headSec: number): void {
    const { ledger, sessions, nowSec } = this.#parts;
    const { facts } = ledger;
    if (facts === undefined) return;
    const at = nowSec();
    for (const { bookingId, fact } of ledger.openBookings()) this.#open(bookingId, fact, facts, at);
    for (const { bookingId, fact } of ledger.lostBookings()) this.#reviewLost(bookingId, fact, headSec, at);
    for (const { phase, plan } of sessions.all()) {
      if (phase === 'ENDED' || ledger.booking(plan.bookingId)?.ended == null) continue;
      sessions.apply(plan.bookingId, { type: 'ledgerEnded', at });
    }
  }

  /** Adds a booking, or reopens one whose end the ledger lost. */
  #open(bookingId: Hex, fact: BookingFact, facts: LedgerFacts, at: number): void {
    const { config, journal, sessions, connectors, log } = this.#parts;
    const known = sessions.get(bookingId);
    const connector = connectors.byHash(fact.connector);
    if (connector === undefined) return;
    const plan = planOf(bookingId, fact, facts, connector, config.ocpp.sampleIntervalSec);
    if (known === undefined || known.phase === 'ENDED') {
      if (!isListingServed(journal, fact.listingId, fact.booking.terms.host)) return;
      journal.atomically(() => {
        sessions.open(plan);
        if (known === undefined) this.#markRestored(bookingId, fact, at);
        sessions.apply(bookingId, { type: 'ledgerLost', at });
        this.#updateTimes(plan, at);
        this.#updateFinality(bookingId, fact, at);
      });
      if (known === undefined) log.info({ bookingId, chargePointId: plan.chargePointId }, 'booking added');
    }
    this.#updateTimes(plan, at);
    this.#updateFinality(bookingId, fact, at);
    this.#updateDelay(plan, at);
  }

  /** A charge point names its delay when it has connected. */
  #updateDelay({ bookingId, chargePointId, connectorId }: Plan, at: number): void {
    const { connectors, sessions } = this.#parts;
    const maxSec = connectors.randomDelayMaxSec(chargePointId, connectorId);
    const session = sessions.get(bookingId);
    if (maxSec === undefined || session === undefined || session.randomDelayMaxSec === maxSec) return;
    sessions.apply(bookingId, { type: 'randomDelay', maxSec, at });
  }

  /** For a booking that was made before a restore, the lost journal may have signed. */
  #markRestored(bookingId: Hex, fact: BookingFact, at: number): void {
    const { journal, sessions } = this.#parts;
    const mark = restoreMarkOf(journal);
    if (mark === undefined || !isBeforeRestore(mark, fact)) return;
    sessions.apply(bookingId, { type: 'restored', backupAt: mark.backupAt, at });
  }

  /** A booking that comes back in another block was booked at another time. */
  #updateTimes({ bookingId, times }: Plan, at: number): void {
    const { sessions } = this.#parts;
    const known = sessions.get(bookingId)?.plan.times;
    if (known === undefined || (known.freeUntil === times.freeUntil && known.noShowFrom === times.noShowFrom))
      return;
    sessions.apply(bookingId, { type: 'rebooked', times, at });
  }

  #updateFinality(bookingId: Hex, fact: BookingFact, at: number): void {
    const { ledger, sessions } = this.#parts;
    const session = sessions.get(bookingId);
    const finality = ledger.finalityOf(fact);
    if (session === undefined || finality === undefined || finality === session.finality) return;
    sessions.apply(bookingId, { type: 'finality', finality, at });
    if (finality === 'missing') this.#notify(session, 'BOOKING_MISSING', at);
  }

  #reviewLost(bookingId: Hex, fact: BookingFact, headSec: number, at: number): void {
    const { journal, sessions, log } = this.#parts;
    this.#updateFinality(bookingId, fact, at);
    const isWaitedFor = headSec - (fact.lostAt ?? headSec) < GIVE_UP_LOST_SEC;
    if (isWaitedFor && !this.#isReplaced(fact)) return;
    const session = sessions.get(bookingId);
    journal.atomically(() => {
      sessions.apply(bookingId, { type: 'ledgerEnded', at });
      journal.dropBooking(bookingId);
    });
    log.warn({ bookingId }, 'a lost booking does not come back: given up');
    if (session !== undefined) this.#notify(session, 'BOOKING_LOST', at);
  }

  /** Another booking has its slots, for instance the same driver's with another cap: the ledger cannot take it back. */
  #isReplaced(fact: BookingFact): boolean {
    const { firstSlot, slotCount } = fromBookingStruct(fact.booking);
    return this.#parts.ledger.openBookings().some(({ fact: open }) => {
      const other = fromBookingStruct(open.booking);
      const isBefore = other.firstSlot + other.slotCount <= firstSlot;
      return open.listingId === fact.listingId && !isBefore && other.firstSlot < firstSlot + slotCount;
    });
  }

  #notify({ plan }: Session, code: 'BOOKING_MISSING' | 'BOOKING_LOST', at: number): void {
    const { bookingId, listingId } = plan;
    this.#parts.notices.add({ listingId, bookingId, ...noticeOf(code, {}), at });
  }
}
