import { type Hex, keccak256 } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import { idTagOf, isSameTag } from '../../protocol/idTag.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { secretOfStartCode } from '../../protocol/startCode.ts';
import type { Connectors } from '../connectors/connectors.ts';
import { continues, type Occupancy } from '../connectors/occupancy.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import { Tries } from '../lib/tries.ts';
import type { BookingFact } from '../session/booking-facts.ts';
import { isOver } from '../session/phases.ts';
import type { Session } from '../session/types.ts';
import { openEnvelope } from './start-envelope.ts';
import * as refusals from './start-refusals.ts';

export interface StartParts {
  privateKey: Hex;
  ledger: LedgerFollower;
  sessions: SessionStore;
  connectors: Connectors;
  occupancy: Occupancy;
  ownerIdTags: readonly string[];
  nowSec: () => number;
}

/** The ledger that this agent follows. Throws `ledger.unreachable` before it was reached once. */
export function requireRef(ledger: LedgerFollower): MarketRef {
  const ref = ledger.facts?.ref;
  if (ref !== undefined) return ref;
  throw new PlugpactError({
    code: 'ledger.unreachable',
    rule: 'The agent starts no bookings before it has reached its ledger once.',
    remedy: 'Try again when the ledger answers.',
    retry: 'later',
  });
}

/**
 * The ways in which a driver's start secret arrives: sealed over the link, or typed as the start code of the receipt.
 */
export class Starts {
  readonly #parts: StartParts;
  readonly #tries = new Tries('start.tooManyTries', 'start codes');

  constructor(parts: StartParts) {
    this.#parts = parts;
  }

  async byEnvelope(ref: MarketRef, session: Session, fact: BookingFact, envelope: Hex): Promise<void> {
    const { sessions, privateKey } = this.#parts;
    const { bookingId, sessionKey } = session.plan;
    const expected = { bookingId, startHash: fact.booking.startHash, sessionKey };
    const { secret, rfidUid } = await openEnvelope(ref, privateKey, envelope, expected);
    this.#take(ref, sessions.get(bookingId) ?? session, secret, rfidUid);
  }

  /**
   * Starts the booking whose secret was typed in as its start code, beside the wallbox: for drivers whose phone is
   * dead. Returns the booking. Throws what a start over the link throws, `start.unknownCode`, and
   * `start.tooManyTries` after wrong ones.
   */
  byCode(code: string): Hex {
    const { ledger, sessions, nowSec } = this.#parts;
    const ref = requireRef(ledger);
    this.#tries.require(nowSec());
    const secret = secretOfStartCode(code);
    const startHash = secret && keccak256(secret);
    const found = ledger.openBookings().find(({ fact }) => fact.booking.startHash === startHash);
    const session = found && sessions.get(found.bookingId);
    if (secret === undefined || found === undefined || session === undefined) {
      this.#tries.wrong(nowSec());
      throw refusals.unknownCode();
    }
    this.#take(ref, session, secret, undefined);
    return found.bookingId;
  }

  /** The session that this card may begin at the charge point now. */
  sessionOfRfid(chargePointId: string, idTag: string): Session | undefined {
    const { sessions, nowSec } = this.#parts;
    return sessions
      .onChargePoint(chargePointId)
      .filter(
        ({ phase, authorizedStart }) => phase === 'BOOKED' && isSameTag(authorizedStart?.rfidUid, idTag),
      )
      .find((session) => this.#refusalOf(session, nowSec()) === undefined);
  }

  /** A transaction began after a card was shown: it belongs to this session, if the card does. */
  startedByRfid(chargePointId: string, connectorId: number, idTag: string): void {
    const session = this.sessionOfRfid(chargePointId, idTag);
    if (session?.plan.connectorId === connectorId) this.#begin(session, { idTag, isStartedByRfid: true });
  }

  /** Once a second: the driver's next booking continues where the previous one ended. */
  tick(at: number): void {
    for (const session of this.#parts.sessions.all()) {
      const { phase, authorizedStart, plan } = session;
      if (
        phase !== 'BOOKED' ||
        authorizedStart === null ||
        authorizedStart.rfidUid !== null ||
        at < plan.times.start
      )
        continue;
      if (this.#refusalOf(session, at) === undefined) this.#begin(session, { idTag: authorizedStart.idTag });
    }
  }

  #take(ref: MarketRef, session: Session, secret: Hex, rfidUid: string | undefined): void {
    const { sessions, nowSec } = this.#parts;
    const { phase, plan } = session;
    const { bookingId } = plan;
    const at = nowSec();
    if (isOver(session)) throw refusals.over(bookingId);
    // Received before: the same secret again is not a second start.
    if (phase !== 'BOOKED') return;
    const idTag = idTagOf(ref, bookingId, secret);
    if (rfidUid !== undefined || this.#continuesSession(session)) {
      this.#requireGuestRfid(rfidUid);
      const authorizedStart = { idTag, rfidUid: rfidUid ?? null };
      sessions.keepSecret(bookingId, secret, { type: 'startAuthorized', authorizedStart, at });
      return;
    }
    const refusal = this.#refusalOf(session, at);
    if (refusal !== undefined) throw refusal;
    sessions.keepSecret(bookingId, secret, {
      type: 'startAuthorized',
      authorizedStart: { idTag, rfidUid: null },
      at,
    });
    this.#begin(session, { idTag });
  }

  #requireGuestRfid(rfidUid: string | undefined): void {
    const isOwners = rfidUid !== undefined && this.#parts.ownerIdTags.some((own) => isSameTag(own, rfidUid));
    if (isOwners) throw refusals.ownersCard();
  }

  /** A session of the same driver is running until exactly the moment at which this booking begins. */
  #continuesSession(session: Session): boolean {
    const { chargePointId, connectorId } = session.plan;
    const live = this.#parts.sessions.liveOn(chargePointId, connectorId);
    return live !== undefined && continues(session, live);
  }

  /** Why the booking may not begin now. */
  #refusalOf(session: Session, at: number): PlugpactError | undefined {
    const { sessions, connectors, occupancy } = this.#parts;
    const { chargePointId, connectorId, times } = session.plan;
    const others = occupancy.others(session).map(({ plan }) => plan.times);
    const early = refusals.timeRefusal(times, others, at);
    if (early !== undefined) return early;
    if (sessions.liveOn(chargePointId, connectorId) !== undefined) return refusals.busy();
    if (occupancy.occupantOf(session) !== undefined) return refusals.occupied();
    const fault = connectors.faultOf(chargePointId, connectorId);
    return fault === undefined ? undefined : refusals.faulted(fault);
  }

  #begin({ plan }: Session, start: { idTag: string; isStartedByRfid?: boolean }): void {
    const { sessions, connectors, nowSec } = this.#parts;
    const { bookingId, chargePointId, connectorId } = plan;
    const at = nowSec();
    const status = connectors.find(chargePointId, connectorId)?.status;
    if (status != null) sessions.apply(bookingId, { type: 'connectorStatus', status, at });
    const connected = connectors.isOnline(chargePointId);
    sessions.apply(bookingId, { type: 'connection', connected, at });
    sessions.apply(bookingId, { type: 'startSecretReceived', ...start, at });
  }
}
