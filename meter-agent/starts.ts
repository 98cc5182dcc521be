import { type Hex, keccak256 } from 'viem';
import { fromBookingStruct } from '../protocol/booking.ts';
import { PlugpactError } from '../protocol/errors.ts';
import { idTagOf } from '../protocol/idTag.ts';
import type { MarketRef } from '../protocol/signedTypes.ts';
import { bookingTimes } from '../protocol/slots.ts';
import { secretOfStartCode } from '../protocol/startCode.ts';
import { fromTermsStruct } from '../protocol/terms.ts';
import type { Connectors } from './connectors.ts';
import { openEnvelope, requireStartTime } from './cosign.ts';
import type { BookingFact } from './facts.ts';
import type { Ledger } from './ledger.ts';
import { isOver } from './session/phases.ts';
import type { Session } from './session/types.ts';
import type { Sessions } from './sessions.ts';
import { Tries } from './tries.ts';

export interface StartParts {
  privateKey: Hex;
  ledger: Ledger;
  sessions: Sessions;
  connectors: Connectors;
  nowSec: () => number;
}

/** The ledger that this agent serves. Throws `ledger.unreachable` before it was seen once. */
export function requireRef(ledger: Ledger): MarketRef {
  const ref = ledger.facts?.ref;
  if (ref !== undefined) return ref;
  throw new PlugpactError({
    code: 'ledger.unreachable',
    rule: 'The agent serves nothing before it has seen its ledger once.',
    remedy: 'Try again when the ledger answers.',
    retry: 'later',
  });
}

/** How a driver hands over the start secret: sealed over the link, or typed as the code of the receipt. */
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
    const secret = await openEnvelope(ref, privateKey, envelope, expected);
    this.#handOver(ref, sessions.get(bookingId) ?? session, fact, secret);
  }

  /**
   * Starts the booking whose secret was typed in as its start code, beside the wallbox: the way of a driver whose
   * phone is dead. Returns the booking. Throws what a start over the link throws, `start.unknownCode`, and
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
      throw unknownCode();
    }
    this.#handOver(ref, session, found.fact, secret);
    return found.bookingId;
  }

  #handOver(ref: MarketRef, { phase, plan }: Session, fact: BookingFact, secret: Hex): void {
    const { sessions, connectors, nowSec } = this.#parts;
    const { bookingId, chargePointId, connectorId, times } = plan;
    const at = nowSec();
    if (isOver({ phase })) throw over(bookingId);
    // Handed over before: the same secret again is no second start.
    if (phase !== 'BOOKED') return;
    requireStartTime(times, this.#otherTimes(bookingId, fact.listingId), at);
    if (sessions.liveOn(chargePointId, connectorId) !== undefined) throw busy();
    const fault = connectors.faultOf(chargePointId, connectorId);
    if (fault !== undefined) throw faulted(fault);
    const status = connectors.find(chargePointId, connectorId)?.status;
    if (status != null) sessions.apply(bookingId, { type: 'connectorStatus', status, at });
    const connected = connectors.isOnline(chargePointId);
    sessions.apply(bookingId, { type: 'connection', connected, at });
    sessions.handOver(bookingId, secret, idTagOf(ref, bookingId, secret), at);
  }

  #otherTimes(bookingId: Hex, listingId: Hex): { start: number; end: number }[] {
    const { ledger } = this.#parts;
    const windows = ledger.facts?.windows ?? { reportSec: 0, challengeSec: 0, proofSec: 0 };
    return ledger
      .openBookings()
      .filter((other) => other.fact.listingId === listingId && other.bookingId !== bookingId)
      .map(({ fact }) => {
        const { bookingTerms } = fromTermsStruct(fact.booking.terms);
        return bookingTimes(fromBookingStruct(fact.booking), bookingTerms, windows);
      });
  }
}

const unknownCode = (): PlugpactError =>
  new PlugpactError({
    code: 'start.unknownCode',
    rule: 'No open booking of this charger has this start code.',
    remedy: 'Type the code of the receipt, 52 letters and digits; spaces and lower case do not matter.',
  });

const over = (bookingId: Hex): PlugpactError =>
  new PlugpactError({
    code: 'start.over',
    value: bookingId,
    rule: 'The final reading of this booking is made: it cannot charge again.',
    remedy: 'Book again.',
  });

const busy = (): PlugpactError =>
  new PlugpactError({
    code: 'start.connectorBusy',
    rule: 'The visit before is not over yet.',
    remedy: 'Try again when its car is unplugged.',
    retry: 'later',
  });

const faulted = (errorCode: string): PlugpactError =>
  new PlugpactError({
    code: 'start.faulted',
    value: errorCode,
    rule: 'A wallbox that reported a dangerous fault gives no power before it reports that there is none.',
    remedy: 'Ask the host to have the wallbox checked.',
    retry: 'later',
  });
