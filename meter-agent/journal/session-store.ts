import { randomBytes } from 'node:crypto';
import { bytesToHex, concatHex, type Hex, keccak256, numberToHex, stringToHex } from 'viem';
import type { Reading } from '../../protocol/reading.ts';
import { Listeners } from '../lib/listeners.ts';
import type { SessionEvent } from '../session/events.ts';
import { hasCarThere, isDone, isOver } from '../session/phases.ts';
import { newSession, transition } from '../session/transitions.ts';
import type { Command, Effect, Notification, Plan, Session } from '../session/types.ts';
import { EVIDENCE_FORMAT, type EvidenceBundles, type EvidenceLine } from './evidence-bundles.ts';
import type { Journal, StoredSession } from './journal.ts';
import type { NoticeQueue } from './notice-queue.ts';

type StartEvent = Extract<SessionEvent, { type: 'startSecretReceived' | 'startAuthorized' }>;

/**
 * How long a session that ended on the ledger stays in memory after its last deadline, in case the ledger loses its
 * end.
 */
const KEPT_ENDED_SEC = 86_400;

/** The state of a session is written at least once per this many events. */
const EVENTS_PER_STATE = 32;

const ZERO = `0x${'00'.repeat(32)}` as const;

/**
 * All sessions: every event goes through here, is written to the journal together with its effects, and only then
 * counts. Nothing here waits for anything.
 */
export class SessionStore {
  /** Emitted once it is on disk and its cause, a message, is answered. */
  readonly commands = new Listeners<[session: Session, command: Command]>();
  readonly readings = new Listeners<[session: Session, reading: Reading]>();
  readonly changes = new Listeners<[session: Session]>();
  readonly #journal: Journal;
  readonly #evidence: EvidenceBundles;
  readonly #notices: Pick<NoticeQueue, 'add'>;
  readonly #open = new Map<Hex, StoredSession>();
  /** The bookings of each charge point. */
  readonly #ofChargePoint = new Map<string, Set<Hex>>();
  /** Events since a session's state was written. */
  readonly #sinceState = new Map<Hex, number>();

  constructor(journal: Journal, evidence: EvidenceBundles, notices: Pick<NoticeQueue, 'add'>) {
    this.#journal = journal;
    this.#evidence = evidence;
    this.#notices = notices;
    this.#load();
    journal.rolledBack.add(() => this.#load());
  }

  /** The state on disk is what counts. */
  #load(): void {
    this.#open.clear();
    this.#ofChargePoint.clear();
    for (const stored of this.#journal.openSessions()) {
      this.#evidence.forget(stored.session.plan.bookingId);
      this.#hold(stored);
    }
  }

  #hold(stored: StoredSession): void {
    const { bookingId, chargePointId } = stored.session.plan;
    this.#open.set(bookingId, stored);
    const bookings = this.#ofChargePoint.get(chargePointId) ?? new Set();
    this.#ofChargePoint.set(chargePointId, bookings.add(bookingId));
  }

  #drop({ bookingId, chargePointId }: Plan): void {
    this.#open.delete(bookingId);
    const bookings = this.#ofChargePoint.get(chargePointId);
    bookings?.delete(bookingId);
    if (bookings?.size === 0) this.#ofChargePoint.delete(chargePointId);
  }

  /** Sessions that have not ended on the ledger. */
  all(): Session[] {
    return [...this.#open.values()].map(({ session }) => session);
  }

  get(bookingId: Hex): Session | undefined {
    return this.#open.get(bookingId)?.session;
  }

  /** The session that uses the connector: its start secret is received, and it is not over yet. */
  liveOn(chargePointId: string, connectorId: number): Session | undefined {
    return this.onChargePoint(chargePointId).find(
      (s) => s.plan.connectorId === connectorId && s.phase !== 'BOOKED' && !isDone(s),
    );
  }

  onChargePoint(chargePointId: string): Session[] {
    const bookings = this.#ofChargePoint.get(chargePointId) ?? [];
    return [...bookings].flatMap((bookingId) => this.get(bookingId) ?? []);
  }

  /**
   * Sessions to which a connector's events go: its user, and those whose car may still be there. 0: the whole charge
   * point.
   */
  touching(chargePointId: string, connectorId: number): Session[] {
    return this.onChargePoint(chargePointId).filter(
      (s) =>
        (connectorId === 0 || s.plan.connectorId === connectorId) &&
        (isDone(s) ? s.beganAt !== null && s.unpluggedAt === null : s.phase !== 'BOOKED'),
    );
  }

  /** Adds the session of a booking; a known one stays as it is. */
  open(plan: Plan): void {
    const known = this.#open.get(plan.bookingId) ?? this.#journal.session(plan.bookingId);
    if (known !== undefined) {
      this.#hold(known);
      return;
    }
    const session = newSession(plan);
    const salt = bytesToHex(randomBytes(32));
    this.#journal.atomically(() => {
      this.#journal.addSession(session, salt);
      this.#evidence.add(plan.bookingId, salt, { format: EVIDENCE_FORMAT, bookingId: plan.bookingId });
    });
    this.#hold({ session, secret: null, salt });
    this.#journal.afterCommit(() => this.changes.emit(session));
  }

  /** Stores the start secret together with its event. */
  receiveStartSecret(bookingId: Hex, secret: Hex, idTag: string, at: number): void {
    this.keepSecret(bookingId, secret, { type: 'startSecretReceived', idTag, at });
  }

  /** Stores the start secret together with the writes of `work`. */
  keepSecret(bookingId: Hex, secret: Hex, event: StartEvent): void {
    const stored = this.#open.get(bookingId);
    if (stored === undefined) return;
    this.#journal.atomically(() => {
      this.#journal.keepSecret(bookingId, secret);
      stored.secret = secret;
      this.apply(bookingId, event);
    });
  }

  /** Applies an event and adds `lines` to the evidence. */
  apply(bookingId: Hex, event: SessionEvent, lines: EvidenceLine[] = []): void {
    const stored = this.#open.get(bookingId);
    if (stored === undefined) return;
    const before = stored.session;
    const { session, effects } = transition(before, event);
    if (session === before && effects.length === 0 && lines.length === 0) return;
    this.#journal.atomically(() => {
      const readings = this.#write(stored, event, session, effects, lines);
      stored.session = session;
      const isEnd = isOver(session) && !isOver(before);
      if (isEnd || session.isFinalMade !== before.isFinalMade) this.#finish(stored);
      this.#journal.afterCommit(() => this.#emit(before, session, effects, readings, event.at));
    });
  }

  /** Advances the time of all sessions. One that is broken on disk stops neither the others nor any connection. */
  tick(at: number, onError: (bookingId: Hex, error: unknown) => void): void {
    for (const session of this.all()) {
      const { plan } = session;
      if (isPast(session, at)) this.#drop(plan);
      try {
        this.apply(plan.bookingId, { type: 'tick', at });
      } catch (error) {
        onError(plan.bookingId, error);
      }
    }
  }

  #emit(before: Session, session: Session, effects: Effect[], readings: Reading[], at: number): void {
    for (const reading of readings) this.readings.emit(session, reading);
    for (const effect of effects) {
      if (effect.do === 'notify') this.#notify(session, effect, at);
      else if (effect.do !== 'reading' && effect.do !== 'note') this.commands.emit(session, effect);
    }
    if (session !== before) this.changes.emit(session);
  }

  #notify({ plan }: Session, { do: _, ...notice }: Notification, at: number): void {
    const { bookingId, listingId } = plan;
    this.#notices.add({ listingId, bookingId, ...notice, at });
  }

  /** Adds only evidence. After the final reading the bundle is closed. */
  record(bookingId: Hex, line: EvidenceLine): void {
    const stored = this.#open.get(bookingId);
    if (stored !== undefined && !isOver(stored.session)) this.#evidence.add(bookingId, stored.salt, line);
  }

  #write(
    stored: StoredSession,
    event: SessionEvent,
    session: Session,
    effects: Effect[],
    lines: EvidenceLine[],
  ): Reading[] {
    const { bookingId } = session.plan;
    const { salt } = stored;
    const isClosed = isOver(stored.session);
    const notes = effects.flatMap((effect): EvidenceLine[] =>
      effect.do === 'note' ? [{ at: event.at, anomaly: effect.anomaly, registerWh: effect.registerWh }] : [],
    );
    for (const line of isClosed ? [] : [...lines, ...notes]) this.#evidence.add(bookingId, salt, line);
    this.#journal.addEvent(bookingId, event, session, this.#isMilestone(stored.session, session, effects));
    return effects.flatMap((effect) => {
      if (effect.do !== 'reading') return [];
      if (effect.facts.isFinal) this.#concludeEvidence(stored, event.at);
      const reading: Reading = {
        bookingId,
        ...effect.facts,
        evidenceHash: this.#evidence.hash(bookingId, salt),
        registersCommitment: registersCommitment(salt, session.registers),
      };
      this.#journal.addReading(reading);
      return [reading];
    });
  }

  #concludeEvidence({ session, secret, salt }: StoredSession, at: number): void {
    if (secret !== null) this.#evidence.conclude(session.plan.bookingId, salt, { at, startSecret: secret });
  }

  /** Effects that were emitted must not be derived again from the event. */
  #isMilestone(before: Session, session: Session, effects: Effect[]): boolean {
    const { bookingId } = session.plan;
    const count = (this.#sinceState.get(bookingId) ?? 0) + 1;
    const isTurn =
      effects.length > 0 ||
      before.phase !== session.phase ||
      (before.transaction === null) !== (session.transaction === null);
    const isMilestone = isTurn || count >= EVENTS_PER_STATE;
    this.#sinceState.set(bookingId, isMilestone ? 0 : count);
    return isMilestone;
  }

  #finish(stored: StoredSession): void {
    const { bookingId } = stored.session.plan;
    if (stored.session.nextSeq > 0) this.#evidence.write(bookingId, stored.salt);
    if (stored.session.phase !== 'ENDED' || stored.session.transaction !== null) return;
    this.#evidence.forget(bookingId);
    this.#sinceState.delete(bookingId);
  }
}

/** A session whose car was not seen to leave still shows whose car it is. */
function isPast(s: Session, at: number): boolean {
  if (s.phase !== 'ENDED' || s.transaction !== null || hasCarThere(s)) return false;
  return at > s.plan.times.reportBy + KEPT_ENDED_SEC;
}

/**
 * keccak256(salt ‖ begin register Wh uint64 ‖ end register Wh uint64). The salt is derived from the session's, so
 * that disclosing the evidence does not disclose the registers. Zero when nothing was measured.
 */
export function registersCommitment(salt: Hex, registers: Session['registers']): Hex {
  if (registers === null) return ZERO;
  const own = keccak256(concatHex([salt, stringToHex('registers')]));
  const word = (valueWh: number) => numberToHex(valueWh, { size: 8 });
  return keccak256(concatHex([own, word(registers.beginWh), word(registers.endWh)]));
}
