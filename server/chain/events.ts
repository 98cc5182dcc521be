import type { Address, Hex } from 'viem';
import type { MarketEvent, MarketEventArgs, MarketEventName } from '../../protocol/ledger/events.ts';
import type { Db, Tx } from '../db.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** An event's position on the ledger. */
export interface At {
  block: number;
  /** Unix seconds of the block. */
  timestamp: number;
  logIndex: number;
  transactionHash: Hex;
}

/** The ids of what changed; subscribers are notified after the commit. */
export interface Touched {
  listings: Set<string>;
  bookings: Set<string>;
}

/**
 * Handlers by event name. They change rows in memory. Their result may depend on the event and the index only, so that
 * indexing again gives the same rows.
 */
export type EventHandlers = {
  [Name in MarketEventName]?: (unit: UnitOfWork, at: At, args: MarketEventArgs<Name>) => void;
};

/** What the rooms add to the index. */
export interface IndexRules {
  handlers: EventHandlers;
  /** Notes, in the transaction that changed them, the listings that the map must draw again. */
  markChargers(tx: Tx, listingIds: Iterable<string>): Promise<void>;
  /** The same for listings that were not removed. */
  markIndexed(tx: Tx, listingIds: Iterable<string>): Promise<void>;
  /** Notes, in the transaction that changed them, the bookings whose parties are to be told. */
  markBookings(tx: Tx, bookingIds: Iterable<string>): Promise<void>;
  /** Called before most of the history is indexed: instead of by marks, the map is then drawn as a whole. */
  redrawAll(db: Db): Promise<void>;
}

/** Calls the handler of an event, if there is one. */
export function applyEvent(handlers: EventHandlers, unit: UnitOfWork, at: At, event: MarketEvent): void {
  const handler = handlers[event.name] as ((unit: UnitOfWork, at: At, args: unknown) => void) | undefined;
  handler?.(unit, at, event.args);
}

/** Addresses are stored in lower case, so that they compare as text. */
export const lowerAddress = (address: Address): Address => address.toLowerCase() as Address;

/** A 256-bit word as 32 bytes of hex, the form that tables and API use. */
export const wordHex = (word: bigint): Hex => `0x${word.toString(16).padStart(64, '0')}`;
