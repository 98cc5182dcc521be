import type { Hex } from 'viem';
import { z } from 'zod';
import { isHex } from './hex.ts';

const hex = z
  .string()
  .regex(/^0x(?:[0-9a-f]{2})*$/)
  .transform((text) => text as Hex);
const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as Hex);
/** Below 2^52, so that it is exact as a number. */
const quantity = z
  .string()
  .regex(/^0x[0-9a-f]{1,13}$/)
  .transform(Number);

/** A block's header, as far as the reader uses it. */
export const headerAnswer = z.object({
  number: quantity,
  hash,
  parentHash: hash,
  /** Unix seconds. */
  timestamp: quantity,
  logsBloom: z
    .string()
    .regex(/^0x[0-9a-f]{512}$/)
    .nullish(),
});

export const logAnswer = z.object({
  address: z.string().regex(/^0x[0-9a-fA-F]{40}$/),
  topics: z.array(hash).max(4),
  data: hex,
  blockNumber: quantity,
  blockHash: hash,
  /** Unix seconds; not every node sends it. */
  blockTimestamp: quantity.nullish(),
  logIndex: quantity,
  transactionHash: hash,
  removed: z.boolean().nullish(),
});

export const receiptsAnswer = z.array(z.object({ blockHash: hash, logs: z.array(logAnswer) }));

export type LedgerHeader = z.output<typeof headerAnswer>;
export type LedgerLog = z.output<typeof logAnswer>;

const HASH_CHARS = 66;
const QUANTITY = /^0x[0-9a-f]{1,13}$/;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

const fits = (pattern: RegExp, value: unknown): boolean => typeof value === 'string' && pattern.test(value);

const isBytes = (value: unknown): boolean =>
  typeof value === 'string' && value.length % 2 === 0 && isHex(value);

const isHash = (value: unknown): boolean => isBytes(value) && (value as string).length === HASH_CHARS;

/**
 * What `logAnswer` makes of a log as nodes usually send it, at a tenth of the time: an answer has thousands. Undefined for
 * any other: `logAnswer` then says what is wrong with it, if anything is.
 */
export function usualLog(answer: unknown): LedgerLog | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const log = answer as Record<keyof LedgerLog, unknown>;
  const {
    address,
    topics,
    data,
    blockNumber,
    blockHash,
    blockTimestamp,
    logIndex,
    transactionHash,
    removed,
  } = log;
  const isUsual =
    fits(ADDRESS, address) &&
    Array.isArray(topics) &&
    topics.length <= 4 &&
    topics.every(isHash) &&
    isBytes(data) &&
    fits(QUANTITY, blockNumber) &&
    isHash(blockHash) &&
    fits(QUANTITY, blockTimestamp) &&
    fits(QUANTITY, logIndex) &&
    isHash(transactionHash) &&
    typeof removed === 'boolean';
  if (!isUsual) return undefined;
  return {
    address: address as string,
    topics: topics as Hex[],
    data: data as Hex,
    blockNumber: Number(blockNumber),
    blockHash: blockHash as Hex,
    blockTimestamp: Number(blockTimestamp),
    logIndex: Number(logIndex),
    transactionHash: transactionHash as Hex,
    removed,
  };
}
