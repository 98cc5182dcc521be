import type { Address, Hex } from 'viem';
import type { Act, ActName, ActOf } from '../calldata/acts.ts';
import type { EventName, EventOf, LedgerEvent } from '../rules/events.ts';
import type { MarketRef } from '../rules/signed-types.ts';
import type { LedgerAnswers } from './ledger-answers.ts';

/** What the checks know beside events and acts. */
export interface AuthorityContext {
  market: MarketRef;
  guardian: Address;
  token: Address;
  /** The block at which everything is read. */
  pinnedBlock: number;
  answers: LedgerAnswers;
}

/** What earlier events say of an act's subject. */
export interface History {
  /** When each booking was made, unix seconds. */
  bookedAt: Pick<ReadonlyMap<Hex, number>, 'get'>;
  /** The host of each listing: the first one, for ever. */
  hostOf: ReadonlyMap<Hex, Address>;
}

export function historyOf(events: readonly LedgerEvent[], earlier?: History): History {
  const bookedAt = new Map<Hex, number>();
  const hostOf = new Map(earlier?.hostOf);
  for (const { eventName, args, at } of events) {
    if (eventName === 'Booked' && !bookedAt.has(args.bookingId)) bookedAt.set(args.bookingId, at);
    if (eventName === 'ListingPublished' && !hostOf.has(args.listingId))
      hostOf.set(args.listingId, args.host);
  }
  return { bookedAt: { get: (id) => earlier?.bookedAt.get(id) ?? bookedAt.get(id) }, hostOf };
}

/** An event, and the act that may have caused it. */
export interface Scene<Name extends EventName, Done extends ActName> {
  context: AuthorityContext;
  history: History;
  event: EventOf<Name>;
  act: ActOf<Done>;
}

export type AnyScene = { context: AuthorityContext; history: History; event: LedgerEvent; act: Act };
