import { type Address, BaseError, type Hex, type PublicClient } from 'viem';
import { type AccountBook, disagree, liabilities } from './accounting/account-book.ts';
import { compareWithLedger } from './accounting/compare.ts';
import { findingsOf } from './accounting/findings.ts';
import { checkSomethingRead, staleness } from './accounting/freshness.ts';
import { completeHoldings } from './accounting/holdings.ts';
import { missingEnds } from './accounting/missing-events.ts';
import { rebuild } from './accounting/rebuild.ts';
import { type AuditReport, reportOf, withVerdict } from './audit-report.ts';
import { authorityOf } from './authority/authority-of-ledger.ts';
import { checkCode } from './code/check-code.ts';
import { auditEvidence } from './evidence/audit-evidence.ts';
import { writeCheckpoint } from './ledger/checkpoint.ts';
import type { NamedNode } from './ledger/compare-nodes.ts';
import { checkpointOf, type LedgerReading, ledgerClient, requirePinned } from './ledger/read-ledger.ts';
import { type AuditTask, ageOf, type LedgerState, readState } from './ledger-state.ts';
import { type Discrepancy, joined, type Verdict } from './lib/discrepancy.ts';
import { unreadable } from './lib/errors.ts';
import { noProgress } from './lib/progress.ts';
import { checkMoney, uncreditedIn } from './money/check-money.ts';

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
  const { progress = noProgress, checkpoint: file, fromBlock } = task;
  const [{ client }] = nodes;
  const state = await readState(nodes, task);
  const { reading, events } = state;
  progress('recomputing', 0, events.length);
  const book = await recompute(client, state);
  progress('reading transactions');
  const authority = await authorityOf(client, reading, events, reading.verifiedUntil);
  await requirePinned(client, reading.pin);
  checkSomethingRead(book, reading.logs.length, reading.pin.blockNumber);
  const parts = [
    authority,
    await moneyOf(task.market, state, book),
    checkCode(state.codes, reading.constants, reading.token),
  ];
  const evidence = await auditEvidence(task.evidence, book, events, reading.constants);
  const ledger = reportOf(state, book, verdictOf(state, book, joined(parts), task));
  const report = withVerdict({ ...ledger, records: evidence.records }, evidence.verdict);
  // What was unverifiable is looked at again: the next report must not be better than this one.
  const next = checkpointOf(reading, report.reconciles && report.unverifiable.length === 0);
  if (file !== undefined && next !== undefined) await writeCheckpoint(file, next);
  return fromBlock === undefined ? report : { ...report, fromBlock };
}

/** The accounts as their events say, held against storage. */
async function recompute(
  client: PublicClient,
  { reading, events, unknown, holdings }: LedgerState,
): Promise<AccountBook> {
  const book = await rebuild(reading.constants, events, reading.verifiedUntil);
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
  { reading, events, holdings }: LedgerState,
  book: AccountBook,
): Promise<Verdict> {
  const { transfers } = reading;
  const task = { market, events, transfers, owes: liabilities(book), holds: holdings.tokenBalance };
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
