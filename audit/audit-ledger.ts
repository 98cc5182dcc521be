import { type Address, BaseError, type Hex, type PublicClient } from 'viem';
import { type AccountBook, disagree, liabilities } from './accounting/account-book.ts';
import { compareWithLedger } from './accounting/compare.ts';
import { findingsOf } from './accounting/findings.ts';
import { checkSomethingRead, staleness } from './accounting/freshness.ts';
import { completeHoldings } from './accounting/holdings.ts';
import { type AccountBytes, bytesOfAccounts, nothingWritten } from './accounting/kept-accounts.ts';
import { missingEnds } from './accounting/missing-events.ts';
import { rebuild } from './accounting/rebuild.ts';
import { type AuditReport, reportOf, withVerdict } from './audit-report.ts';
import { authorityOf } from './authority/authority-of-ledger.ts';
import { checkCode } from './code/check-code.ts';
import { auditEvidence } from './evidence/audit-evidence.ts';
import type { NamedNode } from './ledger/compare-nodes.ts';
import { checkpointOf, type LedgerReading, ledgerClient, requirePinned } from './ledger/read-ledger.ts';
import { type AuditTask, ageOf, type LedgerState, readState } from './ledger-state.ts';
import { type Discrepancy, joined, type Verdict } from './lib/discrepancy.ts';
import { unreadable } from './lib/errors.ts';
import { noProgress } from './lib/progress.ts';
import { checkMoney, uncreditedIn } from './money/check-money.ts';
import { netOf, UNCREDITED } from './money/earlier-money.ts';
import type { LedgerEvent } from './rules/events.ts';

/**
 * Recomputes every Wh and every token unit of a market from its logs, and compares the sums with its storage,
 * all at the newest block.
 *
 * @throws AuditError `audit.unreadable`, `audit.noMarket`, `audit.reorganised`, `ledger.stale`: the audit could not run.
 */
export async function auditLedger(task: AuditTask): Promise<AuditReport> {
  const nodes = [task.rpcUrl].flat().map((url) => ({ url, client: ledgerClient(url) }));
  return audit(nodes as [NamedNode, ...NamedNode[]], task).catch((error: unknown) => {
    throw error instanceof BaseError ? unreadable('the ledger', error) : error;
  });
}

async function audit(nodes: readonly [NamedNode, ...NamedNode[]], task: AuditTask): Promise<AuditReport> {
  const { progress = noProgress, fromBlock } = task;
  const [{ client }] = nodes;
  const state = await readState(nodes, task);
  const { reading, earlier, events, save } = state;
  progress('recomputing', 0, events.length);
  const book = await recompute(client, state);
  progress('reading transactions');
  const authority = await authorityOf(client, reading, events, earlier);
  await requirePinned(client, reading.pin);
  checkSomethingRead(book, reading);
  const allEvents = eventsOf(state);
  const parts = [
    authority,
    await moneyOf(task.market, state, book),
    checkCode(state.codes, reading.constants, reading.token),
  ];
  const evidence = await auditEvidence(task.evidence, book, allEvents, reading.constants);
  const ledger = reportOf(state, book, allEvents, verdictOf(state, book, joined(parts), task));
  const report = withVerdict({ ...ledger, records: evidence.records }, evidence.verdict);
  const next = save && checkpointOf(reading, accountsToKeep(state, report));
  if (next !== undefined) await save?.(next);
  return fromBlock === undefined ? report : { ...report, fromBlock };
}

/** All events, decoded once, when somebody asks for them. */
function eventsOf({ earlier, events }: LedgerState): () => readonly LedgerEvent[] {
  let all = earlier === undefined ? events : undefined;
  return () => {
    all ??= [...earlier!.events(), ...events];
    return all;
  };
}

/**
 * The accounts that the next run may go on from: of a run that reconciled. What was unverifiable is looked at again, so
 * that the next report is not better than this one; and a market that held less than it owed is followed to its end.
 */
function accountsToKeep({ reading, earlier }: LedgerState, report: AuditReport): AccountBytes | undefined {
  const { book, constants, findings } = report;
  const net = (earlier?.money.net ?? 0n) + netOf(constants.market, reading.transfers);
  const isShort = net < book.deposited - book.withdrawn;
  if (!report.reconciles || report.unverifiable.length > 0 || isShort) return undefined;
  const uncredited = findings.filter(({ code }) => code === UNCREDITED);
  return bytesOfAccounts({ book, uncredited, written: earlier?.written ?? nothingWritten() });
}

/** The accounts as their events say, held against storage. */
async function recompute(
  client: PublicClient,
  { reading, earlier, events, unknown, holdings }: LedgerState,
): Promise<AccountBook> {
  const book = await rebuild(reading.constants, events, earlier);
  for (const { tx, topics } of unknown) {
    const found = topics[0] ?? 'no topic';
    disagree(book, 'event.unknown', { tx }, 'an event of the market', found);
  }
  await completeHoldings(client, reading, holdings, book);
  for (const { code, expected, found, rule: _, ...subject } of missingEnds(book, holdings))
    disagree(book, code, subject, expected, found);
  compareWithLedger(book, holdings);
  return book;
}

/** The token's transfers against the events, both ways. */
async function moneyOf(
  market: Address,
  { reading, earlier, events, holdings }: LedgerState,
  book: AccountBook,
): Promise<Verdict> {
  const { transfers } = reading;
  const owed = { owes: liabilities(book), holds: holdings.tokenBalance };
  const task = { market, events, transfers, ...owed, earlier: earlier?.money };
  return checkMoney(task, await receiversOf(reading, uncreditedIn(task)));
}

/** All parts in one. What a node shows that is caught lying breaks no rule of the market's: it follows from the lie. */
function verdictOf(
  { reading }: LedgerState,
  book: AccountBook,
  parts: Verdict,
  { maxAgeSec }: AuditTask,
): Verdict {
  const { pin, constants, faults } = reading;
  const findings = [
    ...reading.findings,
    ...findingsOf(book, constants, pin.at),
    ...parts.findings,
    ...(maxAgeSec === undefined ? staleness(ageOf(pin)) : []),
  ];
  const { unverifiable } = parts;
  const ofLedger = [...book.discrepancies, ...parts.discrepancies];
  const ofNode = [...faults.list(), ...parts.discrepancies.filter(isOfNode)];
  if (ofNode.length === 0) return { discrepancies: ofLedger, findings, unverifiable };
  book.consequences.push(...ofLedger);
  return { discrepancies: ofNode, findings, unverifiable };
}

const isOfNode = ({ code }: Discrepancy): boolean => code.startsWith('node.');

/** Whom these transactions call. */
async function receiversOf(
  reading: LedgerReading,
  hashes: readonly Hex[],
): Promise<Map<Hex, Address | null>> {
  const receivers = new Map<Hex, Address | null>();
  for await (const { hash, to } of reading.transactions(hashes)) receivers.set(hash, to);
  return receivers;
}
