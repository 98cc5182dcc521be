import { type Address, createWalletClient, type Hex, http, publicActions, zeroAddress } from 'viem';
import { type Account, privateKeyToAccount } from 'viem/accounts';
import { z } from 'zod';
import { PlugpactError } from '../protocol/errors.ts';
import { MARKET_MONEY } from '../protocol/presets.ts';
import { address } from '../protocol/schemas.ts';
import type { MarketWindows } from '../protocol/slots.ts';
import { parseDecimal } from '../protocol/units.ts';
import { CHAINS } from './lib/chains.ts';
import { committedContract } from './lib/committed-contracts.ts';
import { localAccount } from './lib/local-accounts.ts';
import { isMain } from './lib/main.ts';

const HOUR_SEC = 3_600;
const sameWindows = (sec: number): MarketWindows => ({ reportSec: sec, challengeSec: sec, proofSec: sec });

/** Networks by name. Windows are 72 h on L1, 48 h on rollups, 1 h on the local ledger. */
export const NETWORKS = {
  local: { chain: CHAINS.local, windows: sameWindows(HOUR_SEC) },
  mainnet: { chain: CHAINS.mainnet, windows: sameWindows(72 * HOUR_SEC) },
  sepolia: { chain: CHAINS.sepolia, windows: sameWindows(72 * HOUR_SEC) },
  base: { chain: CHAINS.base, windows: sameWindows(48 * HOUR_SEC) },
  'base-sepolia': { chain: CHAINS['base-sepolia'], windows: sameWindows(48 * HOUR_SEC) },
} as const;

export type NetworkName = keyof typeof NETWORKS;

export interface Deployment {
  chainId: number;
  market: Address;
  token: Address;
  deployBlock: number;
}

/** What a market fixes for ever beside token and windows; without guardian and fee unless said. */
export interface MarketSettings {
  /** Token units. */
  bondMax: bigint;
  /** Token units that a listing may ask a driver to trust, beside its overstay reserve. */
  firstTrustMax: bigint;
  /** Token units: the least that a lost challenge costs, up to the bond. */
  forfeitMin: bigint;
  /** Of what a charge costs, at most 100 (1 %). */
  feeBasisPoints: bigint;
  feeTo: Address;
  guardian: Address;
  /** Unix seconds. */
  guardianEndsAt: bigint;
}

export interface DeployOptions {
  settings?: Partial<MarketSettings>;
  rpcUrl: string;
  network: NetworkName;
  account: Account;
  /** The ERC-20 to pay with; without it demo money is deployed, on the local ledger only. */
  token?: Address;
  windows?: MarketWindows;
}

/** Deploys the market, and demo money on the local ledger, and waits until both are mined. */
export async function deployMarket(options: DeployOptions): Promise<Deployment> {
  const { chain } = NETWORKS[options.network];
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
  const windows = options.windows ?? NETWORKS[options.network].windows;
  const settings = {
    token,
    reportSec: BigInt(windows.reportSec),
    challengeSec: BigInt(windows.challengeSec),
    proofSec: BigInt(windows.proofSec),
    bondMax: parseDecimal(MARKET_MONEY.bondMax, decimals),
    firstTrustMax: parseDecimal(MARKET_MONEY.firstTrustMax, decimals),
    forfeitMin: parseDecimal(MARKET_MONEY.forfeitMin, decimals),
    feeBasisPoints: 0n,
    feeTo: zeroAddress,
    guardian: zeroAddress,
    guardianEndsAt: 0n,
    ...options.settings,
  };
  const verifier = await create('OcmfVerifier', []);
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

const settings = z.object({
  network: z.enum(Object.keys(NETWORKS) as [NetworkName, ...NetworkName[]]),
  RPC_URL: z.url(),
  DEPLOYER_PRIVATE_KEY: z.string().regex(/^0x[0-9a-f]{64}$/i),
  TOKEN_ADDRESS: address,
});

/** `npm run deploy -- --network NAME`, with RPC_URL, DEPLOYER_PRIVATE_KEY and TOKEN_ADDRESS in the environment. */
async function main(args: string[]): Promise<void> {
  const network = args[args.indexOf('--network') + 1];
  if (args.includes('--network') && network === 'local') {
    const rpcUrl = process.env.RPC_URL ?? 'http://127.0.0.1:8545';
    console.log(JSON.stringify(await deployLocal(rpcUrl)));
    return;
  }
  const parsed = settings.safeParse({
    ...process.env,
    network: args.includes('--network') ? network : undefined,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PlugpactError({
      code: 'deploy.settings',
      value: issue?.path.join('.') ?? '',
      rule: `A deployment needs --network (${Object.keys(NETWORKS).join(', ')}), RPC_URL, DEPLOYER_PRIVATE_KEY and TOKEN_ADDRESS.`,
      remedy: `Set ${issue?.path.join('.')}: ${issue?.message}. The key is read from the environment only.`,
    });
  }
  const { RPC_URL, DEPLOYER_PRIVATE_KEY, TOKEN_ADDRESS } = parsed.data;
  const account = privateKeyToAccount(DEPLOYER_PRIVATE_KEY as Hex);
  const deployment = await deployMarket({
    rpcUrl: RPC_URL,
    network: parsed.data.network,
    account,
    token: TOKEN_ADDRESS,
  });
  console.log(JSON.stringify(deployment));
}

if (isMain(import.meta)) {
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  });
}
