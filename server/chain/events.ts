import {
  type Address,
  type ContractEventArgsFromTopics,
  type ContractEventName,
  type Hex,
  type Log,
  parseEventLogs,
} from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { Tx } from '../db.ts';

type MarketAbi = typeof plugpactMarketAbi;
export type MarketEventName = ContractEventName<MarketAbi>;

type NamedArgs<Name extends MarketEventName> = ContractEventArgsFromTopics<MarketAbi, Name>;

/** An event's position on the ledger, and the database transaction that its changes belong to. */
export interface At {
  tx: Tx;
  block: number;
  /** Unix seconds of the block. */
  timestamp: number;
  logIndex: number;
  transactionHash: Hex;
  /** Collects the ids of what changed; subscribers are notified after the commit. */
  touched: Touched;
}

export interface Touched {
  listings: Set<string>;
  bookings: Set<string>;
}

/**
 * Handlers by event name. Their result may depend on the event and the index only, so that indexing again gives the
 * same rows.
 */
export type EventHandlers = {
  [Name in MarketEventName]?: (at: At, args: NamedArgs<Name>) => Promise<void>;
};

export interface MarketEvent {
  name: MarketEventName;
  args: unknown;
  block: number;
  blockHash: Hex;
  /** Unix seconds; undefined where the node does not send it with the log. */
  timestamp: number | undefined;
  logIndex: number;
  transactionHash: Hex;
}

/** Decodes the market's logs, in ledger order. Skips unknown events, which no handler uses. */
export function decodeLogs(logs: Log<bigint, number, false>[]): MarketEvent[] {
  return parseEventLogs({ abi: plugpactMarketAbi, logs, strict: true }).map((log) => ({
    name: log.eventName,
    args: log.args,
    block: Number(log.blockNumber),
    blockHash: log.blockHash,
    timestamp: log.blockTimestamp === undefined ? undefined : Number(log.blockTimestamp),
    logIndex: log.logIndex,
    transactionHash: log.transactionHash,
  }));
}

/** Calls the handler of an event, if there is one. */
export async function applyEvent(handlers: EventHandlers, at: At, event: MarketEvent): Promise<void> {
  const handler = handlers[event.name] as ((at: At, args: unknown) => Promise<void>) | undefined;
  await handler?.(at, event.args);
}

/** Addresses are stored in lower case, so that they compare as text. */
export const lowerAddress = (address: Address): Address => address.toLowerCase() as Address;

/** A 256-bit word as 32 bytes of hex, the form that tables and API use. */
export const wordHex = (word: bigint): Hex => `0x${word.toString(16).padStart(64, '0')}`;
