import {
  type AbiFunction,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  decodeAbiParameters,
  type Hex,
  toFunctionSelector,
} from 'viem';
import { MARKET_CALLS } from './market-calls.ts';

type Calls = typeof MARKET_CALLS;
type CallName = ContractFunctionName<Calls>;
type ArgsOf<Name extends CallName> = ContractFunctionArgs<Calls, 'nonpayable', Name>;

/** A batch is the single calls that it makes, so it is no act itself. */
type BatchName =
  | 'bookAll'
  | 'settleAll'
  | 'settleAllAlone'
  | 'settleAllAndGiveBack'
  | 'settleAllAloneAndGiveBack';
export type ActName = Exclude<CallName, BatchName>;

/** One call of the market by one sender, whether alone, in a batch, or from inside another contract. */
export type ActOf<Name extends ActName> = {
  [N in Name]: { name: N; args: ArgsOf<N>; sender: Address; tx: Hex; index: number };
}[Name];
export type Act = ActOf<ActName>;

/** What reached the market: the calldata, and who called. */
export interface MarketCall {
  sender: Address;
  input: Hex;
}

const BY_SELECTOR = new Map<Hex, AbiFunction & { name: CallName }>(
  MARKET_CALLS.filter((item) => item.type === 'function').map((item) => [toFunctionSelector(item), item]),
);

/** Each item of a batch is the argument, or the arguments, of the single call. */
const SINGLE: Record<BatchName, { name: ActName; argsOf: (item: never) => readonly unknown[] }> = {
  bookAll: { name: 'book', argsOf: (item) => [item] },
  settleAll: { name: 'settle', argsOf: (item) => [item] },
  settleAllAlone: { name: 'settleAlone', argsOf: (item) => [item] },
  settleAllAndGiveBack: { name: 'settleAndGiveBack', argsOf: partsOf },
  settleAllAloneAndGiveBack: { name: 'settleAloneAndGiveBack', argsOf: partsOf },
};

function partsOf({ settlement, given }: { settlement: unknown; given: unknown }): readonly unknown[] {
  return [settlement, given];
}

/**
 * The acts in a transaction's calls of the market, in their order; views, unknown calls and calldata that does not fit
 * are none. Computes only.
 */
export function actsOf(tx: Hex, calls: readonly MarketCall[]): Act[] {
  const acts: Act[] = [];
  for (const { sender, input } of calls) {
    for (const { name, args } of decoded(input)) {
      acts.push({ name, args, sender, tx, index: acts.length } as unknown as Act);
    }
  }
  return acts;
}

interface Decoded {
  name: ActName;
  args: readonly unknown[];
}

function decoded(input: Hex): Decoded[] {
  const call = BY_SELECTOR.get(input.slice(0, 10).toLowerCase() as Hex);
  if (call === undefined) return [];
  try {
    const args = decodeAbiParameters(call.inputs, `0x${input.slice(10)}`);
    const { name } = call;
    return name in SINGLE ? itemsOf(name as BatchName, args) : [{ name: name as ActName, args }];
  } catch {
    // The contract could not have read it either.
    return [];
  }
}

function itemsOf(batch: BatchName, args: readonly unknown[]): Decoded[] {
  const { name, argsOf } = SINGLE[batch];
  return (args[0] as never[]).map((item) => ({ name, args: argsOf(item) }));
}
