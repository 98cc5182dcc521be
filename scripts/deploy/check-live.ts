import { type Abi, type Address, type Hex, isAddressEqual, parseAbi, size, sliceHex } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { deploymentOf, type Network, type NetworkDeployment } from '../../protocol/networks.ts';
import { committedContract } from '../lib/committed-contracts.ts';
import { type DeploymentPlan, planOf, sourcesFor } from './deploy-network.ts';
import type { Ask, ChainFacts } from './probe-chain.ts';
import { readContract } from './read-contract.ts';

const DECIMALS_ABI: Abi = parseAbi(['function decimals() view returns (uint8)']);

/** What of a network's recorded market differs from the sources and settings of this clone; empty when nothing does. */
export async function differencesOf(
  ask: Ask,
  network: Network,
  facts: Pick<ChainFacts, 'hasClz'>,
): Promise<string[]> {
  const deployment = deploymentOf(
    network,
    `Deploy one with "npm run deploy -- --network ${network.name}", or name another network.`,
  );
  const found = await Promise.all(
    partsOf(facts).map(([name, source]) => codeDifference(ask, name, deployment[name], source)),
  );
  const addresses = await addressDifferences(ask, network, facts);
  return [...found.flat(), ...addresses, ...(await linkDifferences(ask, deployment))];
}

const partsOf = (facts: Pick<ChainFacts, 'hasClz'>) =>
  Object.entries(sourcesFor(facts)) as [keyof DeploymentPlan, string][];

/** An address made by CREATE2 stands for code and arguments, and so for what a market fixes for ever. */
async function addressDifferences(
  ask: Ask,
  network: Network,
  facts: Pick<ChainFacts, 'hasClz'>,
): Promise<string[]> {
  const deployment = deploymentOf(network);
  const address = deployment.token;
  const decimals = await readContract<number>(ask, address, DECIMALS_ABI, 'decimals');
  if (decimals === undefined) return [`token: ${address} does not say its decimals`];
  const plan = planOf(network, { address, decimals }, facts);
  return partsOf(facts)
    .filter(([name]) => !isAddressEqual(plan[name].address, deployment[name]))
    .map(
      ([name, source]) =>
        `${name}: ${source} with the settings of ${network.name} is at ${plan[name].address}, recorded is ${deployment[name]}`,
    );
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
