import type { Hex } from 'viem';
import { costRoundedDown } from '../../protocol/cost.ts';
import { PlugpactError } from '../../protocol/errors.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { requireSessionKey } from '../central-system/session-key.ts';
import { requireRef, type Starts } from '../central-system/starts.ts';
import type { Journal } from '../journal/journal.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import type { BookingFact } from '../session/booking-facts.ts';
import { isDone, mayBeStopped } from '../session/phases.ts';
import type { Session } from '../session/types.ts';
import type { ApiLink, LinkReply, LinkRequest } from './api-link.ts';
import type { Handovers } from './handover.ts';
import type { Pairing } from './pairing.ts';

export interface RequestParts {
  journal: Journal;
  ledger: LedgerFollower;
  sessions: SessionStore;
  starts: Starts;
  pairing: Pairing;
  handovers: Handovers;
  link: ApiLink;
  nowSec: () => number;
}

/**
 * Answers requests over the link: start, co-signature, raise, stop, pairing, location. Each one is checked here, no matter who
 * relayed it.
 */
export class Requests {
  readonly #parts: RequestParts;

  constructor(parts: RequestParts) {
    this.#parts = parts;
    parts.link.answerWith((request) => this.#reply(request));
  }

  async #reply(request: LinkRequest): Promise<LinkReply> {
    try {
      const reply = await this.#answer(request);
      await this.#parts.journal.written();
      return reply;
    } catch (error) {
      if (error instanceof PlugpactError) {
        return { problem: { code: error.code, detail: error.message.slice(0, 500) } };
      }
      throw error;
    }
  }

  async #answer(request: LinkRequest): Promise<LinkReply> {
    const { starts, handovers } = this.#parts;
    const ref = requireRef(this.#parts.ledger);
    if (request.type === 'pair') {
      const { pairing, ledger } = this.#parts;
      return pairing.consent(ref, ledger.listedIds(), request.code, request.host);
    }
    if (request.type === 'location') {
      handovers.storeLocation(request.listingId, request.envelope);
      return {};
    }
    const { session, fact } = this.#booked(request.bookingId);
    const { plan } = session;
    if (request.type === 'handover')
      return { sealed: await handovers.answer(ref, plan, fact, request.signature) };
    if (request.type === 'approveHandover') await handovers.approve(ref, plan, fact, request.signature);
    else if (request.type === 'start') await starts.byEnvelope(ref, session, fact, request.envelope);
    else if (request.type === 'stop') await this.#stop(ref, session, request.signature);
    else if (request.type === 'allow') await this.#allow(ref, session, request);
    else await this.#cosign(ref, session, request.seq, request.signature);
    return {};
  }

  #booked(bookingId: Hex): { session: Session; fact: BookingFact } {
    const session = this.#parts.sessions.get(bookingId);
    const fact = this.#parts.ledger.booking(bookingId);
    if (session !== undefined && fact !== undefined) return { session, fact };
    throw new PlugpactError({
      code: 'booking.unknown',
      value: bookingId,
      rule: 'The agent knows no open booking of this id.',
      remedy: 'A new booking is served once it has its confirmations: try again in a moment.',
      retry: 'later',
    });
  }

  async #stop(ref: MarketRef, session: Session, signature: Hex): Promise<void> {
    const { bookingId, sessionKey } = session.plan;
    await requireSessionKey(ref, 'Stop', { bookingId }, signature, sessionKey);
    if (session.phase === 'BOOKED' && session.blocked === null) throw notStarted();
    if (!isDone(session) && !mayBeStopped(session)) throw noCable();
    this.#parts.sessions.apply(bookingId, { type: 'stopAsked', at: this.#parts.nowSec() });
  }

  /** A raise of what the driver allows without a co-signature; a lower one changes nothing. */
  async #allow(
    ref: MarketRef,
    { plan }: Session,
    { cost: text, signature }: { cost: string; signature: Hex },
  ): Promise<void> {
    const { journal, sessions, nowSec } = this.#parts;
    const { bookingId, sessionKey, limits } = plan;
    const cost = BigInt(text);
    await requireSessionKey(ref, 'Allowance', { bookingId, cost }, signature, sessionKey);
    const known = journal.allowance(bookingId)?.cost ?? 0n;
    if (cost <= known || cost <= limits.allowedCost) return;
    journal.atomically(() => {
      journal.keepAllowance(bookingId, { cost, signature });
      sessions.apply(bookingId, { type: 'allowed', cost, at: nowSec() });
    });
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
    const { energyWh, endedAt, overstaySec } = reading;
    // A reading of a lost journal is not in the evidence, and neither is its co-signature.
    const isLost = seq <= (session.recovery?.seq ?? -1);
    journal.atomically(() => {
      journal.cosignReading(bookingId, seq, signature);
      sessions.apply(
        bookingId,
        { type: 'cosigned', seq, energyWh, endedAt, overstaySec, cost, at },
        isLost ? [] : [{ at, seq, sessionSignature: signature }],
      );
    });
  }
}

const notStarted = (): PlugpactError =>
  new PlugpactError({
    code: 'stop.notStarted',
    rule: 'Only a started session can be stopped.',
    remedy: 'Cancel the booking on the ledger while its terms allow it.',
  });

const noCable = (): PlugpactError =>
  new PlugpactError({
    code: 'stop.noCable',
    rule: 'A stop returns money only once the wallbox saw a cable after the start.',
    remedy: 'Plug the cable in, or ask the host to let you go without a charge.',
  });
