import type { Hex } from 'viem';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { NETWORKS } from '../../../protocol/networks.ts';

/** A transaction's page at the network's explorer; undefined where the network names none. */
export function transactionUrl({ chainId }: Pick<ConfigResponse, 'chainId'>, hash: Hex): string | undefined {
  const network = Object.values(NETWORKS).find((one) => one.chainId === chainId);
  return network?.explorerUrl == null ? undefined : `${network.explorerUrl}/tx/${hash}`;
}
