import { type Address, createWalletClient, getAddress, type Hex, http, publicActions } from 'viem';
import { networkOf } from '../../protocol/networks.ts';
import { rpc, startAnvil } from '../../scripts/lib/anvil.ts';
import { ensureCompiled, readArtifact } from '../../scripts/lib/artifacts.ts';
import { chainOf } from '../../scripts/lib/chains.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';

/** A network of others, for which a local node with its chain id stands. */
export const base = networkOf('base');
export const deployer = localAccount('deployer');

export const askOf =
  (url: string) =>
  <T>(method: string, params: readonly unknown[]) =>
    rpc<T>(url, method, [...params]);

export const startBase = (hardfork: string) => startAnvil({ chainId: base.chainId, hardfork });

/** What a token has beside ERC-20 (contracts/mocks/IssuerToken.sol). */
export interface Shape {
  decimals: number;
  feeBp: bigint;
  hasAuthorizations: boolean;
  hasPermit: boolean;
  hasBlocklist: boolean;
  hasPause: boolean;
}

export const USDC: Shape = {
  decimals: 6,
  feeBp: 0n,
  hasAuthorizations: true,
  hasPermit: true,
  hasBlocklist: true,
  hasPause: true,
};

/** Deploys a token, all of which the deployer holds. */
export async function issue(url: string, name: string, version: string, shape: Shape): Promise<Address> {
  await ensureCompiled();
  const { abi, bytecode } = readArtifact('mocks/IssuerToken');
  const chain = chainOf(base);
  const client = createWalletClient({ account: deployer, chain, transport: http(url) }).extend(publicActions);
  const args = [name, version, shape, deployer.address];
  const hash: Hex = await client.deployContract({ abi, bytecode, args } as never);
  const { contractAddress } = await client.waitForTransactionReceipt({ hash });
  return getAddress(contractAddress as Address);
}
