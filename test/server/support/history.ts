import { latLngToCell } from 'h3-js';
import {
  type Address,
  getAddress,
  type Hex,
  keccak256,
  numberToHex,
  toHex,
  zeroAddress,
  zeroHash,
} from 'viem';
import { bookingIdOf, toBookingStruct } from '../../../protocol/booking.ts';
import type { MarketEvent, MarketEventName } from '../../../protocol/ledger/events.ts';
import type { BlockRange } from '../../../protocol/ledger/range.ts';
import { type ListingStruct, listingIdOf, packLocation } from '../../../protocol/listing.ts';
import { NO_SIGNATURE, packPayout, type ReadingStruct, toReadingStruct } from '../../../protocol/reading.ts';
import { type BookingStateStruct, packClaim, packHead } from '../../../protocol/state.ts';
import { type TermsStruct, termsHash } from '../../../protocol/terms.ts';

type ArgsOf<Name extends MarketEventName> = Extract<MarketEvent, { name: Name }>['args'];

/** Numbers that decide an act: each act takes what it needs of them, by remainder. */
export interface Choice {
  a: number;
  b: number;
}

interface Listed {
  listing: ListingStruct;
  listingId: Hex;
  version: number;
}

/** A block, and what the acts after it need to know of the ledger as of it. */
interface Block {
  number: number;
  hash: Hex;
  timestamp: number;
  events: MarketEvent[];
  listed: readonly Listed[];
  booked: readonly Hex[];
}

const MARKET = { chainId: 31_337, market: getAddress(`0x${'fe'.repeat(20)}`) };
const DEPLOY_BLOCK = 100;
const FIRST_TIMESTAMP = 1_800_000_000;
const FREE = { unsignedCost: 0n, allowedCost: 0n, relayFee: 0n };

const address = (seed: string): Address => getAddress(`0x${keccak256(toHex(seed)).slice(-40)}`);
const bytes32 = (seed: string): Hex => keccak256(toHex(seed));

/** A ledger of made-up events: every event is of a listing or booking that exists, otherwise anything may happen. */
export class History {
  #blocks: Block[] = [];
  #forks = 0;

  constructor() {
    this.#push(DEPLOY_BLOCK, [], []);
  }

  get deployBlock(): number {
    return DEPLOY_BLOCK;
  }

  get head(): number {
    return this.#tip.number;
  }

  get #tip(): Block {
    return this.#blocks.at(-1)!;
  }

  mine(count = 1): void {
    for (let i = 0; i < count; i++) this.#push(this.head + 1, this.#tip.listed, this.#tip.booked);
  }

  /** Drops the newest blocks, as a reorganisation does. The deployment stays. Mines one block of another branch. */
  reorganise(depth: number): void {
    this.#forks++;
    this.#blocks.length = Math.max(1, this.#blocks.length - depth);
    this.mine();
  }

  /** The newest block up to `number` that has this hash on the ledger, by the hashes that an index keeps. */
  hasBlock(number: number, hash: string): boolean {
    return this.#blocks[number - DEPLOY_BLOCK]?.hash === hash;
  }

  /** The events of blocks `from` to `to` as the reader gives them: headers of both ends, and of blocks with events. */
  range(from: number, to: number): BlockRange {
    const blocks = this.#blocks.filter(({ number }) => number >= from && number <= to);
    const parentHash = this.#blocks[from - 1 - DEPLOY_BLOCK]?.hash ?? zeroHash;
    const headers = blocks
      .filter(({ number, events }) => events.length > 0 || number === from || number === to)
      .map(({ number, hash, timestamp }) => ({ number, hash, timestamp, digest: hash }));
    return { from, to, parentHash, blocks: headers, events: blocks.flatMap(({ events }) => events) };
  }

  /** Publishes a new listing, or one that exists, then with other terms and hours. */
  publish({ a, b }: Choice): void {
    const seed = a % 3 === 0 ? `${a % 7}` : `${this.#tip.listed.length}.${this.#forks}`;
    const listing = listingOf(seed, b);
    const listingId = listingIdOf(listing.terms.agentKey, listing.place.connector);
    const version = (this.#tip.listed.findLast((one) => one.listingId === listingId)?.version ?? 0) + 1;
    this.#tip.listed = [...this.#tip.listed, { listing, listingId, version }];
    const { host, agentKey } = listing.terms;
    this.#emit('ListingPublished', { listingId, host, agentKey, listing, version });
  }

  changeStatus({ a, b }: Choice): void {
    const one = this.#listing(a);
    if (one === undefined) return;
    const version = one.version + 1;
    this.#tip.listed = [...this.#tip.listed, { ...one, version }];
    this.#emit('ListingStatusChanged', { listingId: one.listingId, status: 1 + (b % 3), version });
  }

  /** Books a listing, every third time by an offer with another tariff. */
  book({ a, b }: Choice): void {
    const one = this.#listing(a);
    if (one === undefined) return;
    const { listing, listingId } = one;
    const isOffer = b % 3 === 0;
    const terms = isOffer ? { ...listing.terms, tariff: BigInt(1 + (b % 5)) } : listing.terms;
    const count = this.#tip.booked.length;
    const booking = {
      ...{ listingId, connector: listing.place.connector, terms },
      ...{ driver: address(`driver ${a % 4}`), purse: a % 3, generation: BigInt(count) },
      ...{ sessionKey: address(`session ${this.#forks} ${count}`), firstSlot: 2_000_000 + (b % 500) },
      ...{ slotCount: 1 + (a % 8), money: { ...FREE, cap: BigInt(1 + a) }, startHash: bytes32(`${b}`) },
    };
    const bookingId = bookingIdOf(MARKET, booking);
    const { purse, session, money, startHash } = toBookingStruct(booking);
    const hash = termsHash(terms);
    this.#tip.booked = [...this.#tip.booked, bookingId];
    this.#emit('Booked', { bookingId, listingId, purse, session, money, startHash, termsHash: hash });
    if (!isOffer) return;
    const offer = { agentSignature: NO_SIGNATURE, driver: zeroAddress, listedTariff: 0n, validUntil: 0n };
    this.#emit('OfferTaken', { bookingId, tariff: terms.tariff, offer });
  }

  /** An event of one of the newest bookings, which thus have several: `act` says which. */
  change(act: number, { a, b }: Choice): void {
    const { booked } = this.#tip;
    const bookingId = booked.at(-1 - (a % 4));
    if (bookingId === undefined) return;
    const changes = changesOf(bookingId, this.#tip.timestamp, { a, b });
    const [name, args] = changes[act % changes.length]!;
    this.#emit(name, args as ArgsOf<typeof name>);
  }

  /** A movement of money, or an event that the index has no rows for. */
  move(act: number, { a, b }: Choice): void {
    const [account, other, amount] = [address(`driver ${a % 4}`), address(`to ${b % 3}`), BigInt(b)];
    const listingId = this.#listing(a)?.listingId ?? zeroHash;
    const moves: [MarketEventName, object][] = [
      ['Deposited', { account, purse: a % 3, amount, from: other }],
      ['Withdrawn', { account, purse: a % 3, amount, to: other }],
      ['EarningsWithdrawn', { host: account, listingId, amount, to: other }],
      ['RelayFeePaid', { relayer: account, amount }],
      ['NewBookingsPaused', { until: amount }],
    ];
    const [name, args] = moves[act % moves.length]!;
    this.#emit(name, args as ArgsOf<typeof name>);
  }

  #listing(a: number): Listed | undefined {
    const { listed } = this.#tip;
    const one = listed[a % Math.max(1, listed.length)];
    return listed.findLast((other) => other.listingId === one?.listingId);
  }

  #push(number: number, listed: readonly Listed[], booked: readonly Hex[]): void {
    const timestamp = FIRST_TIMESTAMP + 12 * (number - DEPLOY_BLOCK) + this.#forks;
    const hash = bytes32(`block ${number} of branch ${this.#forks}`);
    this.#blocks.push({ number, hash, timestamp, events: [], listed, booked });
  }

  #emit<Name extends MarketEventName>(name: Name, args: ArgsOf<Name>): void {
    const { number, hash, timestamp, events } = this.#tip;
    events.push({
      ...{ name, args, block: number, blockHash: hash, timestamp, logIndex: events.length },
      transactionHash: bytes32(`transaction ${number} ${events.length} ${this.#forks}`),
    } as MarketEvent);
  }
}

function listingOf(seed: string, b: number): ListingStruct {
  const h3Cell = b % 11 === 0 ? 'ff' : latLngToCell((b % 160) - 80, (b % 340) - 170, 8);
  const terms: TermsStruct = {
    ...{ host: address(`host ${b % 3}`), agentKey: address(`agent ${seed}`), tariff: BigInt(1 + (b % 4)) },
    ...{ bookingTerms: BigInt(b % 2) << 16n, metering: 5n, meterKeyHash: zeroHash },
  };
  const location = packLocation({
    ...{ h3Cell, resolution: 8, connectorStandard: 'IEC_62196_T2', powerType: 'AC_3_PHASE' },
  });
  const place = { connector: numberToHex(7, { size: 6 }), location, placeCommitment: bytes32(seed) };
  return { terms, weeklyHours: BigInt(b), place, meterKey: b % 2 === 0 ? '0x' : `0x${'07'.repeat(64)}` };
}

/** Few numbers of readings, so that what is paid at the end was reported before, or was not. */
function readingOf(bookingId: Hex, { a, b }: Choice): ReadingStruct {
  return toReadingStruct({
    ...{ bookingId, seq: b % 3, energyWh: b, beganAt: 1, endedAt: 2, overstaySec: 0, isFinal: b % 2 === 0 },
    ...{ evidenceHash: bytes32(`evidence ${b}`), registersCommitment: bytes32(`registers ${a}`) },
  });
}

function stateOf(name: number, since: number, { a, b }: Choice): BookingStateStruct {
  const cosigned = { cosignedSeq: BigInt(a % 3), cosignedWh: BigInt(a % 50), cosignedSec: 0n };
  const times = { beganAt: 1n, endedAt: 2n, overstaySec: 0n };
  return {
    head: packHead({
      ...{ name: BigInt(name), since: BigInt(since), ...cosigned, cosignedOverstaySec: 0n, raisedCost: 0n },
    }),
    claim: packClaim({
      ...{ seq: BigInt(b % 3), energyWh: BigInt(b % 90), ...times, bestProofWh: BigInt(b % 70) },
    }),
  };
}

function changesOf(bookingId: Hex, now: number, choice: Choice): [MarketEventName, object][] {
  const [paid, refunded] = [BigInt(choice.a), BigInt(choice.b)];
  const reading = readingOf(bookingId, choice);
  const payout = packPayout({ paid, refunded });
  const state = (name: number) => stateOf(name, now, choice);
  const signatures = { agentSignature: NO_SIGNATURE, sessionSignature: NO_SIGNATURE };
  return [
    ['Arrived', { bookingId, state: state(2) }],
    ['Canceled', { bookingId, byHost: paid % 2n === 0n, paid, refunded }],
    ['Claimed', { bookingId, state: state(3), reading, ...signatures }],
    ['ClaimedAlone', { bookingId, state: state(4), reading, ...signatures }],
    ['NoShowClaimed', { bookingId, state: state(5), ...signatures }],
    ['Challenged', { bookingId, state: state(choice.a % 2 === 0 ? 6 : 7) }],
    ['Proven', { bookingId, provenWh: paid, state: state(7) }],
    ['Finalised', { bookingId, outcome: 2 + (choice.b % 4), paid, refunded }],
    ['Settled', { bookingId, payout, reading, ...signatures }],
    ['SettledAlone', { bookingId, payout, reading, ...signatures }],
    ['SlotsGivenBack', { bookingId, fromSlot: 2_000_000n + refunded, ...signatures }],
    ['NoShowContested', { bookingId, fee: paid, refunded }],
    ['Expired', { bookingId, refunded }],
    ['MarketFeePaid', { bookingId, amount: paid }],
    ['ClaimedAlone', { bookingId, state: state(3), reading, ...signatures }],
    ['Finalised', { bookingId, outcome: 5, paid, refunded }],
  ];
}
