import type { Logger } from 'pino';
import type { Hex } from 'viem';
import type { LedgerHeader } from '../../protocol/ledger/answers.ts';
import { difference, EMPTY_DIGEST, LogDigest } from '../../protocol/ledger/digest.ts';
import { ContradictoryAnswer, refusalOf } from '../../protocol/ledger/faults.ts';
import { inSlices, type LedgerNode } from '../../protocol/ledger/node.ts';
import type { LedgerNodes } from '../../protocol/ledger/nodes.ts';
import { FINALITY_BLOCKS } from '../../protocol/ledger/range.ts';
import { RangeSize } from '../../protocol/ledger/range-size.ts';
import { type MarketFilter, readSpan } from '../../protocol/ledger/read-span.ts';
import type { Db } from '../db.ts';
import { checkpointAbove, checkpointAt } from './ledger-blocks.ts';
import { readLedger } from './versions.ts';

/** Blocks that are compared together. */
const WINDOW_BLOCKS = 65_536;
/** A second reading begins when so many blocks have become final since the last. */
const LEAST_BLOCKS = FINALITY_BLOCKS;
/** Shares of the usual range, so that blocks are cut where they were not cut before. */
const CUTS = { second: 0.6, third: 0.45 } as const;

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

  /** Whether the stored events of these blocks are those of a second reading, or else of a third. */
  async #isAsRead(from: Checkpoint, to: Checkpoint): Promise<boolean> {
    const { db, nodes, log } = this.#options;
    const stored = difference(to.digest, from.digest);
    const second = await this.#read(nodes.other, from.number + 1, to.number, CUTS.second);
    if (second === stored) return true;
    const third = await this.#read(nodes.current, from.number + 1, to.number, CUTS.third);
    const kept = await checkpointAt(db, to.number);
    if (kept?.number !== to.number || kept.digest !== to.digest) return true;
    const blocks = { fromBlock: from.number + 1, toBlock: to.number };
    if (third === stored) log.warn(blocks, 'a node gave other events than before, and then the same again');
    else if (third !== second) {
      throw new ContradictoryAnswer('each reading gives other events', blocks.fromBlock, blocks.toBlock);
    }
    return third === stored;
  }

  /** The digest of the events of these blocks. */
  async #read(node: LedgerNode, first: number, last: number, cut: number): Promise<Hex> {
    const digest = new LogDigest();
    const head = await node.head();
    for (let from = first; from <= last; ) {
      const blocks = Math.max(1, Math.floor(this.#size.blocks * cut));
      const to = Math.min(last, from + blocks - 1);
      if (await this.#addTo(digest, node, { from, to, cut }, head)) from = to + 1;
    }
    return digest.value;
  }

  /** @returns False where the node refused the span, so that a shorter one must be asked. */
  async #addTo(
    digest: LogDigest,
    node: LedgerNode,
    { from, to, cut }: { from: number; to: number; cut: number },
    head: LedgerHeader,
  ): Promise<boolean> {
    try {
      const span = await readSpan(node, this.#options.filter, { from, to, isFinal: true }, head);
      this.#size.answered({ ...span.size, blocks: Math.ceil(span.size.blocks / cut) });
      const times = new Map(span.blocks.map(({ number, timestamp }) => [number, timestamp]));
      await inSlices(span.logs, (log) => digest.add(log, times.get(log.blockNumber)!));
      return true;
    } catch (error) {
      if (refusalOf(error) !== 'length' || !this.#size.refused(to - from + 1)) throw error;
      return false;
    }
  }
}
