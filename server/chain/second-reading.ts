import type { Logger } from 'pino';
import type { Hex } from 'viem';
import { compareReadings } from '../../protocol/ledger/compare-readings.ts';
import { difference, EMPTY_DIGEST } from '../../protocol/ledger/digest.ts';
import type { LedgerNodes } from '../../protocol/ledger/nodes.ts';
import { FINALITY_BLOCKS } from '../../protocol/ledger/range.ts';
import { RangeSize } from '../../protocol/ledger/range-size.ts';
import type { MarketFilter } from '../../protocol/ledger/read-span.ts';
import type { Db } from '../db.ts';
import { checkpointAbove, checkpointAt } from './ledger-blocks.ts';
import { readLedger } from './versions.ts';

/** Blocks that are compared together. */
const WINDOW_BLOCKS = 65_536;
/** A second reading begins when so many blocks have become final since the last. */
const LEAST_BLOCKS = FINALITY_BLOCKS;

export interface SecondReadingOptions {
  db: Db;
  nodes: LedgerNodes;
  filter: MarketFilter;
  deployBlock: number;
  log: Logger;
}

/** Blocks whose stored events are not those that two later readings gave. */
export interface IndexFault {
  /** The last stored block before them. */
  sound: number;
  toBlock: number;
}

interface Checkpoint {
  number: number;
  digest: Hex;
}

/**
 * Reads history a second time, from another node where there is one, and compares it with what was indexed. An answer that
 * left events out looks like one of a quiet ledger; only another answer can show it.
 */
export class SecondReading {
  readonly #options: SecondReadingOptions;
  readonly #size = new RangeSize();

  constructor(options: SecondReadingOptions) {
    this.#options = options;
  }

  /** Compares the next final blocks. Returns a fault, or whether there were any blocks to compare. */
  async next(head: number): Promise<IndexFault | boolean> {
    const { db } = this.#options;
    const ledger = await readLedger(db);
    if (ledger === undefined) return false;
    const { verifiedTo, indexedTo } = ledger;
    const finalTo = Math.min(indexedTo, head - FINALITY_BLOCKS);
    if (finalTo - verifiedTo < LEAST_BLOCKS) return false;
    const to = await this.#windowEnd(verifiedTo, finalTo);
    if (to === undefined) return false;
    const from = await this.#checkpointAt(verifiedTo);
    if (!(await this.#isAsRead(from, to))) return { sound: from.number, toBlock: to.number };
    await db
      .updateTable('ledger')
      .set({ verifiedTo: to.number })
      .where('indexedTo', '>=', to.number)
      .where('verifiedTo', '=', verifiedTo)
      .execute();
    return true;
  }

  /** The first blocks, from the last verified one on or from the deployment, whose stored events are not as read now. */
  async findFault(isFromStart: boolean): Promise<IndexFault | undefined> {
    const { db, deployBlock } = this.#options;
    const ledger = await readLedger(db);
    if (ledger === undefined) return undefined;
    let from = await this.#checkpointAt(isFromStart ? deployBlock - 1 : ledger.verifiedTo);
    for (;;) {
      const to = await this.#windowEnd(from.number, ledger.indexedTo);
      if (to === undefined) return undefined;
      if (!(await this.#isAsRead(from, to))) return { sound: from.number, toBlock: to.number };
      from = to;
    }
  }

  async #checkpointAt(number: number): Promise<Checkpoint> {
    const start = { number: this.#options.deployBlock - 1, digest: EMPTY_DIGEST };
    return (await checkpointAt(this.#options.db, number)) ?? start;
  }

  /** The end of the window that begins above `number`: a stored block. */
  async #windowEnd(number: number, last: number): Promise<Checkpoint | undefined> {
    const { db } = this.#options;
    const newest = await checkpointAt(db, Math.min(last, number + WINDOW_BLOCKS));
    const end = newest !== undefined && newest.number > number ? newest : await checkpointAbove(db, number);
    return end === undefined || end.number > last ? undefined : end;
  }

  /** Whether the stored events of these blocks are those that they have by further readings. */
  async #isAsRead(from: Checkpoint, to: Checkpoint): Promise<boolean> {
    const { db, nodes, filter, log } = this.#options;
    const blocks = { first: from.number + 1, last: to.number };
    const stored = difference(to.digest, from.digest);
    const said = await compareReadings(nodes, { ...blocks, filter, size: this.#size }, stored);
    if (said === 'same') return true;
    const kept = await checkpointAt(db, to.number);
    if (kept?.number !== to.number || kept.digest !== to.digest) return true;
    if (said === 'doubted') log.warn(blocks, 'a node gave other events of these blocks than the others');
    return said === 'doubted';
  }
}
