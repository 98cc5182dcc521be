import { concatHex, type Hex, numberToHex, size, slice, toFunctionSelector } from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import { ITEM_GAS_MIN } from '../../protocol/calls.ts';

/** The batch that tries calls of this name one after the other. */
const BATCH_OF: Record<string, string> = {
  book: 'bookAll',
  settle: 'settleAll',
  settleAlone: 'settleAllAlone',
  settleAndGiveBack: 'settleAllAndGiveBack',
  settleAloneAndGiveBack: 'settleAllAloneAndGiveBack',
};

/** So many first bookings take some 8 million gas: half of what a transaction may use (EIP-7825). */
export const BATCH_MAX_ITEMS = 50;

export interface QueuedCall {
  to: Hex;
  data: Hex;
  functionName: string;
  /** How often it was sent before without being done. */
  attempts: number;
}

/** Calls that one transaction makes. */
export type Group<T> = [T, ...T[]];

/**
 * Puts calls together that a batch can make, in the order in which they came. A call that a batch did not do before is
 * sent alone: it must not spoil another one.
 */
export function groupCalls<T extends QueuedCall>(calls: readonly T[]): Group<T>[] {
  const groups: Group<T>[] = [];
  const open = new Map<string, Group<T>>();
  for (const call of calls) {
    const key = `${call.to} ${call.functionName}`;
    const isAlone = BATCH_OF[call.functionName] === undefined || call.attempts > 0;
    const group = isAlone ? undefined : open.get(key);
    if (group !== undefined && group.length < BATCH_MAX_ITEMS) {
      group.push(call);
      continue;
    }
    const begun: Group<T> = [call];
    groups.push(begun);
    if (!isAlone) open.set(key, begun);
  }
  return groups;
}

const WORD = 32;
const word = (value: bigint): Hex => numberToHex(value, { size: WORD });

/** The selectors of the batches, by the name of their items' call. */
const SELECTORS = Object.fromEntries(
  Object.entries(BATCH_OF).map(([single, batch]) => {
    const item = plugpactMarketAbi.find((part) => part.type === 'function' && part.name === batch);
    return [single, toFunctionSelector(item as Extract<typeof item, { type: 'function' }>)];
  }),
);

/** The call of a batch: its items are static, so that each is the data of the single call without the selector. */
export function batchData(calls: Group<QueuedCall>): Hex {
  const [{ functionName }] = calls;
  const items = calls.map(({ data }) => slice(data, 4));
  if (new Set(items.map(size)).size > 1) throw new Error(`Items of ${functionName} differ in length.`);
  const head = [word(BigInt(2 * WORD)), word(ITEM_GAS_MIN), word(BigInt(items.length))];
  return concatHex([SELECTORS[functionName]!, ...head, ...items]);
}
