import {
  type Abi,
  type Address,
  encodeFunctionData,
  type Hex,
  type TransactionReceipt,
  zeroAddress,
} from 'viem';
import { depositAddressesAbi, plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { depositAddressOf } from '../../../protocol/depositAddress.ts';
import type { PlugpactError } from '../../../protocol/errors.ts';
import { api } from '../app/api.ts';
import { confirmed, type Ledger } from '../app/ledgerClient.ts';
import type { Progress } from '../app/Steps.tsx';
import { relayed } from './relayed.ts';
import type { Wallet } from './wallet.ts';

export type Report = (change: Parameters<Progress>[1]) => void;

/** Sends a call whose gas the account pays. Reports signing → sent → on the ledger. */
export async function sendOwn(
  wallet: Wallet,
  ledger: Ledger,
  call: { to: Hex; data: Hex },
  report: Report,
): Promise<TransactionReceipt> {
  report({ phase: 'signing' });
  const { sendBy } = await import('./signers.ts');
  return follow(ledger, await sendBy(wallet, ledger, call), report);
}

/**
 * Sends a signed call through the relayer, which pays the gas; without a relayer the wallet sends it, unless the call was
 * signed `forRelayer` alone.
 *
 * @throws PlugpactError `relay.needed` where only a relayer could send it for a passkey's account.
 */
export async function sendRelayed(
  wallet: Wallet,
  ledger: Ledger,
  config: ConfigResponse,
  data: Hex,
  report: Report,
  forRelayer = false,
): Promise<TransactionReceipt> {
  const to = ledger.ref.market;
  if (config.relayer === zeroAddress) return sendOwn(wallet, ledger, { to, data }, report);
  const onSent = (transactionHash: Hex) => report({ phase: 'sent', transactionHash });
  try {
    return await follow(ledger, await relayed(to, data, onSent), report);
  } catch (error) {
    // The ledger would refuse the call again; only a relayer that cannot send it is replaced by the wallet.
    const { retry, code } = error as PlugpactError;
    const isUnsent = code !== 'relay.slow' && (retry === 'later' || code === 'relay.feeTooLow');
    if (forRelayer || wallet.kind === 'passkey' || !isUnsent) throw error;
    return sendOwn(wallet, ledger, { to, data }, report);
  }
}

async function follow(ledger: Ledger, hash: Hex, report: Report): Promise<TransactionReceipt> {
  report({ phase: 'sent', transactionHash: hash });
  const receipt = await confirmed(ledger, hash);
  report({ phase: 'done', transactionHash: hash, blockNumber: receipt.blockNumber });
  return receipt;
}

export const marketCall = (functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: plugpactMarketAbi as Abi, functionName, args });

/** Brings what a purse's deposit address holds into the purse; anyone may. */
export async function sweep(
  ledger: Ledger,
  depositAddresses: Address,
  account: Address,
  purse: number,
  report: Report = () => {},
): Promise<TransactionReceipt> {
  const data = encodeFunctionData({
    abi: depositAddressesAbi,
    functionName: 'sweep',
    args: [account, purse],
  });
  return follow(ledger, await relayed(depositAddresses, data), report);
}

/** What the faucet is asked for. */
interface Wanted {
  /** Where the money of an account goes that can hold no tokens. */
  purse?: number;
  /** Ether too; by default only where nobody relays. */
  gas?: boolean;
}

/** Asks the faucet for demo money; local ledger only. */
export async function askFaucet(
  wallet: Wallet,
  ledger: Ledger,
  { relayer, depositAddresses }: ConfigResponse,
  report: Report = () => {},
  { purse = 0, gas = relayer === zeroAddress }: Wanted = {},
): Promise<void> {
  report({ phase: 'signing' });
  const isByAddress = wallet.kind === 'passkey' && depositAddresses !== null;
  const account = isByAddress
    ? depositAddressOf(depositAddresses as Address, wallet.address, purse)
    : wallet.address;
  const { transactionHash } = await api('giveDemoMoney', { body: { account, gas } });
  if (!isByAddress) return void (await follow(ledger, transactionHash, report));
  await confirmed(ledger, transactionHash);
  await sweep(ledger, depositAddresses as Address, wallet.address, purse, report);
}
