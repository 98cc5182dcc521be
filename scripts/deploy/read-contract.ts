import { type Abi, type Address, decodeFunctionResult, encodeFunctionData, type Hex } from 'viem';
import type { Ask } from './probe-chain.ts';

/** The value of a view, or undefined where the contract has none. */
export async function readContract<T>(
  ask: Ask,
  address: Address,
  abi: Abi,
  functionName: string,
  args: readonly unknown[] = [],
): Promise<T | undefined> {
  const data = encodeFunctionData({ abi, functionName, args });
  try {
    const result = await ask<Hex>('eth_call', [{ to: address, data }, 'latest']);
    return decodeFunctionResult({ abi, functionName, data: result }) as T;
  } catch {
    return undefined;
  }
}
