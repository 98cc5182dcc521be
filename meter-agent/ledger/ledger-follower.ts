import type { Logger } from 'pino';
import { type Hex, isAddressEqual, type PublicClient } from 'viem';
import { Backoff } from '../../protocol/backoff.ts';
import type { LedgerHeader } from '../../protocol/ledger/answers.ts';
import { EMPTY_DIGEST } from '../../protocol/ledger/digest.ts';
import { BranchMoved } from '../../protocol/ledger/faults.ts';
import type { LedgerNode } from '../../protocol/ledger/node.ts';
import { LedgerNodes } from '../../protocol/ledger/nodes.ts';
import type { BlockRange } from '../../protocol/ledger/range.ts';
import { RangeSize } from '../../protocol/ledger/range-size.ts';
import { readRanges } from '../../protocol/ledger/read-ranges.ts';
import { type MarketFilter, marketFilter } from '../../protocol/ledger/read-span.ts';
import type { ListingStruct } from '../../protocol/listing.ts';
import { type AgentConfig, rpcUrlsOf } from '../config/config.ts';
import type { Journal } from '../journal/journal.ts';
import type { StoredBooking } from '../journal/ledger-records.ts';
import { Listeners } from '../lib/listeners.ts';
import type { BookingFact, Finality, LedgerFacts } from '../session/booking-facts.ts';
import { FOLLOWED_EVENTS } from './followed-events.ts';
import { LostBookingSender } from './lost-bookings.ts';
import { applyEvent, originsOf, rollBack } from './market-events.ts';
import { demandSameLedger, otherLedger, readLedgerFacts, readRawTransaction } from './reader.ts';
import { type FollowedBlock, standingOf, withBlock } from './recent-blocks.ts';
import { SecondReading } from './second-reading.ts';

/** Note in the journal: the blocks followed so far. */
const BLOCKS_NOTE = 'blocks';
/** How often blocks without market events are written: read again after a crash, they change nothing. */
const KEEP_BLOCKS_MS = 60_000;
const LOCAL_CHAIN_ID = 31_337;
/**
 * A shorter chain is at first a node that lags behind the one asked before; if it stays short, the chain was rolled
 * back.
 */
const LAG_POLLS = 3;

/**
 * Follows the market for the listings of one agent key, in ranges, up to the newest block. Facts are in the journal
 * before they are emitted, with their finality. An unreachable ledger is asked again with growing pauses; after a
 * reorganisation, everything since the last common block is taken back.
 */
export class LedgerFollower {
  readonly client: PublicClient;
  /** Emitted after each poll, when the new facts are in the journal. `headSec` is the newest block's time. */
  readonly updated = new Listeners<[headSec: number]>();
  readonly #config: AgentConfig;
  readonly #agentKey: Hex;
  readonly #journal: Journal;
  readonly #log: Logger;
  readonly #nodes: LedgerNodes;
  readonly #checkedNodes = new Set<LedgerNode>();
  readonly #rangeSize = new RangeSize();
  readonly #filter: MarketFilter;
  readonly #secondReading: SecondReading;
  readonly #pause = new Backoff(500, 30_000);
  readonly #sender: LostBookingSender;
  #facts: LedgerFacts | undefined;
  #headNumber: number | undefined;
  /** Blocks followed since the note in the journal. */
  #ahead: FollowedBlock[] | undefined;
  #keptMs = 0;
  #lagging = 0;
  #laggingHead: number | undefined;
  #isAway: boolean | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(config: AgentConfig, agentKey: Hex, journal: Journal, log: Logger) {
    this.#config = config;
    this.#agentKey = agentKey;
    this.#journal = journal;
    this.#log = log;
    this.#nodes = new LedgerNodes(rpcUrlsOf(config));
    this.#filter = marketFilter(config.market, FOLLOWED_EVENTS);
    this.client = this.#nodes.client;
    this.#sender = new LostBookingSender(this.client, log);
    this.#secondReading = new SecondReading({
      ...{ nodes: this.#nodes, filter: this.#filter, deployBlock: config.deployBlock, journal, log },
      followed: () => this.followed(),
    });
    const known = journal.note<LedgerFacts>('ledger');
    // A journal of another market is refused once the ledger is reached; until then it is not used.
    if (known !== undefined && isAddressEqual(known.ref.market, config.market)) this.#facts = known;
  }

  /** Undefined until the ledger was reached once. */
  get facts(): LedgerFacts | undefined {
    return this.#facts;
  }

  /** Whether the last request failed; undefined before the first. */
  get isAway(): boolean | undefined {
    return this.#isAway;
  }

  start(): void {
    void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#secondReading.close();
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    let waitMs: number;
    try {
      await this.poll();
      this.#isAway = false;
      waitMs = this.#facts?.ref.chainId === LOCAL_CHAIN_ID ? 500 : 4_000;
      if (this.#pause.succeeded()) this.#log.info('the ledger answers again');
    } catch (error) {
      this.#isAway = true;
      this.#nodes.next();
      const failed = this.#pause.failed();
      waitMs = failed.waitMs;
      if (failed.isFirst) this.#complain(error);
    }
    if (!this.#closed) this.#timer = setTimeout(() => void this.#run(), waitMs);
  }

  #complain(error: unknown): void {
    const detail = error instanceof Error ? error.message.split('\n')[0] : String(error);
    const remedy = 'Sessions under way go on; it is asked again with growing pauses.';
    this.#log.warn(
      { rpcUrl: this.#nodes.current.url, detail, remedy },
      'the ledger does not answer as it should',
    );
  }

  /** One poll of the ledger. Public for tests; throws errors of the network and the disk. */
  async poll(): Promise<void> {
    try {
      await this.#pollOnce();
    } catch (error) {
      // Blocks that could not be written are followed again.
      this.#ahead = undefined;
      throw error;
    }
  }

  async #pollOnce(): Promise<void> {
    this.#facts ??= await this.#learnLedger();
    if (this.#nodes.all.length > 1) await this.#checkNode(this.#facts);
    const head = await this.#nodes.current.head();
    if (!(await this.#stepBack(head))) return;
    await this.#mend(head);
    await this.#followTo(head);
    this.#headNumber = head.number;
    await this.#journal.written();
    this.#secondReading.begin(head.number);
    await this.#sender.send(this.lostBookings());
    if (!this.#closed) this.updated.emit(head.timestamp);
  }

  /** Each of several nodes once. */
  async #checkNode(facts: LedgerFacts): Promise<void> {
    const node = this.#nodes.current;
    if (this.#checkedNodes.has(node)) return;
    await demandSameLedger(node, facts);
    this.#checkedNodes.add(node);
  }

  async #learnLedger(): Promise<LedgerFacts> {
    const { market } = this.#config;
    const facts = await readLedgerFacts(this.client, market);
    const known = this.#journal.note<LedgerFacts>('ledger');
    if (known !== undefined && known.ref.chainId !== facts.ref.chainId) throw otherLedger(known);
    if (known !== undefined && !isAddressEqual(known.ref.market, market)) throw otherLedger(known);
    this.#journal.setNote('ledger', facts);
    return facts;
  }

  /** The blocks followed so far, the newest last. */
  followed(): FollowedBlock[] {
    return this.#ahead ?? this.#journal.note<FollowedBlock[]>(BLOCKS_NOTE) ?? [];
  }

  /** Together with the facts of these blocks; on disk before anything depends on them. */
  async #keep(blocks: FollowedBlock[], applyEvents: () => void): Promise<void> {
    this.#journal.atomically(() => {
      applyEvents();
      this.#journal.setNote(BLOCKS_NOTE, blocks);
    });
    this.#ahead = undefined;
    this.#keptMs = performance.now();
    await this.#journal.written();
  }

  /** Takes back facts that a reorganisation undid; false when the node lags and there is nothing to follow. */
  async #stepBack(head: LedgerHeader): Promise<boolean> {
    const seen = this.followed();
    const standing = await standingOf(seen, head, async (number) =>
      number === head.number - 1 ? head.parentHash : (await this.#nodes.current.header(number))?.hash,
    );
    // A node that lags and comes nearer has lost nothing.
    const isNearer = head.number > (this.#laggingHead ?? head.number);
    this.#laggingHead = head.number;
    this.#lagging = standing.is === 'behind' && !isNearer ? this.#lagging + 1 : 0;
    if (standing.is === 'whole') return true;
    if (standing.is === 'behind' && this.#lagging < LAG_POLLS) return false;
    const { common } = standing;
    this.#log.warn(
      { block: common?.number, was: seen.at(-1)?.number },
      'the ledger was reorganised: followed anew from here',
    );
    await this.#followAnewFrom(common, head);
    return true;
  }

  /** Forgets what was followed above a block; null: everything. */
  async #followAnewFrom(last: FollowedBlock | null, head: LedgerHeader): Promise<void> {
    const block = last?.number ?? this.#config.deployBlock - 1;
    const before = this.followed().filter(({ number }) => number < block);
    await this.#keep(last === null ? [] : [...before, last], () => {
      rollBack(this.#journal, block, head.timestamp);
      this.#secondReading.forgetAbove(last);
    });
  }

  /** Follows blocks again, by another node where there is one: two later readings gave other events of them. */
  async #mend(head: LedgerHeader): Promise<void> {
    const sound = this.#secondReading.takeFault();
    if (sound === undefined) return;
    this.#nodes.next();
    await this.#followAnewFrom(sound.number < this.#config.deployBlock ? null : sound, head);
  }

  async #followTo(head: LedgerHeader): Promise<void> {
    const [node, size, filter] = [this.#nodes.current, this.#rangeSize, this.#filter];
    const newest = this.followed().at(-1);
    const from = (newest?.number ?? this.#config.deployBlock - 1) + 1;
    const digest = newest?.digest ?? EMPTY_DIGEST;
    for await (const range of readRanges({ node, filter, size, from, head, digest })) {
      await this.#follow(range);
    }
  }

  async #follow({ from, to, parentHash, blocks, events }: BlockRange): Promise<void> {
    const seen = this.followed();
    const previous = seen.at(-1);
    if (previous !== undefined && previous.hash !== parentHash) throw new BranchMoved(from, to);
    const { hash, digest } = blocks.at(-1)!;
    const followed = withBlock(seen, { number: to, hash, digest });
    if (events.length === 0 && performance.now() - this.#keptMs < KEEP_BLOCKS_MS) {
      this.#ahead = followed;
      return;
    }
    const rawOf = (hash: Hex) => readRawTransaction(this.client, hash);
    const origins = await originsOf(this.#agentKey, this.listedIds(), events, rawOf);
    await this.#keep(followed, () => {
      for (const event of events) applyEvent(this.#journal, this.#agentKey, event, origins);
    });
  }

  /** The finality of a booking; undefined until the ledger was reached since this start. */
  finalityOf({ moments, lostAt }: BookingFact): Finality | undefined {
    if (lostAt !== null) return 'missing';
    const [booked] = moments;
    if (this.#headNumber === undefined || booked === undefined) return undefined;
    return this.#headNumber - booked.block + 1 >= this.#config.confirmations ? 'confirmed' : 'unconfirmed';
  }

  /** Our listings: the newest fields of each. */
  listings(): Map<Hex, ListingStruct> {
    const versions = this.#journal.listingVersions();
    return new Map(versions.map(({ listingId, listing }) => [listingId, listing]));
  }

  listedIds(): ReadonlySet<Hex> {
    return new Set(this.#journal.listedIds());
  }

  /** Bookings that the ledger has and that have not ended. */
  openBookings(): StoredBooking[] {
    return this.#journal.openBookings();
  }

  /** Bookings that a reorganisation removed and that may return. */
  lostBookings(): StoredBooking[] {
    return this.#journal.lostBookings();
  }

  booking(bookingId: Hex): BookingFact | undefined {
    return this.#journal.booking(bookingId);
  }
}
