import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Address, BaseError, type Hex } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { LedgerHeader } from '../../protocol/ledger/answers.ts';
import { commonBlock } from '../../protocol/ledger/common-block.ts';
import { EMPTY_DIGEST } from '../../protocol/ledger/digest.ts';
import { BranchMoved, ContradictoryAnswer } from '../../protocol/ledger/faults.ts';
import { HeadClock } from '../../protocol/ledger/heads.ts';
import type { LedgerNodes } from '../../protocol/ledger/nodes.ts';
import { FINALITY_BLOCKS } from '../../protocol/ledger/range.ts';
import { RangeSize } from '../../protocol/ledger/range-size.ts';
import { readRanges } from '../../protocol/ledger/read-ranges.ts';
import { type MarketFilter, marketFilter } from '../../protocol/ledger/read-span.ts';
import type { Db } from '../db.ts';
import { applyRange } from './apply-range.ts';
import { type Contact, createContact } from './contact.ts';
import { IndexMoved } from './contradiction.ts';
import { DeferredIndexes } from './deferred-indexes.ts';
import { Doubts } from './doubts.ts';
import type { IndexRules, Touched } from './events.ts';
import { adoptLedger } from './identity.ts';
import { createLagCheck } from './lag-check.ts';
import { checkpointAt, storedBlocksDown, storedHash } from './ledger-blocks.ts';
import type { Outage } from './outage.ts';
import { createProgress, isMostlyAhead, isNear, type Progress } from './progress.ts';
import type { IndexFault } from './second-reading.ts';
import { readLedger, rollBack } from './versions.ts';

/**
 * When the ledger ends before the index, on the same branch, a lagging node may have answered. The index rolls back only
 * after this many such polls of each node in a row.
 */
const SHORT_POLLS = 4;
/** A branch that changes while it is read is read again; after this often in a row, the node contradicts itself. */
const MOST_MOVES = 4;
/** A head that was read longer ago than this is asked for again before the follower waits. */
const FRESH_HEAD_MS = 500;

export interface FollowerOptions {
  db: Db;
  nodes: LedgerNodes;
  market: Address;
  deployBlock: number;
  rules: IndexRules;
  /** The longest pause between two polls. */
  pollMs: number;
  log: Logger;
  outage: Outage;
  /** Called when the ledger answers, the first time and after each outage. */
  onContact(): Promise<void>;
  /** Called after each commit with what changed. */
  onChange(touched: Touched): void;
  /** Called when indexing cannot continue, for instance because the ledger is another one. */
  onFatal(error: PlugpactError): void;
}

export interface Follower {
  /** Head of the ledger as last seen; undefined before the first contact and while it is unreachable. */
  head(): LedgerHead | undefined;
  /** How far a back-fill is; null while there is none. */
  progress(): Progress | null;
  /** Whether the index has come near the head since the start, and no back-fill began after that. */
  isNearHead(): boolean;
  stop(): Promise<void>;
}

export interface LedgerHead {
  blockNumber: number;
  blockTimestamp: number;
}

/**
 * Indexes the ledger by ranges of blocks and checks the parent hash of each. Rolls back blocks that are no longer on the
 * ledger (a reorganisation, or a node that restarted from an older state), and blocks that nodes contradict each other
 * about. Retries an unreachable ledger with growing pauses, at the next node where there are several.
 */
export function startFollower(options: FollowerOptions): Follower {
  const following = new Following(options);
  const running = following.run();
  return {
    head: () => following.head,
    progress: () => following.progress.value,
    isNearHead: () => following.progress.isNearHead,
    async stop() {
      following.stopping.abort();
      await running;
    },
  };
}

class Following {
  readonly stopping = new AbortController();
  readonly progress;
  head: LedgerHead | undefined;
  readonly #options: FollowerOptions;
  readonly #filter: MarketFilter;
  readonly #size = new RangeSize();
  readonly #clock: HeadClock;
  readonly #contact: Contact;
  readonly #doubts: Doubts;
  readonly #indexes: DeferredIndexes;
  readonly #isLagging: ReturnType<typeof createLagCheck>;
  /** Polls in a row in which the ledger ended before the index, on the same branch. */
  #shortPolls = 0;
  #shortHead: number | undefined;
  /** Readings in a row during which the branch changed. */
  #moves = 0;
  /** Where the last deep rollback would have ended; it is done when it is found a second time. */
  #deepCommon: number | undefined;
  #isAtHead = false;

  constructor(options: FollowerOptions) {
    const { db, nodes, pollMs, log, market } = options;
    this.#options = options;
    this.#indexes = new DeferredIndexes(db);
    this.#filter = marketFilter(market);
    this.#clock = new HeadClock(nodes, pollMs);
    this.#contact = createContact(options);
    this.#isLagging = createLagCheck(nodes, log);
    const onFault = () => this.#clock.wake();
    this.#doubts = new Doubts({ ...options, filter: this.#filter, onFault });
    this.progress = createProgress(log);
  }

  async run(): Promise<void> {
    const { signal } = this.stopping;
    const verifying = this.#doubts.verify(
      () => (this.#isAtHead ? this.head?.blockNumber : undefined),
      signal,
    );
    while (!signal.aborted) {
      try {
        const isAtHead = await this.#step();
        this.#isAtHead = isAtHead;
        if (isAtHead) await this.#clock.next(signal);
      } catch (error) {
        this.#isAtHead = false;
        if (error instanceof PlugpactError && error.retry === 'never') {
          this.stopping.abort();
          this.#options.onFatal(error);
        } else await this.#failed(error, signal);
      }
    }
    await verifying;
    await this.#options.nodes.close();
  }

  /** Polls the ledger once. Returns true when nothing is left to do until the next poll. */
  async #step(): Promise<boolean> {
    const { db, nodes } = this.#options;
    await this.#contact.check((found) => adoptLedger(db, found, this.#options));
    if (this.#doubts.fault !== undefined) await this.#rewind(this.#doubts.fault);
    const ledger = await readLedger(db);
    if (ledger === undefined)
      throw new Error('The table ledger has no row: another program changed the database.');
    this.#doubts.load(ledger);
    const head = await nodes.current.head();
    this.#clock.saw(head);
    this.head = { blockNumber: head.number, blockTimestamp: head.timestamp };
    const { indexedTo } = ledger;
    const known = await storedHash(db, Math.min(indexedTo, head.number));
    const isSame = known === undefined || known === head.hash;
    if (head.number > indexedTo) return this.#advance(indexedTo, known, head);
    if (!isSame) return this.#rollBackToLedger(head);
    if (head.number < indexedTo) return this.#isShort(head);
    await this.#reached(indexedTo, head);
    if (!(await this.#isLagging(head))) return true;
    this.#contact.lost();
    return false;
  }

  /** The ledger ends before the index. */
  async #isShort(head: LedgerHeader): Promise<boolean> {
    const { nodes } = this.#options;
    // A node that lags and comes nearer has lost nothing.
    this.#shortPolls = head.number > (this.#shortHead ?? head.number) ? 0 : this.#shortPolls + 1;
    this.#shortHead = head.number;
    nodes.next();
    if (nodes.all.length > 1) this.#contact.lost();
    return this.#shortPolls < SHORT_POLLS * nodes.all.length ? true : this.#rollBackToLedger(head);
  }

  /** Indexes up to the head. Returns whether to wait for a new one. */
  async #advance(indexedTo: number, tipHash: Hex | undefined, head: LedgerHeader): Promise<boolean> {
    const { db, nodes, rules, onChange, deployBlock } = this.#options;
    const readAtMs = performance.now();
    await this.#moved(indexedTo, head.number);
    if (isMostlyAhead(head.number - indexedTo, indexedTo - deployBlock)) {
      await rules.redrawAll(db);
      await this.#indexes.defer();
    }
    const digest = (await checkpointAt(db, indexedTo))?.digest ?? EMPTY_DIGEST;
    const [filter, size, from] = [this.#filter, this.#size, indexedTo + 1];
    let tip = tipHash;
    for await (const range of readRanges({ node: nodes.current, filter, size, from, head, digest })) {
      if (this.stopping.signal.aborted) return true;
      if (tip !== undefined && range.parentHash !== tip) return this.#rollBackToLedger(head);
      onChange(await applyRange(db, range, rules));
      tip = range.blocks.at(-1)?.hash;
      await this.#reached(range.to, head);
      if (this.#doubts.fault !== undefined) return false;
    }
    return performance.now() - readAtMs < FRESH_HEAD_MS;
  }

  /** The index is at `block`, and all that was read fits. */
  async #reached(block: number, head: LedgerHeader): Promise<void> {
    this.#shortPolls = this.#moves = 0;
    this.#shortHead = undefined;
    this.#deepCommon = undefined;
    this.#options.outage.recovered();
    await this.#moved(block, head.number);
    await this.#doubts.fits(head.number);
  }

  /** The index is at `block`. Who hears that it is near the head finds what a back-fill leaves for its end. */
  async #moved(block: number, head: number): Promise<void> {
    if (isNear(head - block)) await this.#indexes.build(this.stopping.signal);
    this.progress.reached(block, head);
  }

  /** Rolls the index back to the newest stored block that is still on the ledger. */
  async #rollBackToLedger(head: LedgerHeader): Promise<false> {
    const { db, nodes, deployBlock, rules, log, onChange } = this.#options;
    this.#contact.lost();
    await this.#contact.check((found) => adoptLedger(db, found, this.#options));
    const from = (await readLedger(db))?.indexedTo ?? deployBlock - 1;
    const storedAt = async (number: number) => (await storedBlocksDown(db, number, 1))[0];
    const common = await commonBlock(nodes.current, from, storedAt);
    const to = common?.number ?? deployBlock - 1;
    if (from - to > FINALITY_BLOCKS && this.#deepCommon !== to) {
      this.#deepCommon = to;
      throw new ContradictoryAnswer(`another branch, ${from - to} blocks deep`, to + 1, from);
    }
    onChange(await rollBack(db, to, rules));
    await this.#unverifyAbove(to);
    log.warn({ from, to, head: head.number }, 'the ledger changed branch or went back: index rolled back');
    return false;
  }

  /** Takes back what nodes contradict, to read it again. */
  async #rewind(fault: IndexFault): Promise<void> {
    const { db, nodes, rules, log, onChange } = this.#options;
    const { sound, toBlock } = fault;
    await this.#doubts.noteFault(fault);
    log.warn({ from: toBlock, to: sound }, 'the index contradicts the ledger: rewound, and read again');
    onChange(await rollBack(db, sound, rules));
    await this.#unverifyAbove(sound);
    this.#doubts.fault = undefined;
    nodes.next();
  }

  async #unverifyAbove(block: number): Promise<void> {
    const { db } = this.#options;
    await db.updateTable('ledger').set({ verifiedTo: block }).where('verifiedTo', '>', block).execute();
  }

  /** Decides what a failure means, and waits: each time longer, as long as nothing is indexed in between. */
  async #failed(error: unknown, signal: AbortSignal): Promise<void> {
    const { nodes, log, outage } = this.#options;
    this.#contact.lost();
    if (error instanceof IndexMoved) return;
    if (error instanceof BranchMoved && ++this.#moves < MOST_MOVES) {
      await delay(50, undefined, { signal }).catch(() => undefined);
      return;
    }
    const isReachable = await this.#doubts.take(error);
    const isOutage = error instanceof BaseError || error instanceof PlugpactError;
    if (!isReachable) {
      this.head = undefined;
      if (!isOutage) log.error({ err: error }, 'indexing failed');
    }
    nodes.next();
    await outage.failed(error, signal);
  }
}
