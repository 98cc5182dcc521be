import type { Address, Hex, Log } from 'viem';
import { rpc, startAnvil } from '../lib/anvil.ts';
import { committedContract } from '../lib/committed-contracts.ts';
import { waitFor } from '../lib/wait.ts';

export type Hardfork = 'osaka' | 'amsterdam';

/** Midnight of a Monday: the same clock in every run, so that timestamps have the same bytes. */
const FIRST_BLOCK_AT = '2026-01-05T00:00:00Z';

/**
 * The next hardfork charges so much for code that one deployment takes more gas than a transaction may have today
 * (EIP-7825). Measured transactions are sent with `GAS_LIMIT`, which is below that.
 */
const DEPLOYMENT_GAS_CAP = 100_000_000n;
const GAS_LIMIT = 16_000_000;

/** Hardhat's simulated EVM behind JSON-RPC, with the local mnemonic's accounts unlocked. */
export interface Evm {
  url: string;
  stop: () => Promise<void>;
}

export async function startEvm(hardfork: Hardfork): Promise<Evm> {
  // Imported here, since Hardhat reads its configuration when it is imported.
  const { network } = await import('hardhat');
  const settings = { hardfork, initialDate: FIRST_BLOCK_AT, transactionGasCap: DEPLOYMENT_GAS_CAP };
  const server = await network.createServer(
    { network: 'default', override: settings as never },
    '127.0.0.1',
    0,
  );
  const { address, port } = await server.listen();
  return { url: `http://${address}:${port}`, stop: () => server.close() };
}

/** The same with anvil, which loads in a tenth of the time and supports osaka too. */
export function startOsakaQuickly(): Promise<Evm> {
  return startAnvil({ more: ['--timestamp', String(Date.parse(FIRST_BLOCK_AT) / 1_000)] });
}

export interface Receipt {
  status: Hex;
  /** Of a transaction that created a contract. */
  contractAddress?: Address | null;
  gasUsed: Hex;
  logs: Log[];
}

/**
 * Sends a transaction from an unlocked account, and returns its receipt.
 *
 * @throws Error when it was reverted.
 */
export async function transact(url: string, tx: { from: Address; to: Address; data: Hex }): Promise<Receipt> {
  return sendTransaction(url, { ...tx, gas: `0x${GAS_LIMIT.toString(16)}` });
}

/** Creates a contract that is committed compiled and takes no arguments; returns its address. */
export async function createContract(url: string, from: Address, source: string): Promise<Address> {
  const { bytecode: data } = committedContract(source);
  const gas = await rpc<Hex>(url, 'eth_estimateGas', [{ from, data }]);
  const { contractAddress } = await sendTransaction(url, { from, data, gas });
  if (!contractAddress) throw new Error(`${source} was not created.`);
  return contractAddress;
}

async function sendTransaction(url: string, tx: object): Promise<Receipt> {
  const hash = await rpc<Hex>(url, 'eth_sendTransaction', [tx]);
  const ask = async () => (await rpc<Receipt | null>(url, 'eth_getTransactionReceipt', [hash])) ?? undefined;
  const receipt = await waitFor(`the receipt of ${hash}`, ask, { pollMs: 5 });
  if (receipt.status !== '0x1') throw new Error(`${hash} was reverted.`);
  return receipt;
}

/** Gas that a whole transaction took. */
export const gasOf = ({ gasUsed }: Receipt): number => Number(gasUsed);
