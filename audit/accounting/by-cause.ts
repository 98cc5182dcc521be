import type { Hex } from 'viem';
import type { Discrepancy } from '../lib/discrepancy.ts';
import type { LedgerEvent } from '../rules/events.ts';
import type { BookingAccount } from './account-book.ts';

/** A discrepancy, those that follow from it, and those of the same code elsewhere. */
export interface Cause {
  cause: Discrepancy;
  effects: Discrepancy[];
  /** The same rule broken at another booking, listing or account, each with what follows from it. */
  alike: Discrepancy[];
}

/** What says which discrepancies belong together. */
interface Known {
  bookings: readonly BookingAccount[];
  events: () => readonly LedgerEvent[];
}

/** What the node or a missing event explains stands before all that was computed from it. */
const INPUT = /^(node|event|ledger)\./;

/** Other code is the cause of anything, and says nothing of what it did: it stands behind what was found. */
const CODE = /^code\./;

/** Of a node: what was computed from its answers is worth nothing until it answers rightly. */
const NODE = /^node\./;

/** Sums of storage and of the token: they differ because of something, and are a cause only where nothing else is. */
const SUMS =
  /^(purse\.(balance|tail)|earnings\.(balance|soldWh|sessions)|calendar\.|market\.|listing\.(commitment|version|status)$)/;

/** Of the API: it follows from nothing on the ledger. */
const API = /^api\./;

const INPUT_RANK = 0;
const EVENT_RANK = 1;
const SUM_RANK = 2;
const CODE_RANK = 3;
const API_RANK = 4;

function rankOf({ code, tx }: Discrepancy): number {
  if (INPUT.test(code)) return INPUT_RANK;
  if (API.test(code)) return API_RANK;
  if (CODE.test(code)) return CODE_RANK;
  return SUMS.test(code) && tx === undefined ? SUM_RANK : EVENT_RANK;
}

/** All discrepancies by their cause, the first one on the ledger first. */
export function byCause(discrepancies: readonly Discrepancy[], known: Known): Cause[] {
  if (discrepancies.length === 0) return [];
  const groups = new Groups(known);
  for (const discrepancy of inOrder(discrepancies, known)) groups.add(discrepancy);
  const byCode = new Map<string, Cause>();
  for (const group of groups.all) {
    const first = byCode.get(group.cause.code);
    if (first === undefined) byCode.set(group.cause.code, group);
    else first.alike.push(group.cause, ...group.effects);
  }
  return [...byCode.values()];
}

/** The same, in one list. */
export const causeFirst = (discrepancies: readonly Discrepancy[], known: Known): Discrepancy[] =>
  byCause(discrepancies, known).flatMap(({ cause, effects, alike }) => [cause, ...effects, ...alike]);

/** Rank before ledger order; what is equal in both stays as it was found. */
function inOrder(discrepancies: readonly Discrepancy[], known: Known): Discrepancy[] {
  const events = known.events();
  const positions = new Map<Hex, number>();
  for (const [index, { tx }] of events.entries()) if (!positions.has(tx)) positions.set(tx, index);
  const positionOf = ({ code, tx }: Discrepancy) =>
    NODE.test(code) ? -1 : ((tx && positions.get(tx)) ?? events.length);
  return discrepancies.toSorted(
    (one, other) => rankOf(one) - rankOf(other) || positionOf(one) - positionOf(other),
  );
}

/** Groups what is about the same booking, purse or listing under what came first. */
class Groups {
  readonly all: Cause[] = [];
  readonly #bookings: ReadonlyMap<Hex, BookingAccount>;
  readonly #byKey = new Map<string, Cause>();

  constructor({ bookings }: Known) {
    this.#bookings = new Map(bookings.map((account) => [account.bookingId, account]));
  }

  add(discrepancy: Discrepancy): void {
    const rank = rankOf(discrepancy);
    const found = this.#causeOf(discrepancy, rank);
    const group = found ?? { cause: discrepancy, effects: [], alike: [] };
    if (found === undefined) this.all.push(group);
    else found.effects.push(discrepancy);
    for (const key of this.#keysOf(discrepancy, rank)) if (!this.#byKey.has(key)) this.#byKey.set(key, group);
  }

  #causeOf(discrepancy: Discrepancy, rank: number): Cause | undefined {
    for (const key of this.#causeKeysOf(discrepancy, rank)) {
      const group = this.#byKey.get(key);
      if (group !== undefined) return group;
    }
    const [first] = this.all;
    if (rank !== INPUT_RANK && rank !== API_RANK && first !== undefined && NODE.test(first.cause.code))
      return first;
    // What is about the market as a whole follows from whatever is wrong in it.
    const isOfAll = rank === SUM_RANK && this.#causeKeysOf(discrepancy, rank).length === 0;
    return isOfAll ? first : undefined;
  }

  /**
   * What a discrepancy is known by to those that come after. A wrong event explains other events of its booking alone,
   * and every sum of its parties.
   */
  #keysOf({ code, bookingId, listingId, account, tx }: Discrepancy, rank: number): string[] {
    if (rank === API_RANK) return [];
    const { driver, host, listing } = this.#partiesOf(bookingId);
    const purse = code === 'event.missing' ? [`purse ${driver}`] : [];
    const ofSums = [account?.toLowerCase(), driver, host, listing, listingId];
    return [
      ...named('event', [bookingId, bookingId === undefined ? tx : undefined]),
      ...purse,
      ...named('sum', ofSums),
    ];
  }

  #causeKeysOf({ code, bookingId, listingId, account, tx, expected, found }: Discrepancy, rank: number) {
    if (rank === API_RANK || rank === CODE_RANK) return [];
    if (rank === SUM_RANK)
      return [...named('event', [bookingId]), ...named('sum', [account?.toLowerCase(), listingId])];
    // Beside its own booking, one that is named in the text: the purse's open one, the slot's holder.
    const mentioned = `${expected} ${found}`.match(/0x[0-9a-f]{64}/g) ?? [];
    const ofPurse = /^(booking|purse)\./.test(code) ? named('purse', [account?.toLowerCase()]) : [];
    return [...named('event', [bookingId, tx, ...mentioned]), ...ofPurse];
  }

  #partiesOf(bookingId: Hex | undefined) {
    const booking = bookingId === undefined ? undefined : this.#bookings.get(bookingId)?.booking;
    return {
      driver: booking?.driver.toLowerCase(),
      host: booking?.terms.host.toLowerCase(),
      listing: booking?.listingId,
    };
  }
}

const named = (kind: string, values: readonly (string | undefined)[]): string[] =>
  values.filter((value) => value !== undefined).map((value) => `${kind} ${value}`);
