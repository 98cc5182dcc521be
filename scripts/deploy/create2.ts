import {
  type Abi,
  type Address,
  concatHex,
  encodeDeployData,
  getContractAddress,
  type Hex,
  keccak256,
  toHex,
} from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import { committedContract } from '../lib/committed-contracts.ts';
import type { Ask } from './probe-chain.ts';

/** The deterministic deployment proxy, at one address on nearly every chain: it creates what it is sent, by CREATE2. */
export const CREATE2_FACTORY: Address = '0x4e59b44847b379578588920ca78fbf26c0b4956c';

/** The same on every chain, so that a contract with the same arguments has the same address. */
export const SALT: Hex = keccak256(toHex('Plugpact, second edition'));

/** A contract to create: what is sent to the factory, and the address that it will have. */
export interface Creation {
  source: string;
  address: Address;
  /** Salt and creation code, the argument of the factory. */
  data: Hex;
}

export function creationOf(source: string, args: readonly unknown[]): Creation {
  const { constructorAbi, bytecode } = committedContract(source);
  const code = encodeDeployData({ abi: constructorAbi as Abi, bytecode, args } as never);
  const address = getContractAddress({
    opcode: 'CREATE2',
    from: CREATE2_FACTORY,
    salt: SALT,
    bytecode: code,
  });
  return { source, address, data: concatHex([SALT, code]) };
}

export const isThere = async (ask: Ask, address: Address): Promise<boolean> =>
  (await ask<Hex>('eth_getCode', [address, 'latest'])) !== '0x';

/** @throws PlugpactError `deploy.noFactory`. */
export async function requireFactory(ask: Ask): Promise<void> {
  if (await isThere(ask, CREATE2_FACTORY)) return;
  throw new PlugpactError({
    code: 'deploy.noFactory',
    value: CREATE2_FACTORY,
    rule: 'Contracts are created by the deterministic deployment proxy, so that their addresses are known before.',
    remedy: 'Have it deployed on this chain first (github.com/Arachnid/deterministic-deployment-proxy).',
  });
}
