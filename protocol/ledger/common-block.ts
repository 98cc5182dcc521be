import type { Hex } from 'viem';
import type { LedgerNode } from './node.ts';

export interface StoredBlock {
  number: number;
  hash: Hex;
}

/**
 * The newest stored block that is on the ledger; undefined when none is. Blocks on the ledger have all their ancestors
 * there, so a search with doubled steps down and halved steps up finds it with few questions.
 *
 * @param storedAt The newest stored block at or below this number.
 */
export async function commonBlock(
  node: LedgerNode,
  tip: number,
  storedAt: (number: number) => Promise<StoredBlock | undefined>,
): Promise<StoredBlock | undefined> {
  const isOnLedger = async ({ number, hash }: StoredBlock) => (await node.header(number))?.hash === hash;
  /** No stored block from here on is on the ledger. */
  let above = tip + 1;
  /** No stored block up to here is newer than `common`. */
  let low: number;
  let common: StoredBlock | undefined;
  for (let depth = 1; ; depth *= 2) {
    low = Math.min(above - 1, tip - depth + 1);
    const block = await storedAt(low);
    if (block !== undefined && (await isOnLedger(block))) common = block;
    if (block === undefined || common !== undefined) break;
    above = block.number;
  }
  while (low + 1 < above) {
    const middle = Math.floor((low + above) / 2);
    const block = await storedAt(middle);
    const isStored = block !== undefined && block.number > (common?.number ?? -1);
    if (isStored && !(await isOnLedger(block))) above = block.number;
    else {
      low = middle;
      if (isStored) common = block;
    }
  }
  return common;
}
