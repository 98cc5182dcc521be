import { type Address, isAddressEqual } from 'viem';
import type { TokenTransfer } from '../ledger/read-ledger.ts';
import type { Finding } from '../lib/discrepancy.ts';

/** The code of tokens that somebody sent, and that are credited to nobody. */
export const UNCREDITED = 'market.uncredited';

/** The money of an earlier run that reconciled: each of its events had its transfer, and each transfer out its event. */
export interface EarlierMoney {
  /** Token units: transfers to the market less those from it. */
  net: bigint;
  /** Token units of it that are owed to nobody: what was sent without a deposit, or withdrawn to the market itself. */
  unowed: bigint;
  /** Findings of that run: who sent tokens without a deposit. */
  uncredited: readonly Finding[];
}

export const NO_MONEY: EarlierMoney = { net: 0n, unowed: 0n, uncredited: [] };

/** Token units: transfers to the market less those from it. */
export function netOf(market: Address, transfers: Iterable<TokenTransfer>): bigint {
  let net = 0n;
  for (const { from, to, value } of transfers) {
    if (isAddressEqual(to, market)) net += value;
    if (isAddressEqual(from, market)) net -= value;
  }
  return net;
}
