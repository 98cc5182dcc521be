import { type Abi, type Address, type Hex, isAddressEqual, size, sliceHex } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { NetworkDeployment } from '../../protocol/networks.ts';
import { committedContract } from '../lib/committed-contracts.ts';
import type { Ask } from './probe-chain.ts';
import { readContract } from './read-contract.ts';

/** What of a live market differs from the sources of this clone; empty when nothing does. */
export async function differencesOf(
  ask: Ask,
  deployment: NetworkDeployment,
  parts: Readonly<Record<string, string>>,
): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(parts).map(([name, source]) => {
      const address = deployment[name as keyof NetworkDeployment] as Address;
      return codeDifference(ask, name, address, source);
    }),
  );
  return [...found.flat(), ...(await linkDifferences(ask, deployment))];
}

/** Code with the places of immutables set to zero: they differ between deployments. */
export function masked(code: Hex, places: readonly { start: number; length: number }[]): Hex {
  let text: string = code;
  for (const { start, length } of places) {
    const from = 2 + start * 2;
    text = text.slice(0, from) + '0'.repeat(length * 2) + text.slice(from + length * 2);
  }
  return text as Hex;
}

async function codeDifference(ask: Ask, name: string, address: Address, source: string): Promise<string[]> {
  const { bytecode, deployedFrom, deployedBytes, immutables } = committedContract(source);
  const code = await ask<Hex>('eth_getCode', [address, 'latest']);
  if (code === '0x') return [`${name}: there is no contract at ${address}`];
  if (size(code) !== deployedBytes) {
    return [`${name}: ${size(code)} bytes at ${address}, where ${source} has ${deployedBytes}`];
  }
  const expected = sliceHex(bytecode, deployedFrom, deployedFrom + deployedBytes);
  if (masked(code, immutables) === masked(expected, immutables)) return [];
  return [`${name}: the code at ${address} is not that of ${source}`];
}

/** The market names its parts itself: a record that names others describes another market. */
async function linkDifferences(ask: Ask, d: NetworkDeployment): Promise<string[]> {
  const abi: Abi = plugpactMarketAbi;
  const links = [
    ['EXTENSION', d.extension],
    ['OCMF_VERIFIER', d.ocmfVerifier],
    ['TOKEN', d.token],
  ] as const;
  const differences = await Promise.all(
    links.map(async ([functionName, expected]) => {
      const found = await readContract<Address>(ask, d.market, abi, functionName);
      if (found !== undefined && isAddressEqual(found, expected)) return [];
      return [`market: ${functionName} is ${found ?? 'not answered'}, recorded is ${expected}`];
    }),
  );
  return differences.flat();
}
