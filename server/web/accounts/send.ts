import {
  type Abi,
  type Address,
  encodeFunctionData,
  type Hex,
  type TransactionReceipt,
  zeroAddress,
} from 'viem';
import { demoTokenAbi, plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { api } from '../app/api.ts';
import { confirmed, type Ledger } from '../app/ledgerClient.ts';
import type { Progress } from '../app/Steps.tsx';
import { relayed } from './relayed.ts';
import type { Wallet } from './wallet.ts';

export const STEP = {
  faucet: 'Demo money and gas',
  approve: 'Approve the deposit',
  deposit: 'Deposit into your purse',
} as const;

interface Call {
  address: Address;
  abi: Abi;
  functionName: string;
  args: readonly unknown[];
}

/** Sends a transaction whose gas the wallet pays. Reports signing → sent → on the ledger. */
export async function sendOwn(
  wallet: Wallet,
  ledger: Ledger,
  call: Call,
  report: (change: Parameters<Progress>[1]) => void,
): Promise<TransactionReceipt> {
  report({ phase: 'signing' });
  const { client } = wallet;
  const hash = await client.writeContract({ ...call, account: client.account, chain: ledger.chain } as never);
  return follow(ledger, hash, report);
}

/**
 * Sends a signed call through the relayer, which pays the gas; without a relayer the wallet sends it, unless the call was
 * signed `forRelayer` alone.
 */
export async function sendRelayed(
  wallet: Wallet,
  ledger: Ledger,
  config: ConfigResponse,
  data: Hex,
  report: (change: Parameters<Progress>[1]) => void,
  forRelayer = false,
): Promise<TransactionReceipt> {
  const to = ledger.ref.market;
  const own = () =>
    wallet.client.sendTransaction({ to, data, account: wallet.client.account, chain: ledger.chain });
  if (config.relayer === zeroAddress) return follow(ledger, await own(), report);
  const onSent = (transactionHash: Hex) => report({ phase: 'sent', transactionHash });
  const hash = await relayed(to, data, onSent).catch((error: PlugpactError) => {
    // The ledger would refuse the call again; only a relayer that cannot send it is replaced by the wallet.
    if (forRelayer || (error.retry !== 'later' && error.code !== 'relay.feeTooLow')) throw error;
    return own();
  });
  return follow(ledger, hash, report);
}

async function follow(
  ledger: Ledger,
  hash: Hex,
  report: (change: Parameters<Progress>[1]) => void,
): Promise<TransactionReceipt> {
  report({ phase: 'sent', transactionHash: hash });
  const receipt = await confirmed(ledger, hash);
  report({ phase: 'done', transactionHash: hash, blockNumber: receipt.blockNumber });
  return receipt;
}

export const marketCall = (functionName: string, args: readonly unknown[]): Hex =>
  encodeFunctionData({ abi: plugpactMarketAbi as Abi, functionName, args });

/** Asks the faucet for demo money and gas; local ledger only. */
export async function askFaucet(
  ledger: Ledger,
  account: Address,
  report: (change: Parameters<Progress>[1]) => void = () => {},
): Promise<void> {
  report({ phase: 'signing' });
  const { transactionHash } = await api('giveDemoMoney', { body: { account } });
  await follow(ledger, transactionHash, report);
}

/** The funding steps that are needed when `missing` token units are missing in a purse. */
export function fundingSteps(missing: bigint, tokens: bigint, isLocal: boolean, gas: bigint): string[] {
  if (missing <= 0n) return [];
  const poor = tokens < missing || gas === 0n;
  return [...(poor && isLocal ? [STEP.faucet] : []), STEP.approve, STEP.deposit];
}

/** Runs the steps that `fundingSteps` returned. */
export async function fundPurse(
  wallet: Wallet,
  ledger: Ledger,
  purse: number,
  missing: bigint,
  steps: readonly string[],
  progress: Progress,
): Promise<void> {
  const { market } = ledger.ref;
  const report = (name: string) => (change: Parameters<Progress>[1]) => progress(name, change);
  if (steps.includes(STEP.faucet)) await askFaucet(ledger, wallet.address, report(STEP.faucet));
  if (!steps.includes(STEP.deposit)) return;
  const approve = {
    address: ledger.token,
    abi: demoTokenAbi as Abi,
    functionName: 'approve',
    args: [market, missing],
  };
  await sendOwn(wallet, ledger, approve, report(STEP.approve));
  const args = [wallet.address, purse, missing];
  const deposit = { address: market, abi: plugpactMarketAbi as Abi, functionName: 'deposit', args };
  await sendOwn(wallet, ledger, deposit, report(STEP.deposit));
}

/** @throws PlugpactError `wallet.tooLittle` when the wallet cannot pay and there is no faucet. */
export function requireTokens(tokens: bigint, missing: bigint, isLocal: boolean): void {
  if (isLocal || tokens >= missing) return;
  throw new PlugpactError({
    code: 'wallet.tooLittle',
    value: `${tokens} of ${missing} token units`,
    rule: 'The wallet must hold the amount that the booking locks.',
    remedy: 'Send tokens to this account, or choose a smaller amount of energy.',
  });
}
