import type { Address, Hex } from 'viem';
import type { Discrepancy } from '../lib/discrepancy.ts';

/** Lines that one cause may fill: more say nothing new. */
const LINES_PER_CAUSE = 3;

/** Contradictions by which a listing's words are unknown from then on: each later one of these follows from the first. */
const OF_THE_LISTING: ReadonlySet<string> = new Set([
  'booking.host',
  'booking.listingNotOpen',
  'booking.termsNotInForce',
  'booking.unknownTerms',
  'listing.agentKey',
  'listing.commitment',
  'listing.host',
  'listing.idMismatch',
  'listing.status',
  'listing.unknown',
  'listing.version',
]);

/** After these nobody knows which accounts are affected: storage can be compared with nothing. */
const OF_EVERYTHING: ReadonlySet<string> = new Set([
  'booking.duplicate',
  'booking.purseBusy',
  'booking.unknown',
  'booking.unknownTerms',
  'event.unknown',
  'event.unsupported',
  'listing.unknown',
]);

/** What a contradiction taints, or rests on. */
export type Taint =
  | 'everything'
  | 'sum'
  | `${'booking' | 'listing' | 'calendar' | 'purse' | 'earnings'}:${string}`;

export const bookingTaint = (bookingId: Hex): Taint => `booking:${bookingId}`;
export const listingTaint = (listingId: Hex): Taint => `listing:${listingId}`;
export const calendarTaint = (listingId: Hex): Taint => `calendar:${listingId}`;
export const purseTaint = (account: Address, purse: number): Taint =>
  `purse:${account.toLowerCase()}:${purse}`;
export const earningsTaint = (listingId: Hex, host: Address): Taint =>
  `earnings:${listingId}:${host.toLowerCase()}`;

/**
 * What is contradicted already. From then on its accounts are recounted from figures known to be wrong, so that further
 * contradictions about them are consequences, and are kept apart: the cause must be the first line, not one of twenty.
 */
export class Causes {
  readonly #lines = new Map<string, number>();
  /** The cause by what it tainted. */
  readonly #taints = new Map<Taint, string>();

  /** What moves with a tainted booking is tainted too. */
  spread(bookingId: Hex, taints: readonly Taint[]): void {
    const cause = this.#taints.get(bookingTaint(bookingId));
    if (cause !== undefined) this.#add(taints, cause);
  }

  /** Takes a contradiction, and says whether it is a cause of its own; `rests`: on what it rests beside its subject. */
  take({ code, bookingId, listingId, account, tx }: Discrepancy, rests: readonly Taint[]): boolean {
    const own: Taint[] = bookingId === undefined ? [] : [bookingTaint(bookingId)];
    if (listingId !== undefined && OF_THE_LISTING.has(code)) own.push(listingTaint(listingId));
    const cause = [tx, bookingId ?? listingId ?? account].join();
    const earlier = [...own, ...rests].map((taint) => this.#taints.get(taint));
    this.#add([...own, ...rests.filter((taint) => /^(purse|earnings|listing):/.test(taint))], cause);
    if (OF_EVERYTHING.has(code)) this.#add(['everything'], cause);
    if (earlier.some((each) => each !== undefined && each !== cause)) return false;
    const lines = (this.#lines.get(cause) ?? 0) + 1;
    this.#lines.set(cause, lines);
    return lines <= LINES_PER_CAUSE;
  }

  #add(taints: readonly Taint[], cause: string): void {
    for (const taint of taints) if (!this.#taints.has(taint)) this.#taints.set(taint, cause);
  }
}
