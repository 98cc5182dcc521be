import type { PublicClient } from 'viem';
import type { Progress } from '../lib/progress.ts';
import type { RawLog } from '../rules/events.ts';
import { confirmLogs } from './blocks.ts';
import type { Checkpoint, NextCheckpoint } from './checkpoint.ts';
import type { Filters } from './filters.ts';
import { Faults } from './node-faults.ts';
import { type Pin, pinBlock, pinOf, requirePinned } from './pin.ts';
import { NodeLimits } from './ranges.ts';
import type { NodeLog } from './raw-log.ts';
import { type LogReader, readSpan, type Span, type SpanLogs } from './read-logs.ts';
import { confirmByReceipts } from './receipts.ts';
import { readHeader } from './requests.ts';

/** A node that mined more than this meanwhile is read on, so that storage is read at a fresh block. */
const FRESH_BLOCKS = 16;

/** Each time less is left to read; a ledger that grows faster than it is read is pinned as it is. */
const MOST_EXTENSIONS = 8;

/** A longer span is read, checked and saved in parts. */
const PART_BLOCKS = 1_000_000;

/** Milliseconds after which what was read is saved again. */
const SAVE_EVERY_MS = 60_000;

/** All logs up to the pinned block; without those whose accounts an earlier run left. */
export interface LogsToPin {
  pin: Pin;
  logs: RawLog[];
  transfers: RawLog[];
  /** What this run read, as the node gave it, where other nodes are compared with it. */
  fresh: SpanLogs;
  undecided: number[];
}

interface PinTask {
  filters: Filters;
  /** The first block to read. */
  from: number;
  start: Pin;
  /** What an earlier run read before it. */
  known: Checkpoint | undefined;
}

interface Options {
  toBlock?: bigint | undefined;
  receipts?: boolean | undefined;
  progress?: Progress | undefined;
  others?: readonly unknown[] | undefined;
}

type Save = (
  part: Pick<NextCheckpoint, 'block' | 'blockHash' | 'logs' | 'transfers'>,
) => Promise<void> | undefined;

export const readerOf = (client: PublicClient, { progress }: Options, until: number): LogReader => ({
  client,
  limits: new NodeLimits(),
  faults: new Faults(),
  shuffled: 0,
  onRange: ({ until: done }) => progress?.('reading logs', done, until),
});

/** Reads from a block on, part by part, until the pinned block is fresh. */
export async function readToPin(
  reader: LogReader,
  { filters, from, start, known }: PinTask,
  options: Options,
  save: Save,
): Promise<LogsToPin> {
  const all = begun(start, known);
  const saveNow = partSaver(reader, all, save);
  let next = from;
  for (let extension = 0; extension <= MOST_EXTENSIONS; ) {
    const last = Number(all.pin.blockNumber);
    const span = { from: next, until: Math.min(next + PART_BLOCKS - 1, last) };
    if (span.from <= span.until) await readPart(reader, filters, span, all, options);
    next = span.until + 1;
    if (span.until < last) {
      await saveNow(span.until);
      continue;
    }
    if (options.toBlock !== undefined) break;
    const newest = await pinBlock(reader.client, undefined);
    await requirePinned(reader.client, all.pin);
    if (newest.blockNumber - all.pin.blockNumber <= FRESH_BLOCKS) break;
    if (extension < MOST_EXTENSIONS) all.pin = newest;
    extension += 1;
  }
  return all;
}

/** What is there before the first part: the logs of an earlier run, unless it left accounts that stand for them. */
function begun(pin: Pin, known: Checkpoint | undefined): LogsToPin {
  const logsOfEarlier = known?.accounts === undefined ? known : undefined;
  return {
    pin,
    logs: [...(logsOfEarlier?.logs ?? [])],
    transfers: [...(logsOfEarlier?.transfers ?? [])],
    fresh: { market: [], transfers: [] },
    undecided: [],
  };
}

/** Saves what was read up to a block, not too often, and nothing of a node that was caught in a lie. */
function partSaver({ client, faults }: LogReader, { logs, transfers }: LogsToPin, save: Save) {
  let savedAt = performance.now();
  return async (block: number): Promise<void> => {
    if (performance.now() - savedAt < SAVE_EVERY_MS || faults.size > 0) return;
    const { blockHash } = pinOf(await readHeader(client, block));
    await save({ block, blockHash, logs, transfers });
    savedAt = performance.now();
  };
}

/** The logs of a span, held against headers, blooms and receipts. */
async function readPart(
  reader: LogReader,
  filters: Filters,
  span: Span,
  all: LogsToPin,
  { receipts: isThorough = false, progress, others = [] }: Options,
): Promise<void> {
  const { client, faults } = reader;
  const found = await readSpan(reader, filters, span);
  const onBlocks = (done: number, total: number) => progress?.('checking blocks', done, total);
  const confirmed = await confirmLogs({ client, filters, faults, isThorough, onBlocks }, found, span);
  const onReceipts = (done: number, total: number) => progress?.('checking receipts', done, total);
  const logs = await confirmByReceipts({ client, filters, faults, isThorough, onReceipts }, confirmed);
  for (const log of logs.market) all.logs.push(rawLogOf(log, confirmed.times));
  for (const log of logs.transfers) all.transfers.push(rawLogOf(log, confirmed.times));
  all.undecided.push(...confirmed.undecided);
  if (others.length === 0) return;
  for (const log of logs.market) all.fresh.market.push(log);
  for (const log of logs.transfers) all.fresh.transfers.push(log);
}

const rawLogOf = (log: NodeLog, times: ReadonlyMap<number, number>): RawLog => ({
  topics: log.topics,
  data: log.data,
  blockNumber: log.blockNumber,
  at: times.get(log.blockNumber)!,
  tx: log.transactionHash,
  logIndex: log.logIndex,
});
