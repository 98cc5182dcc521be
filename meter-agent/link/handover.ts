import type { Hex } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import { type Handover, parseHandover, placeCommitmentOf } from '../../protocol/handover.ts';
import { open, seal } from '../../protocol/seal.ts';
import { publicKeyOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { requireSessionKey } from '../central-system/session-key.ts';
import type { Journal } from '../journal/journal.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import type { BookingFact } from '../session/booking-facts.ts';
import type { Plan } from '../session/types.ts';
import type { ApiLink } from './api-link.ts';
import { type HostApproval, isApproved } from './host-approval.ts';

/** Those who wait for the location of one open booking. */
interface Waiting {
  /** The session key's public key, once its driver has asked. */
  publicKey: Hex | null;
  /** The host approved this driver before free cancelling is over. */
  isApproved: boolean;
  freeUntil: number;
  listingId: Hex;
}

const NOTE = 'handovers';
/** Note in the journal: the location that a listing's host handed over. */
export const locationNote = (listingId: Hex): string => `location:${listingId}`;

export interface HandoverParts {
  privateKey: Hex;
  journal: Journal;
  ledger: LedgerFollower;
  link: ApiLink;
}

/**
 * The private handover: the exact location, how to get in and whom to call. The host seals it to this agent, which
 * keeps it, and seals it to a booking's session key once free cancelling is over. The ledger's time decides: a driver
 * who could still cancel for free, or has cancelled unnoticed, gets nothing.
 */
export class Handovers {
  readonly #parts: HandoverParts;
  readonly #sent = new Set<Hex>();
  #headSec = 0;

  constructor(parts: HandoverParts) {
    this.#parts = parts;
    parts.ledger.updated.add((headSec) => this.#sendDue(headSec));
    parts.link.linked.add(() => this.sendAll());
  }

  /** A location that matches the listing's newest commitment is from the host: nobody else knows its salt. */
  storeLocation(listingId: Hex, envelope: Hex): void {
    const { journal, privateKey } = this.#parts;
    const listing = journal.listingVersions().findLast((version) => version.listingId === listingId)?.listing;
    if (listing === undefined) throw unknownListing(listingId);
    const location = openLocation(privateKey, envelope);
    if (location?.listingId !== listingId || placeCommitmentOf(location) !== listing.place.placeCommitment)
      throw otherLocation(listingId);
    journal.setNote(locationNote(listingId), location);
    this.#sent.clear();
    this.#sendDue();
  }

  /** Asked by the session key; its public key is in its signature. */
  async answer(ref: MarketRef, plan: Plan, fact: BookingFact, signature: Hex): Promise<Hex> {
    const { bookingId, sessionKey } = plan;
    const message = { bookingId };
    await requireSessionKey(ref, 'HandoverRequest', message, signature, sessionKey);
    requireOpen(bookingId, fact);
    const publicKey = await publicKeyOf(ref, 'HandoverRequest', message, signature);
    const waiting = this.#change(plan, { publicKey });
    if (!this.#isDue(waiting)) throw notYet(waiting.freeUntil);
    const location = this.#location(waiting.listingId);
    if (location === undefined) throw noLocation();
    return seal(publicKey, JSON.stringify(location));
  }

  /** The host named in the booked terms approves the driver early. */
  async approve(ref: MarketRef, plan: Plan, fact: BookingFact, signature: Hex): Promise<void> {
    const { bookingId } = plan;
    const { client } = this.#parts.ledger;
    await requireHost(client, { ref, bookingId, host: fact.booking.terms.host, signature });
    requireOpen(bookingId, fact);
    this.#change(plan, { isApproved: true });
    this.#sendDue();
  }

  /** On a new connection the API gets again what it may have lost. */
  sendAll(): void {
    this.#sent.clear();
    this.#sendDue();
  }

  /** Sends locations that have become due, and forgets requests for bookings that are over. */
  #sendDue(headSec = this.#headSec): void {
    this.#headSec = headSec;
    const { journal, ledger, link } = this.#parts;
    const all = this.#all();
    const factOf = (bookingId: string) => ledger.booking(bookingId as Hex);
    const kept = Object.entries(all).filter(([bookingId]) => factOf(bookingId)?.ended == null) as [
      Hex,
      Waiting,
    ][];
    if (kept.length < Object.keys(all).length) journal.setNote(NOTE, Object.fromEntries(kept));
    for (const [bookingId, waiting] of kept) {
      const location = this.#location(waiting.listingId);
      // A booking that a reorganisation removed waits until it returns.
      const isWanted = factOf(bookingId) !== undefined && !this.#sent.has(bookingId) && this.#isDue(waiting);
      if (waiting.publicKey === null || location === undefined || !isWanted) continue;
      const sealed = seal(waiting.publicKey, JSON.stringify(location));
      if (link.send({ type: 'handover', bookingId, sealed })) this.#sent.add(bookingId);
    }
  }

  #isDue({ isApproved, freeUntil }: Waiting): boolean {
    return isApproved || this.#headSec >= freeUntil;
  }

  #location(listingId: Hex): Handover | undefined {
    return this.#parts.journal.note<Handover>(locationNote(listingId));
  }

  #all(): Record<Hex, Waiting> {
    return this.#parts.journal.note<Record<Hex, Waiting>>(NOTE) ?? {};
  }

  #change({ bookingId, listingId, times }: Plan, change: Partial<Waiting>): Waiting {
    const all = this.#all();
    const before = all[bookingId] ?? {
      ...{ publicKey: null, isApproved: false, freeUntil: times.freeUntil, listingId },
    };
    const waiting = { ...before, ...change };
    this.#parts.journal.setNote(NOTE, { ...all, [bookingId]: waiting });
    return waiting;
  }
}

function openLocation(privateKey: Hex, envelope: Hex): Handover | undefined {
  try {
    return parseHandover(open(privateKey, envelope));
  } catch {
    return undefined;
  }
}

async function requireHost(client: LedgerFollower['client'], approval: HostApproval): Promise<void> {
  if (await isApproved(client, approval)) return;
  throw new PlugpactError({
    code: 'signature.notHost',
    value: approval.signature.slice(0, 132),
    rule: `The host of the booked terms, ${approval.host}, can give a driver the location early.`,
    remedy: 'Sign with the account that listed the charger.',
  });
}

function requireOpen(bookingId: Hex, { ended }: BookingFact): void {
  if (ended === null) return;
  throw new PlugpactError({
    code: 'handover.over',
    value: `${bookingId}, ${ended}`,
    rule: 'The location is given only while the booking is open.',
    remedy: 'Book again to come again.',
  });
}

const notYet = (freeUntil: number): PlugpactError =>
  new PlugpactError({
    code: 'handover.notYet',
    value: new Date(freeUntil * 1_000).toISOString(),
    rule: 'The exact location is given when free cancelling is over, or once the host approves.',
    remedy: 'It arrives by itself from that time on.',
    retry: 'later',
  });

const noLocation = (): PlugpactError =>
  new PlugpactError({
    code: 'handover.noLocation',
    rule: 'The host has not given the exact location to the agent.',
    remedy: 'Ask again in a moment; as long as cancelling is free, you may also cancel.',
    retry: 'later',
  });

const unknownListing = (listingId: Hex): PlugpactError =>
  new PlugpactError({
    code: 'location.unknownListing',
    value: listingId,
    rule: 'The location belongs to a listing of this agent that the ledger has confirmed.',
    remedy: 'A new listing is known after its confirmations: try again in a moment.',
    retry: 'later',
  });

const otherLocation = (listingId: Hex): PlugpactError =>
  new PlugpactError({
    code: 'location.notCommitted',
    value: listingId,
    rule: 'The location must be the one that the newest version of the listing commits to.',
    remedy: 'Send it from the browser that listed the charger, or publish the listing again.',
  });
