import { type Account, type Address, createWalletClient, http, publicActions } from 'viem';
import {
  type Network,
  type NetworkDeployment,
  type NetworkName,
  networkOf,
} from '../../protocol/networks.ts';
import type { MarketWindows } from '../../protocol/slots.ts';
import { chainOf } from '../lib/chains.ts';
import { committedContract } from '../lib/committed-contracts.ts';
import { localAccount } from '../lib/local-accounts.ts';
import { type MarketSettings, settingsOf } from './market-settings.ts';

/** The contracts of a market, and the chain that they are on. */
export interface Deployment extends NetworkDeployment {
  chainId: number;
}

export interface DeployOptions {
  settings?: Partial<MarketSettings>;
  rpcUrl: string;
  network: NetworkName;
  account: Account;
  /** The ERC-20 to pay with; without it demo money is deployed, on the local ledger only. */
  token?: Address;
  windows?: MarketWindows;
  /** Which verifier of meter records, by its file; the one with the CLZ opcode unless said. */
  verifier?: 'OcmfVerifier' | 'OcmfVerifierWithoutClz';
}

/** Deploys the market and its parts, and demo money on the local ledger, and waits until all are mined. */
export async function deployMarket(options: DeployOptions): Promise<Deployment> {
  const network = networkOf(options.network);
  const client = deployerOf(options, network);
  const token = options.token ?? (await create(client, 'mocks/DemoToken', [])).address;
  const decimals = await client.readContract({ address: token, abi: DECIMALS_ABI, functionName: 'decimals' });
  const settings = {
    ...settingsOf(token, decimals, options.windows ?? network.windows),
    ...options.settings,
  };
  const verifier = await create(client, options.verifier ?? 'OcmfVerifier', []);
  const extension = await create(client, 'PlugpactExtension', [settings, verifier.address]);
  const market = await create(client, 'PlugpactMarket', [settings, extension.address]);
  const passkeyVerifier = await create(client, 'PasskeyVerifier', []);
  const depositAddresses = await create(client, 'DepositAddresses', [market.address]);
  return {
    chainId: network.chainId,
    market: market.address,
    extension: extension.address,
    ocmfVerifier: verifier.address,
    passkeyVerifier: passkeyVerifier.address,
    depositAddresses: depositAddresses.address,
    token,
    deployBlock: market.blockNumber,
  };
}

const deployerOf = ({ account, rpcUrl }: DeployOptions, network: Network) =>
  createWalletClient({
    account,
    chain: chainOf(network),
    transport: http(rpcUrl),
    pollingInterval: 100,
  }).extend(publicActions);

async function create(client: ReturnType<typeof deployerOf>, source: string, args: unknown[]) {
  const { constructorAbi: abi, bytecode } = committedContract(source);
  const hash = await client.deployContract({ abi, bytecode, args });
  const receipt = await client.waitForTransactionReceipt({ hash });
  if (!receipt.contractAddress) throw new Error(`${source} was not deployed by ${hash}.`);
  return { address: receipt.contractAddress, blockNumber: Number(receipt.blockNumber) };
}

const DECIMALS_ABI = [
  { type: 'function', name: 'decimals', stateMutability: 'view', inputs: [], outputs: [{ type: 'uint8' }] },
] as const;

/** The market of the local ledger, deployed with the local mnemonic. */
export const deployLocal = (rpcUrl: string, windows?: MarketWindows): Promise<Deployment> =>
  deployMarket({
    rpcUrl,
    network: 'local',
    account: localAccount('deployer'),
    ...(windows === undefined ? {} : { windows }),
  });
