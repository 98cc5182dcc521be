import type { Logger } from 'pino';
import type { Hex } from 'viem';
import { HEARTBEAT_SEC } from '../../protocol/link.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { type Notice, noticeOf } from '../../protocol/notices.ts';
import type { Reading } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { Connectors } from '../connectors/connectors.ts';
import type { Journal } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { AgentKey } from '../key/key.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import { driverViewOf } from '../session/driver-view.ts';
import type { Notification, Session } from '../session/types.ts';
import type { ApiLink } from './api-link.ts';
import { connectorStates, signedHeartbeat } from './health.ts';
import { NoticeQueue } from './notice-queue.ts';
import type { Pairing } from './pairing.ts';

export interface ReportParts {
  key: AgentKey;
  journal: Journal;
  ledger: LedgerFollower;
  sessions: SessionStore;
  connectors: Connectors;
  pairing: Pairing;
  nowSec: () => number;
  log: Logger;
}

const NOTICES_SHOWN = 20;
/** An API that has just come back may not know a booking yet, and a phone may sleep: both are told again. */
const REMIND_MS = 60_000;
/** More readings wait for the API only if it is away for days: the newest of each visit stands for those before it. */
export const MAX_WAITING_READINGS = 1_000;

/** What the API hears: heartbeats, pairing codes, readings in their order, visits, notices. What it missed is sent again. */
export class Reports {
  /** The newest first, for the status page. */
  readonly notices: Notice[] = [];
  readonly #parts: ReportParts;
  readonly #link: ApiLink;
  readonly #notices: NoticeQueue;
  readonly #shownSessions = new Map<Hex, string>();
  readonly #loggedStates = new Map<Hex, string>();
  readonly #loggedCodes = new Set<string>();
  #shownCodes = '';
  #listed = '';
  #signing: Promise<void> = Promise.resolve();
  #heartbeatDue = false;
  #codesDue = false;
  #sentAt = 0;
  #isSkipping = false;
  #remindedMs = performance.now();

  constructor(parts: ReportParts, link: ApiLink) {
    this.#parts = parts;
    this.#link = link;
    this.#notices = new NoticeQueue(parts.journal, link, parts.log);
  }

  /** Resolves when all readings made so far are signed. */
  async close(): Promise<void> {
    await this.#signing;
  }

  /** Once a second. */
  tick(at: number): void {
    if (this.#codesDue) this.#offerCodes();
    if (this.#heartbeatDue || at - this.#sentAt >= HEARTBEAT_SEC) void this.#heartbeat(at);
    this.#notices.tick(at);
    if (performance.now() - this.#remindedMs >= REMIND_MS) this.#remind();
  }

  /** The API knows who we are: it hears how things stand. */
  sendAll(): void {
    const { journal, sessions, nowSec } = this.#parts;
    this.#shownSessions.clear();
    this.#shownCodes = '';
    this.connectorsChanged();
    void this.#heartbeat(nowSec());
    const readings = journal.readingsToSend();
    const open = sessions.all();
    journal.afterCommit(() => {
      for (const { reading, agentSignature } of readings) this.#sendReading(reading, agentSignature as Hex);
      for (const session of open) this.session(session);
    });
    this.#notices.sendAll();
  }

  /** Readings of before a restart, or that were made while the ledger's name was not known yet. */
  signWaiting(): void {
    for (const { reading } of this.#parts.journal.unsignedReadings()) this.sign(reading);
  }

  /** One after the other: the API gets readings in their order. */
  sign(reading: Reading): void {
    const { ledger, key, journal, sessions, nowSec } = this.#parts;
    this.#signing = this.#signing.then(async () => {
      const ref = ledger.facts?.ref;
      if (ref === undefined) return;
      const { bookingId, seq } = reading;
      const signature = await signMessageOf(key.account, ref, 'Reading', reading);
      journal.atomically(() => {
        journal.signReading(bookingId, seq, signature);
        sessions.record(bookingId, { at: nowSec(), reading, agentSignature: signature });
      });
      await journal.written();
      this.#sendReading(reading, signature);
    });
  }

  #sendReading(reading: Reading, signature: Hex): void {
    const { journal, log } = this.#parts;
    if (this.#link.send({ type: 'reading', reading, signature })) {
      journal.markSent(reading.bookingId, reading.seq);
      return;
    }
    const skipped = journal.skipSuperseded(MAX_WAITING_READINGS);
    if (skipped > 0 && !this.#isSkipping) {
      const limit = MAX_WAITING_READINGS;
      log.warn({ limit }, 'too many readings wait for the API: of each visit the oldest are left out');
    }
    this.#isSkipping = skipped > 0;
  }

  /** The newest reading of each visit that waits for its driver's signature, and how the visit stands. */
  #remind(): void {
    this.#remindedMs = performance.now();
    for (const session of this.#parts.sessions.all()) {
      const { plan, phase, lastReading, cosigned } = session;
      if (phase === 'ENDED' || lastReading === null || lastReading.seq === cosigned?.seq) continue;
      const stored = this.#parts.journal.reading(plan.bookingId, lastReading.seq);
      if (stored?.agentSignature == null || !this.#link.isLinked) continue;
      this.#sendReading(stored.reading, stored.agentSignature);
      this.#shownSessions.delete(plan.bookingId);
      this.session(session);
    }
  }

  /** How a session stands, for its driver. */
  session(session: Session): void {
    const seen = driverViewOf(session);
    if (seen === undefined) return;
    const { bookingId } = session.plan;
    const assuranceLevel = this.#parts.journal.assuranceLevel(bookingId) ?? 'agent-signed';
    const view = { ...seen, assuranceLevel };
    const text = JSON.stringify(view);
    if (this.#shownSessions.get(bookingId) === text) return;
    if (this.#link.send({ type: 'session', bookingId, ...view, at: this.#parts.nowSec() })) {
      this.#shownSessions.set(bookingId, text);
    }
    // Once, also while the API is away.
    if (this.#loggedStates.get(bookingId) !== view.state) {
      this.#loggedStates.set(bookingId, view.state);
      this.#parts.log.info({ bookingId, state: view.state, detail: view.detail }, 'session');
      this.#heartbeatDue = true;
    }
  }

  /** A notice that a session causes. */
  notify(session: Session, { do: _, ...notice }: Notification, at: number): void {
    const { bookingId, listingId } = session.plan;
    this.notice({ listingId, bookingId, ...notice, at });
  }

  /** The host hears of a dangerous fault, and of its end, for each listing that it bars. */
  fault(chargePointId: string, connectorId: number, errorCode: string | null): void {
    const { connectors, key, ledger, nowSec } = this.#parts;
    const listed = ledger.listedIds();
    for (const { hash, ...place } of connectors.all()) {
      if (place.chargePointId !== chargePointId) continue;
      const listingId = listingIdOf(key.account.address, hash);
      if ((connectorId !== 0 && place.connectorId !== connectorId) || !listed.has(listingId)) continue;
      const notice = errorCode === null ? noticeOf('FAULT_CLEARED', {}) : noticeOf('FAULT', { errorCode });
      this.notice({ listingId, bookingId: null, ...notice, at: nowSec() });
    }
  }

  /** Tells people; after an outage, too. */
  notice(notice: Notice): void {
    this.#notices.add(notice);
    this.notices.unshift(notice);
    this.notices.length = Math.min(this.notices.length, NOTICES_SHOWN);
  }

  get noticesWaiting(): number {
    return this.#notices.waiting;
  }

  noticeTaken(number: number): void {
    this.#notices.taken(number);
  }

  /** After each look at the ledger, which rarely lists or loses a connector. */
  ledgerSeen(): void {
    const listed = [...this.#parts.ledger.listedIds()].join();
    if (listed === this.#listed) return;
    this.#listed = listed;
    this.connectorsChanged();
  }

  connectorsChanged(): void {
    this.#heartbeatDue = true;
    this.#codesDue = true;
  }

  #offerCodes(): void {
    const { journal, pairing, ledger } = this.#parts;
    this.#codesDue = false;
    const offers = pairing.offers(ledger.listedIds());
    journal.afterCommit(() => this.#showCodes(offers));
  }

  #showCodes(offers: ReturnType<Pairing['offers']>): void {
    const text = JSON.stringify(offers.map(({ offer }) => offer));
    if (text === this.#shownCodes) return;
    const isSent = this.#link.send({ type: 'pairings', offers: offers.map(({ offer }) => offer) });
    this.#shownCodes = isSent ? text : '';
    for (const { offer, connector } of offers) {
      if (this.#loggedCodes.has(offer.code)) continue;
      this.#loggedCodes.add(offer.code);
      const { chargePointId, connectorId } = connector;
      this.#parts.log.info({ code: offer.code, chargePointId, connectorId }, 'pairing');
    }
  }

  async #heartbeat(at: number): Promise<void> {
    const { ledger, key, connectors, sessions } = this.#parts;
    const ref = ledger.facts?.ref;
    if (ref === undefined) return;
    this.#heartbeatDue = false;
    this.#sentAt = at;
    const states = connectorStates(connectors, sessions, key.account.address, ledger.listedIds());
    this.#link.send(await signedHeartbeat(key.account, ref, states, at));
  }
}
