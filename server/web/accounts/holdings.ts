import { type Ledger, type Purse, purseOf, tokenBalance } from '../app/ledgerClient.ts';
import { type FundingWay, fundingWayOf } from './fundingWay.ts';
import type { Wallet } from './walletKinds.ts';

/** Number of purses that the page uses, and so of bookings that can be open at once. */
export const PURSE_COUNT = 4;

export interface Holdings {
  /** Token units in the wallet itself. */
  tokens: bigint;
  /** Wei for gas. */
  gas: bigint;
  /** How the wallet's tokens get into a purse. */
  funding: FundingWay;
  purses: Purse[];
}

/** What an account has, read from the ledger. */
export async function readHoldings(wallet: Wallet, ledger: Ledger): Promise<Holdings> {
  const { address } = wallet;
  const [tokens, gas, funding, ...purses] = await Promise.all([
    tokenBalance(ledger, address),
    ledger.client.getBalance({ address }),
    fundingWayOf(wallet, ledger),
    ...Array.from({ length: PURSE_COUNT }, (_, index) => purseOf(ledger, address, index)),
  ]);
  return { tokens, gas, funding, purses };
}
