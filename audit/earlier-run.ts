import type { Hex } from 'viem';
import type { AccountBook } from './accounting/account-book.ts';
import { accountsIn, type WrittenLines } from './accounting/kept-accounts.ts';
import { agrees } from './accounting/kept-sample.ts';
import type { EarlierActs } from './authority/authority-of-ledger.ts';
import { WITHDRAWALS } from './authority/events-due.ts';
import type { History } from './authority/scene.ts';
import type { Checkpoint } from './ledger/checkpoint.ts';
import { type KeptLogs, textsIn } from './ledger/kept-logs.ts';
import { type TokenTransfer, transferOf } from './ledger/read-ledger.ts';
import { refused } from './ledger/sealed-file.ts';
import { type EarlierMoney, netOf } from './money/earlier-money.ts';
import { MARKET_EVENTS } from './rules/abi.ts';
import { decodeLogs, type LedgerEvent, type RawLog } from './rules/events.ts';

/** What an earlier run of this program left, as this one goes on from it. */
export interface EarlierRun extends EarlierActs {
  /** The accounts at its block; the recomputation goes on in them. */
  book: AccountBook;
  money: EarlierMoney;
  /** What the checkpoint has of these accounts, so that it is not written again. */
  written: WrittenLines;
  /** All its events, decoded when they are asked for. */
  events(): readonly LedgerEvent[];
}

/** Takes what a checkpoint keeps; undefined when it keeps no accounts. */
export function earlierRunOf(checkpoint: Checkpoint | undefined): EarlierRun | undefined {
  if (checkpoint?.accounts === undefined) return undefined;
  const { market, logs, transfers, accounts } = checkpoint;
  const { book, uncredited, written } = accountsIn(textsIn(accounts.ended.bytes), accounts.rest);
  checkKept(logs, book);
  const net = netOf(market, transfersIn(transfers));
  const withdrawals = topicsOf(WITHDRAWALS);
  return {
    ...{ book, written },
    money: { net, unowed: net - (book.deposited - book.withdrawn), uncredited },
    history: historyIn(book),
    events: () => decodeLogs(logs).events,
    withdrawals: () => decodeLogs(logs.withTopic(withdrawals)).events,
  };
}

/** Bookings whose kept account is held against a log of theirs. */
const KEPT_CHECKS = 40;

/**
 * Holds some accounts of the file against the logs of the file.
 *
 * @throws AuditError `audit.checkpoint`
 */
function checkKept(logs: KeptLogs, book: AccountBook): void {
  const wrong = decodeLogs(logs.some(KEPT_CHECKS)).events.find((event) => !agrees(book, event));
  if (wrong === undefined) return;
  throw refused(`log ${wrong.logIndex} of block ${wrong.blockNumber}`, 'the accounts say otherwise');
}

function* transfersIn(logs: Iterable<RawLog>): Generator<TokenTransfer> {
  for (const log of logs) yield transferOf(log);
}

const topicsOf = (names: readonly string[]): ReadonlySet<Hex> =>
  new Set([...MARKET_EVENTS].flatMap(([topic, { name }]) => (names.includes(name) ? [topic] : [])));

const historyIn = ({ bookings, listings }: AccountBook): History => ({
  bookedAt: { get: (id) => bookings.get(id)?.booked.at },
  hostOf: new Map([...listings].map(([id, { listing }]) => [id, listing.terms.host])),
});
