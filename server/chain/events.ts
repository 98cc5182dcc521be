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

/** Where an event stands on the ledger, and where its facts go. */
export interface At {
  tx: Tx;
  block: number;
  /** Unix seconds of the block. */
  timestamp: number;
  logIndex: number;
  transactionHash: Hex;
  /** Names what changed, told to listeners once all of it is stored. */
  touched: Touched;
}

export interface Touched {
  listings: Set<string>;
  bookings: Set<string>;
}

/** What a room does with the ledger's facts, by event name. Nothing but the event and the index may decide. */
export type EventHandlers = {
  [Name in MarketEventName]?: (at: At, args: NamedArgs<Name>) => Promise<void>;
};

export interface MarketEvent {
  name: MarketEventName;
  args: unknown;
  block: number;
  blockHash: Hex;
  /** Unix seconds, when the node sends it with the log. */
  timestamp: number | undefined;
  logIndex: number;
  transactionHash: Hex;
}

/** Decodes the market's logs, in ledger order. Logs of unknown events are left out: they change nothing here. */
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

/** Applies one event by the handler of its name, if a room has one. */
export async function applyEvent(handlers: EventHandlers, at: At, event: MarketEvent): Promise<void> {
  const handler = handlers[event.name] as ((at: At, args: unknown) => Promise<void>) | undefined;
  await handler?.(at, event.args);
}

/** Addresses are stored in lower case, so that they compare as text. */
export const lowerAddress = (address: Address): Address => address.toLowerCase() as Address;

/** A 256-bit word as the tables and the API keep it. */
export const wordHex = (word: bigint): Hex => `0x${word.toString(16).padStart(64, '0')}`;
