import type { Logger } from 'pino';
import type { Hex } from 'viem';
import { noticeOf } from '../../protocol/notices.ts';
import type { Journal } from '../journal/journal.ts';
import type { NoticeQueue } from '../journal/notice-queue.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import type { BookingFact, LedgerFacts } from '../session/booking-facts.ts';
import type { Session } from '../session/types.ts';
import type { Connectors } from './connectors.ts';
import { planOf } from './plan.ts';

/**
 * A lost booking that has not returned after this time (the ledger's) is given up: an intent is valid for 10 minutes.
 */
export const GIVE_UP_LOST_SEC = 900;

export interface SessionSyncParts {
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
    const { journal, sessions, connectors, log } = this.#parts;
    const known = sessions.get(bookingId);
    if (known === undefined || known.phase === 'ENDED') {
      const connector = connectors.byHash(fact.connector);
      if (connector === undefined) return;
      const plan = planOf(bookingId, fact, facts, connector);
      journal.atomically(() => {
        sessions.open(plan);
        sessions.apply(bookingId, { type: 'ledgerLost', at });
        this.#updateFinality(bookingId, fact, at);
      });
      if (known === undefined) log.info({ bookingId, chargePointId: plan.chargePointId }, 'booking added');
      return;
    }
    this.#updateFinality(bookingId, fact, at);
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
    if (headSec - (fact.lostAt ?? headSec) < GIVE_UP_LOST_SEC) return;
    const session = sessions.get(bookingId);
    journal.atomically(() => {
      sessions.apply(bookingId, { type: 'ledgerEnded', at });
      journal.dropBooking(bookingId);
    });
    log.warn({ bookingId }, 'a lost booking did not come back: given up');
    if (session !== undefined) this.#notify(session, 'BOOKING_LOST', at);
  }

  #notify({ plan }: Session, code: 'BOOKING_MISSING' | 'BOOKING_LOST', at: number): void {
    const { bookingId, listingId } = plan;
    this.#parts.notices.add({ listingId, bookingId, ...noticeOf(code, {}), at });
  }
}
