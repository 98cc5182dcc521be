import type { Logger } from 'pino';
import { createPublicClient, type Hex, http, isAddressEqual, type PublicClient } from 'viem';
import { plugpactMarketAbi } from '../protocol/abi.ts';
import type { BookingStateStruct, BookingStruct } from '../protocol/booking.ts';
import { RESERVED_STATE } from '../protocol/booking.ts';
import { PlugpactError } from '../protocol/errors.ts';
import { LISTING_STATUS, type ListingStruct } from '../protocol/listing.ts';
import { amountsOf } from '../protocol/reading.ts';
import type { MarketRef } from '../protocol/signedTypes.ts';
import type { MarketWindows } from '../protocol/slots.ts';
import { termsHash } from '../protocol/terms.ts';
import type { AgentConfig } from './config.ts';
import type { Journal } from './journal.ts';
import { EVENTS, endOf, type MarketLog, REVOKED_NOTE } from './market-log.ts';
import { GrowingPause } from './pause.ts';

/** A booking of one of our listings, as the ledger has it. */
export interface BookingFact {
  listingId: Hex;
  connector: Hex;
  booking: BookingStruct;
  state: BookingStateStruct;
  /** OCPI's word once the ledger ended it, else null. */
  ended: string | null;
  /** Token units that the end paid to the host, the market's fee included. */
  paid?: bigint;
  /** The transaction that booked, to send it again if the ledger loses it. */
  rawTransaction: Hex | null;
}

export interface LedgerFacts {
  ref: MarketRef;
  windows: MarketWindows;
  genesisHash: Hex;
}

export interface LedgerListener {
  /** Facts changed; called after they are in the journal. `headSec` is the newest block's time. */
  onLedger(headSec: number): void;
}

interface Cursor {
  number: number;
  hash: Hex;
}

const RANGE_BLOCKS = 5_000;
const LOCAL_CHAIN_ID = 31_337;

/**
 * Follows the market for the listings of one agent key, in ranges, behind `confirmations` blocks. What it learns is in
 * the journal before anyone hears of it. A ledger out of reach is asked again with growing pauses; one that went back
 * is read anew from the deployment.
 */
export class Ledger {
  readonly client: PublicClient;
  readonly #config: AgentConfig;
  readonly #agentKey: Hex;
  readonly #journal: Journal;
  readonly #listener: LedgerListener;
  readonly #log: Logger;
  readonly #pause = new GrowingPause(500, 30_000);
  #facts: LedgerFacts | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(config: AgentConfig, agentKey: Hex, journal: Journal, listener: LedgerListener, log: Logger) {
    this.#config = config;
    this.#agentKey = agentKey;
    this.#journal = journal;
    this.#listener = listener;
    this.#log = log;
    this.client = createPublicClient({ transport: http(config.rpcUrl, { retryCount: 0, timeout: 10_000 }) });
    const known = journal.note<LedgerFacts>('ledger');
    // A journal of another market is refused once the ledger is reached; until then nothing is served by it.
    if (known !== undefined && isAddressEqual(known.ref.market, config.market)) this.#facts = known;
  }

  /** Undefined until the ledger was reached once. */
  get facts(): LedgerFacts | undefined {
    return this.#facts;
  }

  start(): void {
    void this.#run();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    let waitMs = this.#facts?.ref.chainId === LOCAL_CHAIN_ID ? 500 : 4_000;
    try {
      await this.poll();
      if (this.#pause.succeeded()) this.#log.info('the ledger answers again');
    } catch (error) {
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

  /** One look at the ledger. Public for tests; throws what the network throws. */
  async poll(): Promise<void> {
    this.#facts ??= await this.#learnLedger();
    const head = await this.client.getBlock({ blockTag: 'latest' });
    await this.#checkCursor();
    const until = Number(head.number) - (this.#config.confirmations - 1);
    let from = (this.#journal.note<Cursor | null>('cursor')?.number ?? this.#config.deployBlock - 1) + 1;
    while (from <= until) {
      const to = Math.min(from + RANGE_BLOCKS - 1, until);
      await this.#followRange(from, to);
      from = to + 1;
    }
    if (!this.#closed) this.#listener.onLedger(Number(head.timestamp));
  }

  async #learnLedger(): Promise<LedgerFacts> {
    const [chainId, genesis] = await Promise.all([
      this.client.getChainId(),
      this.client.getBlock({ blockNumber: 0n }),
    ]);
    const { market } = this.#config;
    const seconds = async (functionName: 'REPORT_SEC' | 'CHALLENGE_SEC' | 'PROOF_SEC') =>
      Number(await this.client.readContract({ address: market, abi: plugpactMarketAbi, functionName }));
    const [reportSec, challengeSec, proofSec] = await Promise.all([
      seconds('REPORT_SEC'),
      seconds('CHALLENGE_SEC'),
      seconds('PROOF_SEC'),
    ]);
    const facts = {
      ref: { chainId, market },
      windows: { reportSec, challengeSec, proofSec },
      genesisHash: genesis.hash as Hex,
    };
    const known = this.#journal.note<LedgerFacts>('ledger');
    if (known !== undefined && known.ref.chainId !== chainId) throw this.#otherLedger(known);
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

  async #checkCursor(): Promise<void> {
    const cursor = this.#journal.note<Cursor | null>('cursor') ?? null;
    if (cursor === null) return;
    const block = await this.client.getBlock({ blockNumber: BigInt(cursor.number) }).catch((error: Error) => {
      if (error.name === 'BlockNotFoundError') return undefined;
      throw error;
    });
    if (block?.hash === cursor.hash) return;
    this.#log.warn(
      { block: cursor.number },
      'the ledger went back: it is followed anew, settlements are sent again',
    );
    await this.#sendLostBookings();
    this.#journal.atomically(() => {
      this.#journal.forgetLedger();
      this.#journal.setNote('cursor', null);
      this.#journal.setNote(REVOKED_NOTE, []);
    });
  }

  /** A booking that the ledger lost comes back by its own transaction, if the ledger will still have it. */
  async #sendLostBookings(): Promise<void> {
    for (const { bookingId, fact } of this.openBookings()) {
      if (fact.rawTransaction === null) continue;
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

  async #followRange(from: number, to: number): Promise<void> {
    const [logs, block] = await Promise.all([
      this.client.getLogs({
        address: this.#config.market,
        events: EVENTS,
        fromBlock: BigInt(from),
        toBlock: BigInt(to),
        strict: true,
      }),
      this.client.getBlock({ blockNumber: BigInt(to) }),
    ]);
    const raws = await this.#rawTransactions(logs as unknown as MarketLog[]);
    this.#journal.atomically(() => {
      for (const log of logs as unknown as MarketLog[]) this.#applyLog(log, raws);
      this.#journal.setNote('cursor', { number: to, hash: block.hash });
    });
  }

  async #rawTransactions(logs: MarketLog[]): Promise<Map<Hex, Hex>> {
    const raws = new Map<Hex, Hex>();
    const listings = new Set<unknown>(this.listings().keys());
    for (const { eventName, args, transactionHash } of logs) {
      if (this.#isOurListing(eventName, args)) listings.add(args.listingId);
      if (eventName !== 'Booked' || !listings.has(args.listingId)) continue;
      const request = { method: 'eth_getRawTransactionByHash', params: [transactionHash] };
      const raw = await this.client.request(request as never).catch(() => null);
      if (raw !== null) raws.set(transactionHash, raw as Hex);
    }
    return raws;
  }

  #isOurListing(eventName: string, args: Record<string, unknown>): boolean {
    return eventName === 'ListingPublished' && isAddressEqual(args.agentKey as Hex, this.#agentKey);
  }

  #applyLog({ eventName, args, blockNumber, transactionHash }: MarketLog, raws: Map<Hex, Hex>): void {
    const block = Number(blockNumber);
    if (eventName === 'ListingPublished') {
      if (!this.#isOurListing(eventName, args)) return;
      const listing = args.listing as ListingStruct;
      this.#journal.putListing(args.listingId as Hex, termsHash(listing.terms), block, listing);
      return;
    }
    if (eventName === 'ListingStatusChanged') {
      if (args.status !== LISTING_STATUS.REVOKED || !this.listings().has(args.listingId as Hex)) return;
      this.#journal.setNote(REVOKED_NOTE, [
        ...(this.#journal.note<Hex[]>(REVOKED_NOTE) ?? []),
        args.listingId,
      ]);
      return;
    }
    if (eventName === 'Booked') {
      this.#applyBooked(args, block, raws.get(transactionHash) ?? null);
      return;
    }
    const bookingId = args.bookingId as Hex;
    const known = this.booking(bookingId);
    if (known === undefined) return;
    // Whoever moved it on, every later call must name the state as it now is.
    const state = (args.state as BookingStateStruct | undefined) ?? known.state;
    const ended = endOf(eventName, args) ?? known.ended;
    const paid = ended === null ? {} : { paid: amountsOf(args as Parameters<typeof amountsOf>[0]).paid };
    const fact = { ...known, state, ended, ...paid };
    this.#journal.putBooking(bookingId, known.listingId, block, ended === null, fact);
  }

  #applyBooked(args: Record<string, unknown>, block: number, rawTransaction: Hex | null): void {
    const listingId = args.listingId as Hex;
    const version = this.#journal
      .listingVersions<ListingStruct>()
      .find((v) => v.listingId === listingId && v.termsHash === args.termsHash);
    if (version === undefined) return;
    const fact: BookingFact = {
      listingId,
      connector: version.listing.place.connector,
      booking: {
        purse: args.purse as bigint,
        session: args.session as bigint,
        money: args.money as bigint,
        startHash: args.startHash as Hex,
        terms: version.listing.terms,
      },
      state: RESERVED_STATE,
      ended: null,
      rawTransaction,
    };
    this.#journal.putBooking(args.bookingId as Hex, listingId, block, true, fact);
  }

  /** Our listings: the newest fields of each. */
  listings(): Map<Hex, ListingStruct> {
    const versions = this.#journal.listingVersions<ListingStruct>();
    return new Map(versions.map(({ listingId, listing }) => [listingId, listing]));
  }

  listedIds(): ReadonlySet<Hex> {
    return new Set(this.listings().keys());
  }

  /** Bookings that the ledger has not ended. */
  openBookings(): { bookingId: Hex; fact: BookingFact }[] {
    return this.#journal.openBookings<BookingFact>();
  }

  booking(bookingId: Hex): BookingFact | undefined {
    return this.#journal.booking<BookingFact>(bookingId);
  }
}
