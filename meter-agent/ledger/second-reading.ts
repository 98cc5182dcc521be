import type { Logger } from 'pino';
import { zeroHash } from 'viem';
import { compareReadings } from '../../protocol/ledger/compare-readings.ts';
import { difference, EMPTY_DIGEST } from '../../protocol/ledger/digest.ts';
import type { LedgerNodes } from '../../protocol/ledger/nodes.ts';
import { CHECKPOINT_BLOCKS, FINALITY_BLOCKS } from '../../protocol/ledger/range.ts';
import { RangeSize } from '../../protocol/ledger/range-size.ts';
import type { MarketFilter } from '../../protocol/ledger/read-span.ts';
import type { Journal } from '../journal/journal.ts';
import type { FollowedBlock } from './recent-blocks.ts';

/** Note in the journal: the last block up to which two readings gave the same events. */
const AGREED_NOTE = 'agreedBlock';
/** How long after one that failed, or that nodes contradicted, the next reading begins. */
const AGAIN_MS = 60_000;

export interface SecondReadingOptions {
  nodes: LedgerNodes;
  filter: MarketFilter;
  deployBlock: number;
  journal: Journal;
  log: Logger;
  followed(): FollowedBlock[];
}

/**
 * Reads final blocks a second time, from another node where there is one, and compares digests with what was followed: an
 * answer that left a booking out looks like one of a quiet ledger. It takes one request for about a thousand blocks.
 */
export class SecondReading {
  readonly #options: SecondReadingOptions;
  readonly #size = new RangeSize();
  #isReading = false;
  #isClosed = false;
  #notBeforeMs = 0;
  #fault: FollowedBlock | undefined;

  constructor(options: SecondReadingOptions) {
    this.#options = options;
  }

  /** The last block before those of which two later readings gave other events; once. */
  takeFault(): FollowedBlock | undefined {
    const fault = this.#fault;
    this.#fault = undefined;
    // A reorganisation may have taken these blocks back since.
    return fault?.hash === this.#agreed().hash ? fault : undefined;
  }

  /** Blocks above this one are followed again; null: all. */
  forgetAbove(block: FollowedBlock | null): void {
    if (this.#agreed().number > (block?.number ?? 0)) this.#options.journal.setNote(AGREED_NOTE, block);
  }

  /** Begins to compare, if enough blocks have become final since the last time. Following goes on meanwhile. */
  begin(head: number): void {
    const from = this.#agreed();
    const to = this.#options.followed().findLast(({ number }) => number <= head - FINALITY_BLOCKS);
    if (to === undefined || to.number - from.number < CHECKPOINT_BLOCKS) return;
    if (this.#isReading || performance.now() < this.#notBeforeMs) return;
    this.#isReading = true;
    void this.#compare(from, to)
      .then(
        (isSame) => this.#note(isSame, from, to),
        (error: Error) => this.#failed(error),
      )
      .finally(() => {
        this.#isReading = false;
      });
  }

  close(): void {
    this.#isClosed = true;
  }

  /** At first the block before the market. */
  #agreed(): FollowedBlock {
    const { journal, deployBlock } = this.#options;
    const start = { number: deployBlock - 1, hash: zeroHash, digest: EMPTY_DIGEST };
    return journal.note<FollowedBlock | null>(AGREED_NOTE) ?? start;
  }

  #note(isSame: boolean, from: FollowedBlock, to: FollowedBlock): void {
    const { journal, followed } = this.#options;
    if (this.#isClosed || from.hash !== this.#agreed().hash) return;
    if (!isSame) this.#fault = from;
    else if (followed().some(({ hash }) => hash === to.hash)) journal.setNote(AGREED_NOTE, to);
  }

  #failed(error: Error): void {
    this.#notBeforeMs = performance.now() + AGAIN_MS;
    const detail = error.message.split('\n')[0];
    this.#options.log.warn({ detail }, 'a second reading of the ledger did not end; it is tried again');
  }

  async #compare(from: FollowedBlock, to: FollowedBlock): Promise<boolean> {
    const { nodes, filter, log } = this.#options;
    const blocks = { first: from.number + 1, last: to.number };
    const kept = difference(to.digest, from.digest);
    const said = await compareReadings(nodes, { ...blocks, filter, size: this.#size }, kept);
    if (said === 'doubted') log.warn(blocks, 'a node gave other events of these blocks than the others');
    if (said === 'other')
      log.warn(blocks, 'two readings gave other events of these blocks: they are followed again');
    return said !== 'other';
  }
}
