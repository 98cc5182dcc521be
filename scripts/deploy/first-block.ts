import type { Address, Hex } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { Ask } from './probe-chain.ts';

/**
 * The block in which a contract was created, by halving: its events begin there.
 *
 * @throws PlugpactError `deploy.noHistory` where the node has no longer the states of blocks that must be asked for.
 */
export async function firstBlockOf(ask: Ask, address: Address): Promise<number> {
  let without = -1;
  let having = Number(await ask<Hex>('eth_blockNumber', []));
  while (having - without > 1) {
    const middle = Math.floor((without + having) / 2);
    if (await wasThere(ask, address, middle)) having = middle;
    else without = middle;
  }
  return having;
}

const wasThere = (ask: Ask, address: Address, block: number): Promise<boolean> =>
  ask<Hex>('eth_getCode', [address, `0x${block.toString(16)}`]).then(
    (code) => code !== '0x',
    (error: Error) => {
      throw noHistory(address, block, error);
    },
  );

const noHistory = (address: Address, block: number, error: Error): PlugpactError =>
  new PlugpactError({
    code: 'deploy.noHistory',
    value: `block ${block}: ${error.message}`,
    rule: `The block in which ${address} was created is found by the states of earlier blocks.`,
    remedy:
      'Set RPC_URL to a node that keeps them (an archive node). The contracts are there: none is created again.',
  });
