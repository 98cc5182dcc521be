import { createHash } from 'node:crypto';
import { type Address, BaseError, type Hex } from 'viem';
import {
  type AccountBook,
  type BookingAccount,
  disagree,
  liabilities,
  type MarketConstants,
} from './accounting/account-book.ts';
import { compareWithLedger } from './accounting/compare.ts';
import { findingsOf } from './accounting/findings.ts';
import { ageText, checkSomethingRead, staleness } from './accounting/freshness.ts';
import { checkOtherStorage, completeHoldings, readHoldings } from './accounting/holdings.ts';
import { missingEnds } from './accounting/missing-events.ts';
import { rebuild } from './accounting/rebuild.ts';
import { keysOfEvents } from './accounting/storage-keys.ts';
import { authorityOf } from './authority/authority-of-ledger.ts';
import { checkCode, codeHashes, readCodes } from './code/check-code.ts';
import { auditEvidence } from './evidence/audit-evidence.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './ledger/checkpoint.ts';
import type { NamedNode } from './ledger/compare-nodes.ts';
import {
  checkpointOf,
  type LedgerReading,
  ledgerClient,
  type Pin,
  readLedger,
  requirePinned,
  type TokenTransfer,
} from './ledger/read-ledger.ts';
import { type Discrepancy, joined, type Verdict } from './lib/discrepancy.ts';
import { AuditError, unreadable } from './lib/errors.ts';
import { noProgress, type Progress } from './lib/progress.ts';
import { checkMoney, uncreditedIn } from './money/check-money.ts';
import { decodeLogs, type LedgerEvent, type RawLog } from './rules/events.ts';

/** What is audited, and how far. Only node and market have to be given. */
export interface AuditTask {
  /** A node, or several that are compared. */
  rpcUrl: string | readonly string[];
  market: Address;
  /** The chain that each node must be of. */
  chainId?: number;
  /** The first block whose bookings are reported; all before it is read and checked as well. */
  fromBlock?: bigint;
  /** The audited block in place of the newest one. */
  toBlock?: bigint;
  /** File that keeps what the next run goes on from. */
  checkpoint?: string;
  /** Each log is held against its receipt, not every n-th. */
  receipts?: boolean;
  /** Folder or URL of evidence bundles. */
  evidence?: string;
  /** Seconds that the newest block may be old: beyond, the audit refuses to run. Left out, an old one is a finding. */
  maxAgeSec?: number;
  progress?: Progress;
}

export interface AuditReport extends Verdict {
  reconciles: boolean;
  /** Bookings that a reading ended. */
  sessions: number;
  energyWh: number;
  /** Token units: the sum of payments to hosts, including the market's part, late fees and no-show fees. */
  paid: bigint;
  /** Token units: refunds to drivers when their bookings ended. */
  refunded: bigint;
  /** Token units: what of challengers' bonds went to hosts, because meter or challenger proved the claim. */
  forfeited: bigint;
  /** Token units held by the market, and owed by it. */
  holds: bigint;
  owes: bigint;
  bookings: BookingAccount[];
  chainId: number;
  token: LedgerReading['token'];
  pin: Pin;
  /** Seconds by this machine's clock since the pinned block. */
  ageSec: number;
  /** The first block whose bookings are reported; all of them where it is left out. */
  fromBlock?: bigint;
  constants: MarketConstants;
  /** All accounts as they were recomputed, and the events that they follow from, in the order of the ledger. */
  book: AccountBook;
  events: LedgerEvent[];
  transfers: TokenTransfer[];
  /** Signed meter values of each session whose evidence has the ledger's hash. */
  records: Map<Hex, string[]>;
  /** What pins the input beside the block's hash. */
  hashes: {
    /** SHA-256 of `logLine` of every log, in the order of the ledger. */
    logs: Hex;
    /** keccak-256 of the code at an address, by its name. */
    codes: Record<string, Hex>;
  };
}

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

async function audit([first, ...others]: [NamedNode, ...NamedNode[]], task: AuditTask): Promise<AuditReport> {
  const { market, progress = noProgress } = task;
  progress('reading logs');
  const { checkpoint: file, ...asked } = task;
  const checkpoint = file === undefined ? undefined : await readCheckpoint(file);
  const save = (part: Checkpoint) => writeCheckpoint(file!, part);
  const keeping = file === undefined ? {} : { checkpoint, save };
  const reading = await readLedger(first.client, market, { ...asked, ...keeping, others, url: first.url });
  requireRecent(reading.pin, task);
  const { events, unknown } = decodeLogs(reading.logs);
  progress('reading storage');
  // Before the long part: a local node forgets the state of the pinned block.
  const keys = keysOfEvents(reading.constants, events);
  const holdings = await readHoldings(first.client, reading, keys);
  const codes = await readCodes(first.client, market, reading.pin);
  await checkOtherStorage(first, others, { reading, keys, holdings });
  progress('recomputing', 0, events.length);
  const book = await rebuild(reading.constants, events, reading.verifiedUntil);
  for (const { tx, topics } of unknown) {
    const found = topics[0] ?? 'no topic';
    disagree(book, 'event.unknown', { tx }, 'an event of the market', found);
  }
  await completeHoldings(first.client, reading, holdings, book);
  for (const { code, expected, found, rule: _, ...subject } of missingEnds(book, holdings))
    disagree(book, code, subject, expected, found);
  compareWithLedger(book, holdings);
  progress('reading transactions');
  const { unverifiable, ...authority } = await authorityOf(
    first.client,
    reading,
    events,
    reading.verifiedUntil,
  );
  await requirePinned(first.client, reading.pin);
  const { pin, constants, transfers } = reading;
  checkSomethingRead(book, reading.logs.length, pin.blockNumber);
  const holds = holdings.tokenBalance;
  const moneyTask = { market, events, transfers, owes: liabilities(book), holds };
  const money = checkMoney(moneyTask, await receiversOf(reading, uncreditedIn(moneyTask)));
  const code = checkCode(codes, constants, reading.token);
  const findings = [
    ...reading.findings,
    ...findingsOf(book, constants, pin.at),
    ...money.findings,
    ...code.findings,
    ...(task.maxAgeSec === undefined ? staleness(ageOf(pin)) : []),
  ];
  const ofLedger = [
    ...book.discrepancies,
    ...authority.discrepancies,
    ...money.discrepancies,
    ...code.discrepancies,
  ];
  // What a node shows that is caught lying breaks no rule of the market's: it follows from the lie.
  const ofNode = [...reading.faults.list(), ...code.discrepancies.filter(isOfNode)];
  if (ofNode.length > 0) book.consequences.push(...ofLedger);
  const discrepancies = ofNode.length > 0 ? ofNode : ofLedger;
  const verdict = { discrepancies, findings, unverifiable };
  const evidence = await auditEvidence(task.evidence, book, events, constants);
  const ledger = reportOf(book, verdict, reading, events, holds);
  ledger.hashes.codes = codeHashes(codes);
  const report = withVerdict({ ...ledger, records: evidence.records }, evidence.verdict);
  // What was unverifiable is looked at again: the next report must not be better than this one.
  const next = checkpointOf(reading, report.reconciles && report.unverifiable.length === 0);
  if (file !== undefined && next !== undefined) await writeCheckpoint(file, next);
  return task.fromBlock === undefined ? report : { ...report, fromBlock: task.fromBlock };
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

/** How old a block is by this machine's clock, in seconds. */
const ageOf = ({ at }: Pin): number => Math.floor(Date.now() / 1_000) - at;

/** A node that stands still shows nothing of what happened since. Who names a block wants an old one. */
function requireRecent(pin: Pin, { maxAgeSec, toBlock }: AuditTask): void {
  const ageSec = ageOf(pin);
  if (maxAgeSec === undefined || toBlock !== undefined || ageSec <= maxAgeSec) return;
  throw new AuditError({
    code: 'ledger.stale',
    value: `block ${pin.blockNumber}, ${ageText(ageSec)} old`,
    rule: `The node's newest block may be ${ageText(maxAgeSec)} old: what happened since is not on it.`,
    remedy: 'Take a node that follows the chain, or give --max-age where this ledger has blocks that rarely.',
    retry: 'later',
  });
}

/** A log as a line: block, index, transaction, topics and data, as anybody can read them from a node. */
const logLine = ({ blockNumber, logIndex, tx, topics, data }: RawLog): string =>
  `${blockNumber} ${logIndex} ${tx} ${topics.join(',')} ${data}\n`;

function hashOfLogs(logs: readonly RawLog[]): Hex {
  const hash = createHash('sha256');
  for (const log of logs) hash.update(logLine(log));
  return `0x${hash.digest('hex')}`;
}

/** The report with what another part found out beside it. */
export function withVerdict(report: AuditReport, found: Verdict): AuditReport {
  const whole = joined([report, found]);
  return { ...report, ...whole, reconciles: whole.discrepancies.length === 0 };
}

function reportOf(
  book: AccountBook,
  verdict: Verdict,
  reading: LedgerReading,
  events: LedgerEvent[],
  holds: bigint,
): AuditReport {
  const bookings = [...book.bookings.values()];
  const sessions = bookings.filter(({ end }) => end?.outcome === 'FULFILLED');
  return {
    reconciles: verdict.discrepancies.length === 0,
    sessions: sessions.length,
    energyWh: sessions.reduce((sum, { energyWh }) => sum + energyWh, 0),
    paid: bookings.reduce((sum, { paid }) => sum + paid, 0n),
    refunded: bookings.reduce((sum, { refunded }) => sum + refunded, 0n),
    forfeited: bookings.reduce((sum, { forfeited }) => sum + forfeited, 0n),
    ...verdict,
    holds,
    owes: liabilities(book),
    bookings,
    chainId: reading.constants.chainId,
    token: reading.token,
    pin: reading.pin,
    ageSec: ageOf(reading.pin),
    constants: reading.constants,
    ...{ book, events, transfers: reading.transfers, records: new Map() },
    hashes: { logs: hashOfLogs(reading.logs), codes: {} },
  };
}
