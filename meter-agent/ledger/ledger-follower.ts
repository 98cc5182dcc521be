import type { Logger } from 'pino';
import { createPublicClient, type Hex, isAddressEqual, type PublicClient } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { ListingStruct } from '../../protocol/listing.ts';
import type { AgentConfig } from '../config/config.ts';
import type { Journal } from '../journal/journal.ts';
import type { StoredBooking } from '../journal/ledger-records.ts';
import { Backoff } from '../lib/backoff.ts';
import { Listeners } from '../lib/listeners.ts';
import type { BookingFact, Finality, LedgerFacts } from '../session/booking-facts.ts';
import { applyLog, isOwnListing, type Origin, rollBack } from './market-events.ts';
import type { MarketLog } from './market-log.ts';
import {
  type HeadBlock,
  hashAt,
  readBlock,
  readLedgerFacts,
  readRange,
  readRawTransaction,
} from './reader.ts';
import { type FollowedBlock, standingOf, withBlock } from './recent-blocks.ts';
import { rpcTransport } from './rpc-transport.ts';

/** Note in the journal: the blocks followed so far. */
const BLOCKS_NOTE = 'blocks';
const RANGE_BLOCKS = 5_000;
/** How often blocks without market events are written: read again after a crash, they change nothing. */
const KEEP_BLOCKS_MS = 60_000;
const LOCAL_CHAIN_ID = 31_337;
/**
 * A shorter chain is at first a node that lags behind the one asked before; if it stays short, the chain was rolled
 * back.
 */
const LAG_POLLS = 3;
/** How often a lost booking is sent again until the ledger shows it. */
const SEND_AGAIN_MS = 15_000;

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
  readonly #pause = new Backoff(500, 30_000);
  readonly #sentAgainMs = new Map<Hex, number>();
  #facts: LedgerFacts | undefined;
  #headNumber: number | undefined;
  /** Blocks followed since the note in the journal. */
  #ahead: FollowedBlock[] | undefined;
  #keptMs = 0;
  #lagging = 0;
  #isAway: boolean | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(config: AgentConfig, agentKey: Hex, journal: Journal, log: Logger) {
    this.#config = config;
    this.#agentKey = agentKey;
    this.#journal = journal;
    this.#log = log;
    this.client = createPublicClient({ transport: rpcTransport(config.rpcUrl) });
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
      { rpcUrl: this.#config.rpcUrl, detail, remedy },
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
    const { number, hash, parentHash, timestamp } = await this.client.getBlock({ blockTag: 'latest' });
    const head = { number: Number(number), hash: hash as Hex, parentHash };
    const headSec = Number(timestamp);
    if (!(await this.#stepBack(head, headSec))) return;
    for (;;) {
      const from = (this.followed().at(-1)?.number ?? this.#config.deployBlock - 1) + 1;
      if (from > head.number) break;
      await this.#followRange(from, Math.min(from + RANGE_BLOCKS - 1, head.number), head);
    }
    this.#headNumber = head.number;
    await this.#journal.written();
    await this.#sendLostBookings();
    if (!this.#closed) this.updated.emit(headSec);
  }

  async #learnLedger(): Promise<LedgerFacts> {
    const { market } = this.#config;
    const facts = await readLedgerFacts(this.client, market);
    const known = this.#journal.note<LedgerFacts>('ledger');
    if (known !== undefined && known.ref.chainId !== facts.ref.chainId) throw this.#otherLedger(known);
    if (known !== undefined && !isAddressEqual(known.ref.market, market)) throw this.#otherLedger(known);
    this.#journal.setNote('ledger', facts);
    return facts;
  }

  #otherLedger({ ref }: LedgerFacts): PlugpactError {
    return new PlugpactError({
      code: 'ledger.another',
      value: `chain ${ref.chainId}, market ${ref.market} in the journal`,
      rule: 'The journal in dataDir belongs to one market on one chain.',
      remedy: 'Use the market that it was made with, or another dataDir.',
    });
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
  async #stepBack(head: HeadBlock, headSec: number): Promise<boolean> {
    const seen = this.followed();
    const standing = await standingOf(seen, head, async (number) =>
      number === head.number - 1 ? head.parentHash : hashAt(this.client, number),
    );
    this.#lagging = standing.is === 'behind' ? this.#lagging + 1 : 0;
    if (standing.is === 'whole') return true;
    if (standing.is === 'behind' && this.#lagging < LAG_POLLS) return false;
    const { common } = standing;
    const block = common?.number ?? this.#config.deployBlock - 1;
    this.#log.warn(
      { block, was: seen.at(-1)?.number },
      'the ledger was reorganised: followed anew from here',
    );
    const before = seen.filter(({ number }) => number < block);
    const left = common === null ? [] : [...before, common];
    await this.#keep(left, () => rollBack(this.#journal, block, headSec));
    return true;
  }

  /** A lost booking returns by its own transaction, if the ledger still accepts it. */
  async #sendLostBookings(): Promise<void> {
    for (const { bookingId, fact } of this.lostBookings()) {
      const sentMs = this.#sentAgainMs.get(bookingId) ?? Number.NEGATIVE_INFINITY;
      if (fact.rawTransaction === null || performance.now() - sentMs < SEND_AGAIN_MS) continue;
      this.#sentAgainMs.set(bookingId, performance.now());
      const serializedTransaction = fact.rawTransaction;
      await this.client.sendRawTransaction({ serializedTransaction }).then(
        () => this.#log.info({ bookingId }, 'a lost booking was sent again'),
        (error: Error) =>
          this.#log.info(
            { bookingId, detail: error.message.split('\n')[0] },
            'a booking could not be sent again',
          ),
      );
    }
  }

  async #followRange(from: number, to: number, head: HeadBlock): Promise<void> {
    const seen = this.followed();
    const { market } = this.#config;
    const previous = seen.at(-1);
    const isNext = from === head.number && head.parentHash === previous?.hash;
    const { logs, last } = isNext
      ? await readBlock(this.client, market, head)
      : await readRange(this.client, market, previous, [from, to]);
    const blocks = withBlock(seen, last);
    if (logs.length === 0 && performance.now() - this.#keptMs < KEEP_BLOCKS_MS) {
      this.#ahead = blocks;
      return;
    }
    const origins = await this.#originsOf(logs);
    await this.#keep(blocks, () => {
      for (const log of logs) applyLog(this.#journal, this.#agentKey, log, origins);
    });
  }

  /** By booking: how each new one of our listings came to be. */
  async #originsOf(logs: MarketLog[]): Promise<Map<Hex, Origin>> {
    const origins = new Map<Hex, Origin>();
    const listings = new Set<unknown>(this.listedIds());
    for (const log of logs) {
      const { eventName, args, transactionHash, blockNumber } = log;
      const bookingId = args.bookingId as Hex;
      if (isOwnListing(this.#agentKey, log)) listings.add(args.listingId);
      if (eventName === 'Booked' && listings.has(args.listingId)) {
        const rawTransaction = await readRawTransaction(this.client, transactionHash);
        const { timestamp } = await this.client.getBlock({ blockNumber });
        origins.set(bookingId, { rawTransaction, bookedAt: Number(timestamp) });
      }
      const origin = origins.get(bookingId);
      if (eventName === 'OfferTaken' && origin !== undefined) origin.offeredTariff = args.tariff as bigint;
    }
    return origins;
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
