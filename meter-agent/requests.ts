import type { Hex } from 'viem';
import { fromBookingStruct } from '../protocol/booking.ts';
import { costRoundedDown } from '../protocol/cost.ts';
import { PlugpactError } from '../protocol/errors.ts';
import { idTagOf } from '../protocol/idTag.ts';
import type { MarketRef } from '../protocol/signedTypes.ts';
import { bookingTimes } from '../protocol/slots.ts';
import { fromTermsStruct } from '../protocol/terms.ts';
import type { Connectors } from './connectors.ts';
import { openEnvelope, requireSessionKey, requireStartTime } from './cosign.ts';
import type { Journal } from './journal.ts';
import type { BookingFact, Ledger } from './ledger.ts';
import type { LinkReply, LinkRequest } from './link.ts';
import type { Pairing } from './pairing.ts';
import { isOver } from './session/review.ts';
import type { Session } from './session/types.ts';
import type { Sessions } from './sessions.ts';

export interface RequestParts {
  privateKey: Hex;
  journal: Journal;
  ledger: Ledger;
  sessions: Sessions;
  connectors: Connectors;
  pairing: Pairing;
  listed: () => ReadonlySet<Hex>;
  nowSec: () => number;
}

/** Answers what comes over the link: start, co-signature, stop, pairing. Each one is checked here, whoever relayed it. */
export class Requests {
  readonly #parts: RequestParts;

  constructor(parts: RequestParts) {
    this.#parts = parts;
  }

  async answer(request: LinkRequest): Promise<LinkReply> {
    try {
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof PlugpactError) {
        return { problem: { code: error.code, detail: error.message.slice(0, 500) } };
      }
      throw error;
    }
  }

  async #answer(request: LinkRequest): Promise<LinkReply> {
    const ref = this.#ref();
    if (request.type === 'pair') {
      const { pairing, listed } = this.#parts;
      return pairing.consent(ref, listed(), request.code, request.host);
    }
    const { session, fact } = this.#booked(request.bookingId);
    if (request.type === 'start') await this.#start(ref, session, fact, request.envelope);
    else if (request.type === 'stop') await this.#stop(ref, session, request.signature);
    else await this.#cosign(ref, session, request.seq, request.signature);
    return {};
  }

  #ref(): MarketRef {
    const ref = this.#parts.ledger.facts?.ref;
    if (ref !== undefined) return ref;
    throw new PlugpactError({
      code: 'ledger.unreachable',
      rule: 'The agent serves nothing before it has seen its ledger once.',
      remedy: 'Try again when the ledger answers.',
      retry: 'later',
    });
  }

  #booked(bookingId: Hex): { session: Session; fact: BookingFact } {
    const session = this.#parts.sessions.get(bookingId);
    const fact = this.#parts.ledger.booking(bookingId);
    if (session !== undefined && fact !== undefined) return { session, fact };
    throw new PlugpactError({
      code: 'booking.unknown',
      value: bookingId,
      rule: 'The agent knows no open booking of this id.',
      remedy: 'A fresh booking is served once it has its confirmations: try again in a moment.',
      retry: 'later',
    });
  }

  async #start(ref: MarketRef, session: Session, fact: BookingFact, envelope: Hex): Promise<void> {
    const { sessions, connectors, nowSec, privateKey } = this.#parts;
    const { bookingId, chargePointId, connectorId, sessionKey, times } = session.plan;
    const expected = { bookingId, startHash: fact.booking.startHash, sessionKey };
    const secret = await openEnvelope(ref, privateKey, envelope, expected);
    const at = nowSec();
    const now = sessions.get(bookingId) ?? session;
    if (isOver(now)) throw over(bookingId);
    // Handed over before: the same secret again is no second start.
    if (now.phase !== 'BOOKED') return;
    requireStartTime(times, this.#otherTimes(bookingId, fact.listingId), at);
    if (sessions.liveOn(chargePointId, connectorId) !== undefined) throw busy();
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

  async #stop(ref: MarketRef, session: Session, signature: Hex): Promise<void> {
    const { bookingId, sessionKey } = session.plan;
    await requireSessionKey(ref, 'Stop', { bookingId }, signature, sessionKey);
    if (session.phase === 'BOOKED') {
      throw new PlugpactError({
        code: 'stop.notStarted',
        rule: 'Only a visit that was started can be stopped.',
        remedy: 'Cancel the booking on the ledger while its terms allow it.',
      });
    }
    this.#parts.sessions.apply(bookingId, { type: 'stopAsked', at: this.#parts.nowSec() });
  }

  async #cosign(ref: MarketRef, session: Session, seq: number, signature: Hex): Promise<void> {
    const { journal, sessions, nowSec } = this.#parts;
    const { bookingId, sessionKey, limits } = session.plan;
    const stored = journal.reading(bookingId, seq);
    if (stored === undefined) {
      throw new PlugpactError({
        code: 'cosign.unknownReading',
        value: String(seq),
        rule: 'The agent has made no reading of this number.',
        remedy: 'Co-sign readings as they come, by their own seq.',
      });
    }
    const { reading } = stored;
    await requireSessionKey(ref, 'Reading', reading, signature, sessionKey);
    const at = nowSec();
    const cost = costRoundedDown(limits.tariff, reading, limits.cap);
    const { energyWh, endedAt } = reading;
    journal.atomically(() => {
      journal.cosignReading(bookingId, seq, signature);
      sessions.apply(bookingId, { type: 'cosigned', seq, energyWh, endedAt, cost, at }, [
        { at, seq, sessionSignature: signature },
      ]);
    });
  }
}

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
