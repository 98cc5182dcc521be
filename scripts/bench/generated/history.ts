import type { ContractEventName } from 'viem';
import type { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { type Drawn, fractionOf, wholeOf } from './draw.ts';

/** What a generated ledger is made from. The same numbers give the same ledger, byte by byte. */
export interface HistoryOptions {
  seed: number;
  listings: number;
  bookings: number;
  /** On average; blocks differ. */
  eventsPerBlock: number;
  /** Unix seconds of block 0. */
  genesisSec: number;
  /** So many of the first listings have agents whose keys are known: see `agentKeyOf`. */
  keyedListings: number;
}

/** Events by their number in `History.kinds`. */
export const KINDS = [
  'ListingPublished',
  'ListingStatusChanged',
  'Deposited',
  'Booked',
  'RelayFeePaid',
  'Arrived',
  'Canceled',
  'Claimed',
  'ClaimedAlone',
  'NoShowClaimed',
  'Challenged',
  'Proven',
  'Finalised',
  'NoShowContested',
  'Expired',
  'Settled',
  'SettledAlone',
  'SlotsGivenBack',
  'MarketFeePaid',
  'EarningsWithdrawn',
  'Withdrawn',
] as const satisfies readonly ContractEventName<typeof plugpactMarketAbi>[];
export type Kind = (typeof KINDS)[number];

/** What becomes of bookings: how many of 100, and their events. Those on both sides of a `|` are blocks apart. */
const LIVES: readonly (readonly [share: number, events: string])[] = [
  [36, 'Booked | Settled'],
  [12, 'Booked | Settled SlotsGivenBack'],
  [10, 'Booked RelayFeePaid | Settled MarketFeePaid'],
  [8, 'Booked | SettledAlone | EarningsWithdrawn'],
  [10, 'Booked | Arrived | Settled'],
  [7, 'Booked | Claimed | Settled'],
  [7, 'Booked | Canceled | Withdrawn'],
  [3, 'Booked | ClaimedAlone | Finalised'],
  [2, 'Booked | ClaimedAlone | Challenged | Proven Finalised'],
  [2, 'Booked | NoShowClaimed | Finalised'],
  [1, 'Booked | NoShowClaimed | NoShowContested'],
  [2, 'Booked | Expired'],
];

/** Blocks between two parts of a booking's life: far more than one range of events. */
const APART_BLOCKS = [200, 1_500] as const;

/** Listings are published in this part of the blocks, bookings after the first listings. */
const PUBLISHED_BY = 0.5;
const BOOKED_FROM = 0.05;
/** So many of 100 listings close later; every fourth booking's driver deposits before it. */
const CLOSING_PERCENT = 3;
const BOOKINGS_PER_DEPOSIT = 4;

const LIFE = 1;
const PUBLISHED = KINDS.indexOf('ListingPublished');
const CHANGED = KINDS.indexOf('ListingStatusChanged');

/** All events in ledger order, in compact form: some 5 bytes each. */
export interface History {
  options: HistoryOptions;
  /** The last block. */
  lastBlock: number;
  kinds: Uint8Array;
  /** Number of the listing or booking that each event is about. */
  subjects: Uint32Array;
  /** Where the events of each block begin; one more entry than blocks. */
  starts: Uint32Array;
  /** The block of each booking, and its listing. */
  bookedIn: Uint32Array;
  bookedListing: Uint32Array;
}

/** A step as it is planned; sorted by block afterwards. */
interface Steps {
  block: number[];
  kind: number[];
  subject: number[];
}

function lifeOf(drawn: Drawn): Kind[][] {
  let left = fractionOf(drawn, 0) * 100;
  const isLeft = ([share]: (typeof LIVES)[number]) => {
    left -= share;
    return left < 0;
  };
  const [, events] = LIVES.find(isLeft) ?? LIVES[0]!;
  return events.split(' | ').map((part) => part.split(' ') as Kind[]);
}

/** Whether a booking ends because nobody came. */
export const endsAsNoShow = (seed: number, booking: number): boolean =>
  lifeOf({ seed, kind: LIFE, subject: booking }).flat().includes('NoShowClaimed');

const add = (steps: Steps, block: number, kind: Kind, subject: number): void => {
  steps.block.push(block);
  steps.kind.push(KINDS.indexOf(kind));
  steps.subject.push(subject);
};

/** Estimated from the mean number of events per booking and listing. */
function blocksFor({ listings, bookings, eventsPerBlock }: HistoryOptions): number {
  const [total, events] = LIVES.reduce(
    ([sum, all], [share, text]) => [sum + share, all + share * text.split(/[ |]+/).length],
    [0, 0],
  );
  const count =
    listings * (1 + CLOSING_PERCENT / 100) + bookings * (events / total + 1 / BOOKINGS_PER_DEPOSIT);
  return Math.max(4, Math.ceil(count / eventsPerBlock));
}

function planListings(options: HistoryOptions, blocks: number, steps: Steps): void {
  const { seed, listings, bookings } = options;
  const until = bookings === 0 ? blocks : Math.max(1, Math.floor(blocks * PUBLISHED_BY));
  for (let listing = 0; listing < listings; listing++) {
    const block = 1 + Math.floor((listing / listings) * until);
    add(steps, block, 'ListingPublished', listing);
    const drawn = { seed, kind: LIFE, subject: -1 - listing };
    const isClosing = listing >= options.keyedListings && fractionOf(drawn, 1) * 100 < CLOSING_PERCENT;
    if (isClosing && block < blocks)
      add(steps, wholeOf(drawn, 2, block + 1, blocks), 'ListingStatusChanged', listing);
  }
}

function planBookings(options: HistoryOptions, blocks: number, steps: Steps) {
  const { seed, listings, bookings } = options;
  const bookedIn = new Uint32Array(bookings);
  const bookedListing = new Uint32Array(bookings);
  const published = Math.max(1, Math.floor(blocks * PUBLISHED_BY));
  const first = Math.max(2, Math.floor(blocks * BOOKED_FROM));
  for (let booking = 0; booking < bookings; booking++) {
    const drawn = { seed, kind: LIFE, subject: booking };
    let block = Math.min(blocks, first + Math.floor((booking / bookings) * (blocks - first)));
    bookedIn[booking] = block;
    const listed = Math.max(1, Math.floor(listings * Math.min(1, (block - 1) / published)));
    bookedListing[booking] = wholeOf(drawn, 3, 0, listed - 1);
    if (booking % BOOKINGS_PER_DEPOSIT === 0) add(steps, block, 'Deposited', booking);
    const parts = lifeOf(drawn);
    for (let part = 0; part < parts.length && block <= blocks; part++) {
      for (const kind of parts[part]!) add(steps, block, kind, booking);
      const apart = Math.min(APART_BLOCKS[1], Math.max(2, Math.floor(blocks / 4)));
      block += wholeOf(drawn, 4 + part, Math.min(APART_BLOCKS[0], apart), apart);
    }
  }
  return { bookedIn, bookedListing };
}

/** Sorts by block, and keeps the order within one. */
function sorted(steps: Steps, blocks: number): Pick<History, 'kinds' | 'subjects' | 'starts'> {
  const starts = new Uint32Array(blocks + 2);
  for (const block of steps.block) starts[block + 1]! += 1;
  for (let block = 1; block < starts.length; block++) starts[block]! += starts[block - 1]!;
  const next = starts.slice();
  const kinds = new Uint8Array(steps.block.length);
  const subjects = new Uint32Array(steps.block.length);
  for (let step = 0; step < steps.block.length; step++) {
    const at = next[steps.block[step]!]!;
    next[steps.block[step]!] = at + 1;
    kinds[at] = steps.kind[step]!;
    subjects[at] = steps.subject[step]!;
  }
  return { kinds, subjects, starts };
}

/** Plans who lists, books, charges and settles, and in which blocks. */
export function historyOf(options: HistoryOptions): History {
  const lastBlock = blocksFor(options);
  const steps: Steps = { block: [], kind: [], subject: [] };
  planListings(options, lastBlock, steps);
  const booked = planBookings(options, lastBlock, steps);
  return { options, lastBlock, ...booked, ...sorted(steps, lastBlock) };
}

/** Numbers of the listings that are open at the end of a block. */
export function openListings({ kinds, subjects, starts }: History, block: number): Set<number> {
  const open = new Set<number>();
  for (let at = 0; at < starts[block + 1]!; at++) {
    if (kinds[at] === PUBLISHED) open.add(subjects[at]!);
    if (kinds[at] === CHANGED) open.delete(subjects[at]!);
  }
  return open;
}

/** The first block by which so many listings are published. */
export function blockOfListings({ kinds, starts, lastBlock }: History, listings: number): number {
  let left = listings;
  for (let block = 1; block <= lastBlock; block++) {
    for (let at = starts[block]!; at < starts[block + 1]!; at++) if (kinds[at] === PUBLISHED) left -= 1;
    if (left <= 0) return block;
  }
  return lastBlock;
}
