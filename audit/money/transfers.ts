import { type Address, isAddressEqual } from 'viem';
import { type AccountBook, disagree, liabilities } from '../accounting/account-book.ts';
import type { TokenTransfer } from '../ledger/read-ledger.ts';
import type { Finding } from '../lib/discrepancy.ts';
import type { LedgerEvent } from '../rules/events.ts';

/**
 * Where the tokens of the market come from. Money that somebody sent without a call of the market is credited to nobody:
 * each such transfer is a finding. Every other surplus, and a credit without a transfer, is a discrepancy.
 */
export function checkTransfers(
  book: AccountBook,
  market: Address,
  events: readonly LedgerEvent[],
  transfers: readonly TokenTransfer[],
  tokenBalance: bigint,
): Finding[] {
  const uncredited = new Map<TokenTransfer['tx'], bigint>();
  const add = (tx: TokenTransfer['tx'], units: bigint) =>
    uncredited.set(tx, (uncredited.get(tx) ?? 0n) + units);
  for (const { to, from, tx, value } of transfers) {
    if (isAddressEqual(to, market) && !isAddressEqual(from, market)) add(tx, value);
  }
  for (const event of events) {
    if (event.eventName === 'Deposited') add(event.tx, -event.args.amount);
  }
  const findings: Finding[] = [];
  let explained = 0n;
  for (const [tx, units] of uncredited) {
    if (units < 0n)
      disagree(book, 'deposit.notTransferred', { tx }, 'a transfer of what was credited', units);
    if (units <= 0n) continue;
    explained += units;
    findings.push({ code: 'market.uncredited', tx, detail: `${units} token units sent without a deposit` });
  }
  const surplus = tokenBalance - liabilities(book);
  if (surplus > explained) {
    disagree(book, 'market.surplus', {}, `${explained} token units more than owed, at most`, surplus);
  }
  return findings;
}
