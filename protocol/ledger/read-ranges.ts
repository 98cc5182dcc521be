import type { Hex } from 'viem';
import type { LedgerHeader } from './answers.ts';
import { LogDigest } from './digest.ts';
import { decodeLog, type MarketEvent } from './events.ts';
import { ContradictoryAnswer, refusalOf } from './faults.ts';
import type { LedgerNode } from './node.ts';
import { type BlockHeader, type BlockRange, spanFrom } from './range.ts';
import { type RangeSize, TARGET_EVENTS } from './range-size.ts';
import { type MarketFilter, type ReadSpan, readSpan } from './read-span.ts';

/** Spans that are asked for while the one before them is applied. */
const READ_AHEAD = 2;
/** Short answers are joined to ranges of at most this many events: what is written together touches each page once. */
const MOST_EVENTS = 1.5 * TARGET_EVENTS;
/** So long a range waits for the next answer at most, so that slow answers, and long quiet times, are progress too. */
const JOIN_MS = 500;
/** Logs that are decoded between two turns of the event loop. */
const SLICE_LOGS = 100;

export interface RangesOptions {
  node: LedgerNode;
  filter: MarketFilter;
  /** Kept by the caller: what was learnt of the node's limits is good for the next reading. */
  size: RangeSize;
  /** First block. */
  from: number;
  /** The block to read up to. */
  head: LedgerHeader;
  /** Digest of all logs before `from`. */
  digest: Hex;
}

interface Planned {
  from: number;
  blocks: number;
  reading: Promise<{ span: ReadSpan } | { error: unknown }>;
}

/**
 * Reads the blocks up to the head in ranges of about 2,000 events, the next answers while the present range is applied.
 * Each range follows the one before it; the caller compares `parentHash` with what it has.
 *
 * @throws ContradictoryAnswer, BranchMoved; viem's errors where the node is unreachable. A span that is too long is
 * asked for again, shorter.
 */
export async function* readRanges(options: RangesOptions): AsyncGenerator<BlockRange, void> {
  const digest = new LogDigest(options.digest);
  const joined = new JoinedRanges();
  try {
    for await (const span of readSpans(options)) {
      for await (const range of rangesOf(span, digest)) yield* joined.add(range, span.isFinal);
    }
  } catch (error) {
    // What was read before the failure is sound.
    yield* joined.rest();
    throw error;
  }
  yield* joined.rest();
}

/** Joins short ranges of final blocks. */
class JoinedRanges {
  #range: BlockRange | undefined;
  #sinceMs = 0;

  /** Takes a range, and gives those that are long enough, or waited long enough. */
  *add(range: BlockRange, isFinal: boolean): Generator<BlockRange, void> {
    const both = this.#range && isFinal ? joinedRange(this.#range, range) : undefined;
    if (both === undefined) {
      yield* this.rest();
      this.#sinceMs = performance.now();
    }
    this.#range = both ?? range;
    const isShort = this.#range.events.length < TARGET_EVENTS && performance.now() - this.#sinceMs < JOIN_MS;
    if (!isFinal || !isShort) yield* this.rest();
  }

  *rest(): Generator<BlockRange, void> {
    const range = this.#range;
    this.#range = undefined;
    if (range !== undefined) yield range;
  }
}

/** Two ranges as one; undefined where the second one does not follow the first, or both would be too long. */
function joinedRange(first: BlockRange, second: BlockRange): BlockRange | undefined {
  const follows = second.parentHash === first.blocks.at(-1)?.hash;
  if (!follows || first.events.length + second.events.length > MOST_EVENTS) return undefined;
  const { from, parentHash } = first;
  const blocks = first.blocks.concat(second.blocks);
  return { from, to: second.to, parentHash, blocks, events: first.events.concat(second.events) };
}

/** The answers to the caller's questions, in the order of their blocks. */
async function* readSpans(options: RangesOptions): AsyncGenerator<ReadSpan, void> {
  const { head, size } = options;
  let next = options.from;
  let ahead: Planned[] = [];
  for (;;) {
    while (ahead.length < READ_AHEAD && next <= head.number) {
      const planned = plan(options, next);
      ahead.push(planned);
      next = planned.from + planned.blocks;
    }
    const first = ahead.shift();
    if (first === undefined) return;
    const outcome = await first.reading;
    if ('error' in outcome) {
      const refusal = refusalOf(outcome.error);
      const canShrink = refusal !== undefined && size.refused(first.blocks);
      if (refusal !== 'length' || !canShrink) throw outcome.error;
      ahead = [];
      next = first.from;
      continue;
    }
    size.answered(outcome.span.size);
    yield outcome.span;
  }
}

function plan({ node, filter, size, head }: RangesOptions, from: number): Planned {
  const span = spanFrom(from, head.number, size.blocks);
  const reading = readSpan(node, filter, span, head).then(
    (read) => ({ span: read }),
    (error: unknown) => ({ error }),
  );
  return { from, blocks: span.to - from + 1, reading };
}

/** Cuts a span between blocks where it has too many events, and decodes it in slices. */
async function* rangesOf(span: ReadSpan, digest: LogDigest): AsyncGenerator<BlockRange, void> {
  let { from, parentHash } = span;
  let events: MarketEvent[] = [];
  let blocks: BlockHeader[] = [];
  let i = 0;
  for (const block of span.blocks) {
    for (let log = span.logs[i]; log?.blockNumber === block.number; log = span.logs[++i]) {
      digest.add(log, block.timestamp);
      const event = decoded(log, block.timestamp);
      if (event !== undefined) events.push(event);
      if (i % SLICE_LOGS === SLICE_LOGS - 1) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    blocks.push({ ...block, digest: digest.value });
    const isLast = block.number === span.to;
    if (!isLast && events.length < TARGET_EVENTS) continue;
    yield { from, to: block.number, parentHash, blocks, events };
    from = block.number + 1;
    parentHash = block.hash;
    events = [];
    blocks = [];
  }
}

function decoded(log: ReadSpan['logs'][number], timestamp: number): MarketEvent | undefined {
  try {
    return decodeLog(log, timestamp);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ContradictoryAnswer(error.message, log.blockNumber);
  }
}
