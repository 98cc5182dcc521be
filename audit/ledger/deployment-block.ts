import type { Address, PublicClient } from 'viem';
import { LOCAL_CHAIN_ID } from '../rules/networks.ts';
import { nodeError } from './client.ts';
import { refusalOf } from './refusals.ts';

/**
 * The first block with the contract's code, found by bisection. A node without old states does not know it, and a
 * local one may answer wrongly after a restart: then the logs are read from the first block on.
 */
export async function deploymentBlock(
  client: PublicClient,
  address: Address,
  { chainId, until }: { chainId: number; until: bigint },
): Promise<number> {
  if (chainId === LOCAL_CHAIN_ID) return 0;
  let [without, having] = [-1n, until];
  try {
    while (having - without > 1n) {
      const middle = (without + having) / 2n;
      const code = await client.getCode({ address, blockNumber: middle });
      if (code === undefined) without = middle;
      else having = middle;
    }
    return Number(having);
  } catch (error) {
    const kind = refusalOf(error)?.kind;
    if (kind === 'noState' || kind === 'refused') return 0;
    throw nodeError(`the block of the market's deployment`, error) ?? error;
  }
}
