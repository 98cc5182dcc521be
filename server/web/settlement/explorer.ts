import type { Hex } from 'viem';
import type { ConfigResponse } from '../../../protocol/api.ts';

/** A transaction's page at the network's explorer; undefined where the network names none. */
export const transactionUrl = (
  { explorerUrl }: Pick<ConfigResponse, 'explorerUrl'>,
  hash: Hex,
): string | undefined => (explorerUrl === null ? undefined : `${explorerUrl}/tx/${hash}`);
