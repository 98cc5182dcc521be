import { type Address, isAddressEqual } from 'viem';
import type { TokenTransfer } from '../ledger/read-ledger.ts';
import type { Discrepancy } from '../lib/discrepancy.ts';
import type { LedgerEvent } from '../rules/events.ts';
import { movementsOf } from './match-transfers.ts';

/** Blocks in a row after which the market held less than its own events say that it owes. */
export interface Shortage {
  fromBlock: number;
  /** The block that ended it; undefined while it lasts. */
  untilBlock: number | undefined;
  /** Token units that were missing at most. */
  units: bigint;
}

/**
 * What the market held and owed after each block that changed either. All other events move money inside of the market, so
 * that deposits and withdrawals alone say what it owes in all.
 *
 * @param unowedBefore Token units that it held before, and owed to nobody.
 */
export function shortagesOf(
  market: Address,
  events: readonly LedgerEvent[],
  transfers: readonly TokenTransfer[],
  unowedBefore = 0n,
): Shortage[] {
  const changes = new Map<number, bigint>();
  const add = (block: number, units: bigint) => changes.set(block, (changes.get(block) ?? 0n) + units);
  for (const { from, to, value, blockNumber } of transfers) {
    if (isAddressEqual(to, market)) add(blockNumber, value);
    if (isAddressEqual(from, market)) add(blockNumber, -value);
  }
  for (const { event, isDeposit, units } of movementsOf(events)) {
    add(event.blockNumber, isDeposit ? -units : units);
  }
  return shortagesIn(changes, unowedBefore);
}

function shortagesIn(changes: ReadonlyMap<number, bigint>, unowedBefore: bigint): Shortage[] {
  const shortages: Shortage[] = [];
  let beyond = unowedBefore;
  for (const [block, change] of [...changes].sort(([a], [b]) => a - b)) {
    beyond += change;
    const last = shortages.at(-1);
    const lasting = last !== undefined && last.untilBlock === undefined ? last : undefined;
    if (beyond >= 0n) {
      if (lasting !== undefined) lasting.untilBlock = block;
    } else if (lasting === undefined)
      shortages.push({ fromBlock: block, untilBlock: undefined, units: -beyond });
    else if (-beyond > lasting.units) lasting.units = -beyond;
  }
  return shortages;
}

/** A shortage that lasts is seen in the balance at the pinned block as well, and named there. */
export const passedShortages = (shortages: readonly Shortage[]): Discrepancy[] =>
  shortages
    .filter(({ untilBlock }) => untilBlock !== undefined)
    .map(({ fromBlock, untilBlock, units }) => ({
      code: 'money.insolvent',
      rule: 'The market holds what it owes after every block.',
      expected: `as many token units as owed from block ${fromBlock} on`,
      found: `up to ${units} too few until block ${untilBlock}`,
    }));
