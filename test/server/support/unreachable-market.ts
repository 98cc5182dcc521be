import { zeroAddress } from 'viem';
import type { TestMarket } from '../../support/market.ts';

/** No ledger is needed for what is refused at the edge. */
export const UNREACHABLE_MARKET = {
  rpcUrl: 'http://127.0.0.1:9',
  market: `0x${'11'.repeat(20)}`,
  passkeyVerifier: zeroAddress,
  depositAddresses: zeroAddress,
  deployBlock: 0,
} as unknown as TestMarket;
