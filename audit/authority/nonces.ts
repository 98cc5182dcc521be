import type { Address, Hex } from 'viem';
import type { Discrepancy } from '../lib/discrepancy.ts';

/** A signed withdrawal that was carried out. */
export interface SpentNonce {
  account: Address;
  nonce: bigint;
  tx: Hex;
  /** Its place in the order of the ledger. */
  order: number;
}

/** The nonces of an account's signed withdrawals count from zero, each once: a message is good once. */
export function checkNonces(spent: readonly SpentNonce[]): Discrepancy[] {
  const next = new Map<string, bigint>();
  const wrong: Discrepancy[] = [];
  for (const { account, nonce, tx } of spent.toSorted((a, b) => a.order - b.order)) {
    const key = account.toLowerCase();
    const expected = next.get(key) ?? 0n;
    if (nonce !== expected) {
      const rule = 'Each signed withdrawal is carried out once, in the order of its nonces.';
      wrong.push({ code: 'authority.nonce', account, tx, rule, expected: `${expected}`, found: `${nonce}` });
    }
    next.set(key, nonce >= expected ? nonce + 1n : expected);
  }
  return wrong;
}
