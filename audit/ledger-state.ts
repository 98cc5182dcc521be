import type { Address } from 'viem';
import type { Holdings } from './accounting/compare.ts';
import { ageText } from './accounting/freshness.ts';
import { checkOtherStorage, readHoldings } from './accounting/holdings.ts';
import { keysOfEvents } from './accounting/storage-keys.ts';
import { readCodes } from './code/check-code.ts';
import { type EarlierRun, earlierRunOf } from './earlier-run.ts';
import { type NextCheckpoint, readCheckpoint, writeCheckpoint } from './ledger/checkpoint.ts';
import type { NamedNode } from './ledger/compare-nodes.ts';
import { type LedgerReading, type Pin, readLedger } from './ledger/read-ledger.ts';
import { AuditError } from './lib/errors.ts';
import { isoTime } from './lib/iso-time.ts';
import { noProgress, type Progress } from './lib/progress.ts';
import { programDigest } from './program.ts';
import { decodeLogs, type LedgerEvent, type UnknownLog } from './rules/events.ts';

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

/** All that the nodes say, before anything is recomputed. */
export interface LedgerState {
  reading: LedgerReading;
  /** What an earlier run left: then events are those that came later. */
  earlier: EarlierRun | undefined;
  /** Keeps this run for the next one, where that was asked for. */
  save: ((next: NextCheckpoint) => Promise<void>) | undefined;
  events: LedgerEvent[];
  /** Logs of the market that are no event of it. */
  unknown: UnknownLog[];
  holdings: Holdings;
  codes: Awaited<ReturnType<typeof readCodes>>;
}

/**
 * Reads logs, storage and code at one block.
 *
 * @throws AuditError `ledger.stale`, and what `readLedger` throws.
 */
export async function readState(
  [first, ...others]: readonly [NamedNode, ...NamedNode[]],
  task: AuditTask,
): Promise<LedgerState> {
  const { market, progress = noProgress } = task;
  progress('reading logs');
  const { checkpoint: file, ...asked } = task;
  const kept = file === undefined ? undefined : await keptIn(file);
  const reading = await readLedger(first.client, market, { ...asked, ...kept, others, url: first.url });
  requireRecent(reading.pin, task);
  const { events, unknown } = decodeLogs(reading.logs);
  progress('reading storage');
  // Before the long part: a local node forgets the state of the pinned block.
  const earlier = earlierRunOf(reading.earlier);
  const keys = keysOfEvents(reading.constants, events, earlier?.book);
  const holdings = await readHoldings(first.client, reading, keys);
  const codes = await readCodes(first.client, market, reading.pin);
  await checkOtherStorage(first, others, { reading, keys, holdings });
  return { reading, earlier, save: kept?.save, events, unknown, holdings, codes };
}

/** What the last run left in the file, and how this one keeps what it has. */
async function keptIn(file: string) {
  const program = programDigest();
  return {
    checkpoint: await readCheckpoint(file, program),
    save: (part: NextCheckpoint) => writeCheckpoint(file, program, part),
  };
}

/** How old a block is by this machine's clock, in seconds. */
export const ageOf = ({ at }: Pin): number => Math.floor(Date.now() / 1_000) - at;

/** A node that stands still shows nothing of what happened since. Who names a block wants an old one. */
function requireRecent(pin: Pin, { maxAgeSec, toBlock }: AuditTask): void {
  const ageSec = ageOf(pin);
  if (maxAgeSec === undefined || toBlock !== undefined || ageSec <= maxAgeSec) return;
  throw new AuditError({
    code: 'ledger.stale',
    value: `block ${pin.blockNumber} of ${isoTime(pin.at)}, ${ageText(ageSec)} old`,
    rule: `The node's newest block may be ${ageText(maxAgeSec)} old: what happened since is not on it.`,
    remedy: 'Take a node that follows the chain, or give --max-age where this ledger has blocks that rarely.',
    retry: 'later',
  });
}
