import type { Logger } from 'pino';
import type { Hex } from 'viem';
import { HEARTBEAT_SEC } from '../../protocol/link.ts';
import type { Reading } from '../../protocol/reading.ts';
import { signMessageOf } from '../../protocol/signature.ts';
import type { Connectors } from '../connectors/connectors.ts';
import { consentOf } from '../connectors/consents.ts';
import type { MeterRecordVerifier } from '../evidence/meter-record-verifier.ts';
import type { Journal } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { AgentKey } from '../key/key.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import { driverViewOf } from '../session/driver-view.ts';
import { neededCostOf } from '../session/needed-cost.ts';
import { isRecovering } from '../session/recovery.ts';
import type { Session } from '../session/types.ts';
import type { ApiLink } from './api-link.ts';
import { connectorStates, signedHeartbeat } from './health.ts';
import type { Pairing } from './pairing.ts';

export interface ReportParts {
  key: AgentKey;
  journal: Journal;
  ledger: LedgerFollower;
  sessions: SessionStore;
  connectors: Connectors;
  meterRecords: MeterRecordVerifier;
  link: ApiLink;
  pairing: Pairing;
  nowSec: () => number;
  log: Logger;
}

/** Interval of repeats: an API that has just restarted may not know a booking yet, and a phone may sleep. */
const REMIND_MS = 60_000;
/** More readings wait only if the API is unreachable for days: the newest of each session replaces those before it. */
export const MAX_WAITING_READINGS = 1_000;

/**
 * Reports to the API: heartbeats, pairing codes, readings in their order, sessions, notices. Missed ones are sent
 * again.
 */
export class Reports {
  readonly #parts: ReportParts;
  readonly #sentSessions = new Map<Hex, string>();
  readonly #loggedStates = new Map<Hex, string>();
  readonly #loggedCodes = new Set<string>();
  #sentCodes = '';
  #listed = '';
  #signing: Promise<void> = Promise.resolve();
  #heartbeatDue = false;
  #codesDue = false;
  #sentAt = 0;
  #isSkipping = false;
  #remindedMs = performance.now();

  constructor(parts: ReportParts) {
    this.#parts = parts;
    parts.sessions.readings.add((_session, reading) => this.#sign(reading));
    parts.sessions.changes.add((session) => this.#session(session));
    parts.meterRecords.changed.add((session) => this.#session(session));
    parts.connectors.changed.add(() => this.#connectorsChanged());
    parts.ledger.updated.add(() => this.#ledgerUpdated());
    parts.link.linked.add(() => this.#sendAll());
  }

  /** Readings from before this start may not be signed yet. */
  resume(): void {
    this.#signWaiting();
  }

  /** Resolves when all readings made so far are signed. */
  async close(): Promise<void> {
    await this.#signing;
  }

  /** Once a second. */
  tick(at: number): void {
    if (this.#codesDue) this.#offerCodes();
    if (this.#heartbeatDue || at - this.#sentAt >= HEARTBEAT_SEC) void this.#heartbeat(at);
    if (performance.now() - this.#remindedMs >= REMIND_MS) this.#remind();
  }

  /** The API knows who we are: it gets the present state. */
  #sendAll(): void {
    const { journal, sessions, nowSec } = this.#parts;
    this.#sentSessions.clear();
    this.#sentCodes = '';
    this.#connectorsChanged();
    void this.#heartbeat(nowSec());
    const readings = journal.readingsToSend();
    const open = sessions.all();
    journal.afterCommit(() => {
      for (const { reading, agentSignature } of readings) this.#sendReading(reading, agentSignature as Hex);
      for (const session of open) this.#session(session);
    });
  }

  /** Readings from before a restart, or from a time when the ledger was not known yet. */
  #signWaiting(): void {
    const { journal, sessions } = this.#parts;
    for (const { reading } of journal.unsignedReadings()) {
      const session = sessions.get(reading.bookingId);
      if (session === undefined || !isRecovering(session)) this.#sign(reading);
    }
  }

  /** One after the other: the API gets readings in their order. */
  #sign(reading: Reading): void {
    const { ledger, key, journal, sessions, nowSec } = this.#parts;
    this.#signing = this.#signing.then(async () => {
      const ref = ledger.facts?.ref;
      if (ref === undefined) return;
      const { bookingId, seq } = reading;
      const signature = await signMessageOf(key.account, ref, 'Reading', reading);
      journal.atomically(() => {
        // A reading that waited may be signed by two looks at what waits.
        if (!journal.signReading(bookingId, seq, signature)) return;
        sessions.record(bookingId, { at: nowSec(), reading, agentSignature: signature });
      });
      await journal.written();
      this.#sendReading(reading, signature);
    });
  }

  #sendReading(reading: Reading, signature: Hex): void {
    const { journal, log } = this.#parts;
    if (this.#parts.link.send({ type: 'reading', reading, signature })) {
      journal.markSent(reading.bookingId, reading.seq);
      return;
    }
    const skipped = journal.skipSuperseded(MAX_WAITING_READINGS);
    if (skipped > 0 && !this.#isSkipping) {
      const limit = MAX_WAITING_READINGS;
      log.warn({ limit }, 'too many readings wait for the API: the oldest of each session are dropped');
    }
    this.#isSkipping = skipped > 0;
  }

  /** The newest reading of each session that waits for its driver's signature, and the session's state. */
  #remind(): void {
    this.#remindedMs = performance.now();
    for (const session of this.#parts.sessions.all()) {
      const { plan, phase, lastReading, cosigned } = session;
      if (phase === 'ENDED' || lastReading === null || lastReading.seq === cosigned?.seq) continue;
      const stored = this.#parts.journal.reading(plan.bookingId, lastReading.seq);
      if (stored?.agentSignature == null || !this.#parts.link.isLinked) continue;
      this.#sendReading(stored.reading, stored.agentSignature);
      this.#sentSessions.delete(plan.bookingId);
      this.#session(session);
    }
  }

  /** A session's state, for its driver. */
  #session(session: Session): void {
    const seen = driverViewOf(session);
    if (seen === undefined) return;
    const { bookingId } = session.plan;
    const assuranceLevel = this.#parts.journal.assuranceLevel(bookingId) ?? 'agent-signed';
    const neededCost = neededCostOf(session, this.#parts.nowSec());
    const view = { ...seen, assuranceLevel, neededCost: neededCost === null ? null : String(neededCost) };
    const text = JSON.stringify(view);
    if (this.#sentSessions.get(bookingId) === text) return;
    if (this.#parts.link.send({ type: 'session', bookingId, ...view, at: this.#parts.nowSec() })) {
      this.#sentSessions.set(bookingId, text);
    }
    // Once, also while the API is unreachable.
    if (this.#loggedStates.get(bookingId) !== view.state) {
      this.#loggedStates.set(bookingId, view.state);
      this.#parts.log.info({ bookingId, state: view.state, detail: view.detail }, 'session');
      this.#heartbeatDue = true;
    }
  }

  #ledgerUpdated(): void {
    this.#signWaiting();
    const listed = [...this.#parts.ledger.listedIds()].join();
    if (listed === this.#listed) return;
    this.#listed = listed;
    this.#connectorsChanged();
  }

  #connectorsChanged(): void {
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
    if (text === this.#sentCodes) return;
    const isSent = this.#parts.link.send({ type: 'pairings', offers: offers.map(({ offer }) => offer) });
    this.#sentCodes = isSent ? text : '';
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
    const hostOf = (listingId: Hex) => consentOf(this.#parts.journal, listingId)?.host;
    const listed = ledger.listedIds();
    const states = connectorStates(connectors, sessions, key.account.address, listed, hostOf);
    this.#parts.link.send(await signedHeartbeat(key.account, ref, states, at));
  }
}
