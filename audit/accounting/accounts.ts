import { type Address, isAddressEqual, zeroAddress } from 'viem';
import type { EventOf } from '../rules/events.ts';
import { type AccountBook, disagree, earningsAccount, liabilities, purseAccount } from './account-book.ts';
import { earningsTaint, purseTaint } from './causes.ts';
import type { LeadingEvents } from './leading-events.ts';

/** A deposit adds to the purse. */
export function applyDeposited(book: AccountBook, event: EventOf<'Deposited'>): void {
  const { account, purse, amount } = event.args;
  checkNotSink(book, account, event);
  purseAccount(book, account, purse).balance += amount;
  book.deposited += amount;
}

/** A withdrawal takes at most the free money of a purse. A relayer's fee stays in the market. */
export function applyWithdrawn(book: AccountBook, event: EventOf<'Withdrawn'>, leading: LeadingEvents): void {
  const { account, purse, amount } = event.args;
  const held = purseAccount(book, account, purse);
  checkNotSink(book, account, event);
  if (amount > held.balance) {
    disagree(book, 'purse.overdrawn', { account, tx: event.tx }, `at most ${held.balance}`, amount, [
      purseTaint(account, purse),
    ]);
  }
  held.balance -= amount;
  book.withdrawn += amount - relayerFee(book, event, leading);
}

/** A withdrawal takes at most what a host earned. */
export function applyEarningsWithdrawn(
  book: AccountBook,
  event: EventOf<'EarningsWithdrawn'>,
  leading: LeadingEvents,
): void {
  const { host, listingId, amount } = event.args;
  const held = earningsAccount(book, listingId, host);
  if (amount > held.earned) {
    const subject = { account: host, listingId, tx: event.tx };
    disagree(book, 'earnings.overdrawn', subject, `at most ${held.earned}`, amount, [
      earningsTaint(listingId, host),
    ]);
  }
  held.earned -= amount;
  book.withdrawn += amount - relayerFee(book, event, leading);
}

/** Account 0 holds the sink: what contested no-shows put in stays, and nobody else puts anything in (rule 6). */
function checkNotSink(
  book: AccountBook,
  account: Address,
  { eventName, tx }: EventOf<'Deposited'> | EventOf<'Withdrawn'>,
): void {
  if (!isAddressEqual(account, zeroAddress)) return;
  disagree(book, 'sink.moved', { account, tx }, 'contested no-show fees alone', eventName);
}

/** The relayer of a signed withdrawal is credited with a part of it, never with all of it. */
function relayerFee(
  book: AccountBook,
  { args, tx }: EventOf<'Withdrawn'> | EventOf<'EarningsWithdrawn'>,
  { RelayFeePaid: fee }: LeadingEvents,
): bigint {
  if (fee === undefined) return 0n;
  const { relayer, amount } = fee.args;
  if (amount >= args.amount) {
    disagree(book, 'relayFee.tooHigh', { account: relayer, tx }, `below ${args.amount}`, amount);
  }
  purseAccount(book, relayer, 0).balance += amount;
  return amount;
}

/** Deposits less withdrawals must equal what the market owes. */
export function checkSum(book: AccountBook): void {
  const held = book.deposited - book.withdrawn;
  const owed = liabilities(book);
  if (held !== owed)
    disagree(book, 'market.sum', {}, `deposits less withdrawals: ${held}`, `owed: ${owed}`, ['sum']);
}
