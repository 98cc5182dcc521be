import { type Account, parseEventLogs, type TransactionReceipt } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { BookingStateStruct } from '../../protocol/state.ts';
import { clientOf, type TestMarket, write } from '../client/local-market.ts';
import { rpc } from '../lib/anvil.ts';
import { localAccount } from '../lib/local-accounts.ts';
import type { Report } from './report.ts';

/** The account that pays the gas of calls that anyone may send. */
export const RELAYER = localAccount('relayer');

/** A temporary ledger with the market on it, whose clock the demo moves, and the report. */
export interface DemoLedger {
  market: TestMarket;
  report: Report;
}

/** Sends a call of the market, waits for it and reports it as a step. */
export async function sendStep(
  { market, report }: DemoLedger,
  name: string,
  account: Account,
  call: { functionName: string; args: readonly unknown[] },
  what: string,
): Promise<TransactionReceipt> {
  const receipt = await write(market, account, call.functionName, call.args);
  report.step(name, receipt, what);
  return receipt;
}

/** The booking's state after an event of this transaction. */
export function stateAfter(
  { logs }: TransactionReceipt,
  eventName: 'Arrived' | 'Claimed' | 'ClaimedAlone' | 'Challenged' | 'NoShowClaimed' | 'Proven',
): BookingStateStruct {
  const [event] = parseEventLogs({ abi: plugpactMarketAbi, logs, eventName });
  if (event === undefined) throw new Error(`The transaction has no ${eventName}.`);
  return event.args.state;
}

/** Unix seconds of the newest block. */
export const nowOf = async ({ market }: DemoLedger): Promise<number> =>
  Number((await clientOf(market.rpcUrl, RELAYER).getBlock()).timestamp);

/** Sets the temporary ledger's clock (unix seconds), and reports it. */
export async function jumpTo({ market, report }: DemoLedger, timeSec: number, why: string): Promise<void> {
  await rpc(market.rpcUrl, 'evm_setNextBlockTimestamp', [timeSec]);
  await rpc(market.rpcUrl, 'evm_mine');
  report.event('time jump', `the throw-away ledger's clock is set to ${clock(timeSec)}: ${why}`);
}

const clock = (timeSec: number): string =>
  `${new Date(timeSec * 1_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
