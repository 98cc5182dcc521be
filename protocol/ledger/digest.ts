import { hash } from 'node:crypto';
import type { Hex } from 'viem';
import type { LedgerLog } from './answers.ts';

/** The digest of no logs. */
export const EMPTY_DIGEST: Hex = '0x00000000000000000000000000000000';

const DIGEST_BITS = 128;
const DIGEST_CHARS = DIGEST_BITS / 4;

/** A sum over logs, so that the same logs give the same digest however their blocks are cut into ranges. */
export class LogDigest {
  #sum: bigint;

  constructor(start: Hex = EMPTY_DIGEST) {
    this.#sum = BigInt(start);
  }

  /** @param timestamp Unix seconds of the log's block. */
  add(
    { blockNumber, blockHash, logIndex, transactionHash, topics, data }: LedgerLog,
    timestamp: number,
  ): void {
    const text = `${blockNumber} ${timestamp} ${blockHash} ${logIndex} ${transactionHash} ${topics.join()} ${data}`;
    const word = BigInt(`0x${hash('sha256', text, 'hex').slice(0, DIGEST_CHARS)}`);
    this.#sum = BigInt.asUintN(DIGEST_BITS, this.#sum + word);
  }

  get value(): Hex {
    return `0x${this.#sum.toString(16).padStart(DIGEST_CHARS, '0')}`;
  }
}

/** The digest of the logs between two moments of a running one. */
export const difference = (after: Hex, before: Hex): Hex =>
  `0x${BigInt.asUintN(DIGEST_BITS, BigInt(after) - BigInt(before))
    .toString(16)
    .padStart(DIGEST_CHARS, '0')}`;
