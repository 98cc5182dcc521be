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
  'listing.commitment',
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

/** What a contradiction makes doubtful, or rests on. */
export type Doubt =
  | 'everything'
  | 'sum'
  | `${'booking' | 'listing' | 'calendar' | 'purse' | 'earnings'}:${string}`;

export const bookingDoubt = (bookingId: Hex): Doubt => `booking:${bookingId}`;
export const calendarDoubt = (listingId: Hex): Doubt => `calendar:${listingId}`;
export const purseDoubt = (account: Address, purse: number): Doubt =>
  `purse:${account.toLowerCase()}:${purse}`;
export const earningsDoubt = (listingId: Hex, host: Address): Doubt =>
  `earnings:${listingId}:${host.toLowerCase()}`;

/**
 * What is contradicted already. From then on its accounts are recounted from figures known to be wrong, so that further
 * contradictions about them are consequences, and are kept apart: the cause must be the first line, not one of twenty.
 */
export class Causes {
  readonly #lines = new Map<string, number>();
  /** The cause by what it made doubtful. */
  readonly #doubts = new Map<Doubt, string>();

  /** What moves with a doubtful booking is doubtful too. */
  spread(bookingId: Hex, doubts: readonly Doubt[]): void {
    const cause = this.#doubts.get(bookingDoubt(bookingId));
    if (cause !== undefined) this.#add(doubts, cause);
  }

  /** Takes a contradiction, and says whether it is a cause of its own; `rests`: on what it rests beside its subject. */
  take({ code, bookingId, listingId, account, tx }: Discrepancy, rests: readonly Doubt[]): boolean {
    const own: Doubt[] = bookingId === undefined ? [] : [bookingDoubt(bookingId)];
    if (listingId !== undefined && OF_THE_LISTING.has(code)) own.push(`listing:${listingId}`);
    const cause = [tx, bookingId ?? listingId ?? account].join();
    const earlier = [...own, ...rests].map((doubt) => this.#doubts.get(doubt));
    this.#add([...own, ...rests.filter((doubt) => /^(purse|earnings):/.test(doubt))], cause);
    if (OF_EVERYTHING.has(code)) this.#add(['everything'], cause);
    if (earlier.some((each) => each !== undefined && each !== cause)) return false;
    const lines = (this.#lines.get(cause) ?? 0) + 1;
    this.#lines.set(cause, lines);
    return lines <= LINES_PER_CAUSE;
  }

  #add(doubts: readonly Doubt[], cause: string): void {
    for (const doubt of doubts) if (!this.#doubts.has(doubt)) this.#doubts.set(doubt, cause);
  }
}
