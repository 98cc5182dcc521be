import {
  type AbiEvent,
  type ContractEventArgsFromTopics,
  type ContractEventName,
  type Hex,
  toEventSelector,
} from 'viem';
import { plugpactMarketAbi } from '../abi.ts';
import { parameterDecoder, wordReader } from './abi-decoder.ts';
import type { LedgerLog } from './answers.ts';

type MarketAbi = typeof plugpactMarketAbi;
export type MarketEventName = ContractEventName<MarketAbi>;
export type MarketEventArgs<Name extends MarketEventName> = ContractEventArgsFromTopics<MarketAbi, Name>;

/** Where on the ledger an event is. */
export interface EventPosition {
  block: number;
  blockHash: Hex;
  /** Unix seconds of the block. */
  timestamp: number;
  logIndex: number;
  transactionHash: Hex;
}

/** An event of the market; its name says the type of its arguments. Addresses are lower case. */
export type MarketEvent = {
  [Name in MarketEventName]: EventPosition & { name: Name; args: MarketEventArgs<Name> };
}[MarketEventName];

interface EventDecoder {
  name: MarketEventName;
  decode(log: LedgerLog): Record<string, unknown>;
}

/** The decoders by first topic, made once. */
const DECODERS: ReadonlyMap<string, EventDecoder> = new Map(
  plugpactMarketAbi
    .filter((item) => item.type === 'event')
    .map((item) => [toEventSelector(item), { name: item.name, decode: logDecoder(item) }]),
);

/** First topics of the market's events, or of those named. */
export const eventTopics = (names?: ReadonlySet<MarketEventName>): Hex[] =>
  [...DECODERS].filter(([, { name }]) => names?.has(name) ?? true).map(([topic]) => topic as Hex);

/**
 * The event that a log carries; undefined for one that this market's ABI does not know.
 *
 * @throws RangeError where the log does not have the form that its first topic promises.
 */
export function decodeLog(log: LedgerLog, timestamp: number): MarketEvent | undefined {
  const decoder = DECODERS.get(log.topics[0] ?? '');
  if (decoder === undefined) return undefined;
  const { blockNumber: block, blockHash, logIndex, transactionHash } = log;
  const at = { block, blockHash, timestamp, logIndex, transactionHash };
  return { name: decoder.name, args: decoder.decode(log), ...at } as MarketEvent;
}

function logDecoder({ name: event, inputs }: AbiEvent): EventDecoder['decode'] {
  const indexed = inputs
    .filter((input) => input.indexed)
    .map(({ name, type }) => ({ name: name!, read: topicReader(type) }));
  const decodeData = parameterDecoder(inputs.filter((input) => !input.indexed));
  return ({ topics, data }) => {
    if (topics.length !== indexed.length + 1) throw new RangeError(`${event} has ${topics.length} topics.`);
    const args: Record<string, unknown> = {};
    for (const [i, { name, read }] of indexed.entries()) args[name] = read(topics[i + 1]!);
    return Object.assign(args, decodeData(data, 2));
  };
}

/** How an indexed argument is read; an id, which most are, stands in its topic as it is. */
function topicReader(type: string): (topic: Hex) => unknown {
  if (type === 'bytes32') return (topic) => topic;
  const read = wordReader(type);
  return (topic) => read(topic, 2);
}
