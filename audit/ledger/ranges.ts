import type { NamedLimits } from './refusals.ts';

/** Logs that one answer shall hold: the commonest limit, and about 10 MB. */
const TARGET_LOGS = 10_000;

/** The part of a limit of logs that is asked for, since the next blocks may hold a little more than the last ones. */
const FILL = 0.97;

/** The first range shows how many logs a block holds. */
const FIRST_BLOCKS = 100;
const SECOND_BLOCKS = 1_000;

/** Without another sign, nodes take more than this many blocks, or they say which. */
const TRIED_BLOCKS = 10_000;

/** Answers after which a larger range is tried; twice as many after each refusal. */
const FIRST_PATIENCE = 8;

/** What one node was found to answer, over all filters: how many blocks, how many logs. */
export class NodeLimits {
  /** The largest range that it answered, and the smallest that it refused for its blocks. */
  largest = 0;
  smallestRefused = Number.POSITIVE_INFINITY;
  logs = TARGET_LOGS;
  patience = FIRST_PATIENCE;
}

/**
 * How many blocks to ask for next, so that a span takes hardly more requests than the node's limits make necessary: it
 * follows the density of logs, shrinks when the node says "too many", and grows again.
 */
export class RangePlan {
  readonly #limits: NodeLimits;
  #blocks: number;
  /** Logs for each block in the newest answer. */
  #density = 0;
  #sinceTried = 0;

  constructor(limits: NodeLimits) {
    this.#limits = limits;
    const isKnown = limits.smallestRefused !== Number.POSITIVE_INFINITY;
    const tried = isKnown ? limits.largest : Math.max(limits.largest, TRIED_BLOCKS);
    this.#blocks = limits.largest === 0 ? FIRST_BLOCKS : tried;
  }

  /** Blocks of the next request. */
  get blocks(): number {
    return this.#blocks;
  }

  /** The node answered with this many logs. */
  answered(blocks: number, logs: number): void {
    const limits = this.#limits;
    limits.largest = Math.max(limits.largest, blocks);
    this.#density = logs / blocks;
    this.#sinceTried += 1;
    this.#blocks = this.#fitting(this.#grown());
  }

  /** The node refused as too much, and may have said what its limit is. False when nothing less can be asked for. */
  refused(blocks: number, named: NamedLimits): boolean {
    if (blocks <= 1) return false;
    const limits = this.#limits;
    if (named.logs !== undefined) limits.logs = Math.min(limits.logs, named.logs);
    const byLogs = named.logs !== undefined || this.#density * blocks > limits.logs / 2;
    if (!byLogs) {
      limits.smallestRefused = Math.min(limits.smallestRefused, blocks);
      limits.largest = Math.min(limits.largest, blocks - 1);
      if (this.#sinceTried > 0) limits.patience *= 2;
    }
    this.#sinceTried = 0;
    this.#blocks = Math.max(1, this.#smaller(blocks, named, byLogs));
    return true;
  }

  #smaller(blocks: number, named: NamedLimits, byLogs: boolean): number {
    if (named.blocks !== undefined && named.blocks < blocks) return named.blocks;
    if (byLogs) return Math.min(Math.floor(blocks / (this.#density === 0 ? 10 : 2)), this.#fitting(blocks));
    const known = this.#limits.largest;
    return known > 0 ? known : roundBelow(blocks);
  }

  /** A larger range: at once while none was refused, later once one was. */
  #grown(): number {
    const { largest, smallestRefused, patience } = this.#limits;
    if (this.#blocks < SECOND_BLOCKS && smallestRefused > SECOND_BLOCKS) return SECOND_BLOCKS;
    const known = Math.max(this.#blocks, Math.min(largest, this.#blocks * 10));
    if (this.#sinceTried < patience) return known;
    this.#sinceTried = 0;
    return roundAbove(Math.max(known, 1));
  }

  #fitting(blocks: number): number {
    if (this.#density === 0) return blocks;
    return Math.max(1, Math.min(blocks, Math.floor((this.#limits.logs * FILL) / this.#density)));
  }
}

/** Limits are round numbers: 1, 2, 5, 10, 20, 50 … The next one below, or above. */
function roundBelow(blocks: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, blocks - 1)));
  const leading = [5, 2, 1].find((digit) => digit * power < blocks) ?? 1;
  return leading * power;
}

function roundAbove(blocks: number): number {
  const power = 10 ** Math.floor(Math.log10(blocks));
  const leading = [2, 5, 10].find((digit) => digit * power > blocks) ?? 10;
  return leading * power;
}
