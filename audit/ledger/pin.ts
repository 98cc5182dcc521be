import type { Hex, PublicClient } from 'viem';
import { AuditError } from '../lib/errors.ts';
import type { NodeHeader } from './header.ts';
import { readHeader } from './requests.ts';

/** The block at which everything is read. */
export interface Pin {
  blockNumber: bigint;
  blockHash: Hex;
  /** The block's time, unix seconds. */
  at: number;
}

export const pinOf = ({ number, hash, timestamp }: NodeHeader): Pin => ({
  blockNumber: BigInt(number),
  blockHash: hash,
  at: timestamp,
});

/** Pins a block: the newest one, or the one that was asked for. */
export async function pinBlock(client: PublicClient, block: bigint | undefined): Promise<Pin> {
  return pinOf(await readHeader(client, block ?? 'latest'));
}

/** The pinned block must still be part of the ledger: a reorganisation would have mixed two histories. */
export async function requirePinned(client: PublicClient, { blockNumber, blockHash }: Pin): Promise<void> {
  const { hash } = await readHeader(client, blockNumber);
  if (hash === blockHash) return;
  throw new AuditError({
    code: 'audit.reorganised',
    value: `block ${blockNumber}: ${blockHash}, now ${hash}`,
    rule: 'The ledger must not change under the audit.',
    remedy: 'Run the audit again.',
    retry: 'later',
  });
}
