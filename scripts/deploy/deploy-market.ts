import { type Account, type Address, createWalletClient, http, publicActions } from 'viem';
import { type NetworkName, networkOf } from '../../protocol/networks.ts';
import type { MarketWindows } from '../../protocol/slots.ts';
import { chainOf } from '../lib/chains.ts';
import { committedContract } from '../lib/committed-contracts.ts';
import { localAccount } from '../lib/local-accounts.ts';
import { type MarketSettings, settingsOf } from './market-settings.ts';

export interface Deployment {
  chainId: number;
  market: Address;
  token: Address;
  deployBlock: number;
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

/** Deploys the market, and demo money on the local ledger, and waits until both are mined. */
export async function deployMarket(options: DeployOptions): Promise<Deployment> {
  const network = networkOf(options.network);
  const chain = chainOf(network);
  const client = createWalletClient({
    account: options.account,
    chain,
    transport: http(options.rpcUrl),
    pollingInterval: 100,
  }).extend(publicActions);
  const create = async (source: string, args: unknown[]) => {
    const { constructorAbi: abi, bytecode } = committedContract(source);
    const hash = await client.deployContract({ abi, bytecode, args });
    const receipt = await client.waitForTransactionReceipt({ hash });
    if (!receipt.contractAddress) throw new Error(`${source} was not deployed by ${hash}.`);
    return { address: receipt.contractAddress, blockNumber: Number(receipt.blockNumber) };
  };
  const token = options.token ?? (await create('mocks/DemoToken', [])).address;
  const decimals = await client.readContract({ address: token, abi: DECIMALS_ABI, functionName: 'decimals' });
  const settings = {
    ...settingsOf(token, decimals, options.windows ?? network.windows),
    ...options.settings,
  };
  const verifier = await create(options.verifier ?? 'OcmfVerifier', []);
  const extension = await create('PlugpactExtension', [settings, verifier.address]);
  const market = await create('PlugpactMarket', [settings, extension.address]);
  return { chainId: chain.id, market: market.address, token, deployBlock: market.blockNumber };
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
