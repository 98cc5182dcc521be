import { type Address, type Hex, toEventSelector } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { LISTING_STATUS } from '../../../protocol/listing.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import { bookingAt, type GeneratedBooking, stateOf } from './bookings.ts';
import { hexOf } from './draw.ts';
import { endsAsNoShow, type History, type Kind } from './history.ts';
import { identityOf, listingAt } from './listings.ts';

/** Topics and data of an event, as a node sends them. */
export interface Encoded {
  topics: Hex[];
  data: Hex;
}

const SELECTORS = Object.fromEntries(
  plugpactMarketAbi.flatMap((item) => (item.type === 'event' ? [[item.name, toEventSelector(item)]] : [])),
) as Record<Kind, Hex>;

type Word = bigint | number | Hex;

/** 32 bytes as hex digits: numbers and addresses stand at their end. */
const word = (value: Word): string =>
  (typeof value === 'string' ? value.slice(2) : value.toString(16)).padStart(64, '0');

/** An event without dynamic fields: its data are its words, tuples included. By hand: viem takes 50 times as long. */
const encoded = (kind: Kind, topics: Word[], data: Word[]): Encoded => ({
  topics: [SELECTORS[kind], ...topics.map((topic): Hex => `0x${word(topic)}`)],
  data: `0x${data.map(word).join('')}`,
});

/** Offsets of the listing in the event, and of the meter key in the listing, in bytes. */
const LISTING_AT = 64;
const METER_KEY_AT = 352;
const FIRST_VERSION = 1;

/** `bytes6` stands at the front of its word. */
const leftAligned = (bytes: Hex): Hex => `0x${bytes.slice(2).padEnd(64, '0')}`;

function publishedLog({ options }: History, listing: number): Encoded {
  const { listingId } = identityOf(options, listing);
  const { terms, weeklyHours, place, meterKey } = listingAt(options, listing);
  const { host, agentKey, tariff, bookingTerms, metering, meterKeyHash } = terms;
  const words: Word[] = [
    ...[LISTING_AT, FIRST_VERSION, host, agentKey, tariff, bookingTerms, metering, meterKeyHash, weeklyHours],
    ...[leftAligned(place.connector), place.location, place.placeCommitment, METER_KEY_AT],
    (meterKey.length - 2) / 2,
  ];
  const log = encoded('ListingPublished', [listingId, host, agentKey], words);
  return { ...log, data: `${log.data}${meterKey.slice(2)}` };
}

export const statusLog = (history: History, listing: number, status: number, version: number): Encoded =>
  encoded('ListingStatusChanged', [identityOf(history.options, listing).listingId], [status, version]);

type Made = GeneratedBooking & { sec: number; drawnWord(field: number): Hex; state(name: StateWord): Word[] };
type StateWord = Parameters<typeof stateOf>[0];

const signature = ({ drawnWord }: Made, field: number): Word[] => [drawnWord(field), drawnWord(field + 1)];
const reading = ({ reading: { measure, evidenceHash, registersCommitment } }: Made): Word[] => [
  measure,
  evidenceHash,
  registersCommitment,
];
/** The agent's signature, the start secret, and no raise of the allowance. */
const alone = (made: Made): Word[] => [...signature(made, 0), made.drawnWord(4), 0, 0, 0];
const NO_SHOW = 4;
const FULFILLED = 5;
const FEE = 200_000n;
const SOMEBODY: Address = `0x${'5e'.repeat(20)}`;

type BookingKind = Exclude<Kind, 'ListingPublished' | 'ListingStatusChanged'>;

/** Topics and data of each event of a booking, in the order of the ABI. */
const ENCODERS: Record<BookingKind, (made: Made, isNoShow: boolean) => [topics: Word[], data: Word[]]> = {
  Deposited: ({ driver }) => [
    [driver, 0],
    [100_000_000n, driver],
  ],
  Booked: ({ bookingId, listingId, struct, termsHash }) => [
    [bookingId, listingId],
    [struct.purse, struct.session, struct.money, struct.startHash, termsHash],
  ],
  RelayFeePaid: () => [[SOMEBODY], [10_000]],
  Arrived: (made) => [[made.bookingId], made.state('ARRIVED')],
  Canceled: ({ bookingId, firstSlot, paid, refunded }) => [
    [bookingId],
    [firstSlot % 2, FEE / 2n, paid + refunded - FEE / 2n, 0],
  ],
  Claimed: (made) => [
    [made.bookingId],
    [...made.state('CLAIMED'), ...reading(made), ...signature(made, 0), ...signature(made, 2)],
  ],
  ClaimedAlone: (made) => [
    [made.bookingId],
    [...made.state('CLAIMED_ALONE'), ...reading(made), ...alone(made)],
  ],
  NoShowClaimed: (made) => [[made.bookingId], [...made.state('NO_SHOW_CLAIMED'), ...signature(made, 0)]],
  Challenged: (made) => [[made.bookingId], made.state('CHALLENGED')],
  Proven: (made) => [[made.bookingId], [Math.floor(made.energyWh / 2), ...made.state('CHALLENGED')]],
  Finalised: ({ bookingId, paid, refunded }, isNoShow) => [
    [bookingId],
    isNoShow ? [NO_SHOW, FEE, paid + refunded - FEE] : [FULFILLED, paid, refunded],
  ],
  NoShowContested: ({ bookingId, paid, refunded }) => [[bookingId], [FEE, paid + refunded - FEE]],
  Expired: ({ bookingId, paid, refunded }) => [[bookingId], [paid + refunded]],
  Settled: (made) => [
    [made.bookingId],
    [made.payout, ...reading(made), ...signature(made, 0), ...signature(made, 2)],
  ],
  SettledAlone: (made) => [[made.bookingId], [made.payout, ...reading(made), ...alone(made)]],
  SlotsGivenBack: (made) => [
    [made.bookingId],
    [made.firstSlot + Math.floor(made.slotCount / 2), ...signature(made, 5)],
  ],
  MarketFeePaid: ({ bookingId, paid }) => [[bookingId], [paid / 100n]],
  EarningsWithdrawn: ({ host, listingId, paid }) => [
    [host, listingId],
    [paid, host],
  ],
  Withdrawn: ({ driver, refunded }) => [
    [driver, 0],
    [refunded, driver],
  ],
};

const WORDS = 6;

/** The event at this place of the history; `sec` is its block's time in unix seconds. */
export function logAt(history: History, ref: MarketRef, kind: Kind, subject: number, sec: number): Encoded {
  if (kind === 'ListingPublished') return publishedLog(history, subject);
  if (kind === 'ListingStatusChanged')
    return statusLog(history, subject, LISTING_STATUS.CLOSED, FIRST_VERSION + 1);
  const booking = bookingAt(history, ref, subject);
  const drawn = { seed: history.options.seed, kind: WORDS, subject };
  const made: Made = {
    ...booking,
    sec,
    drawnWord: (field) => `0x${hexOf(drawn, field, 32)}`,
    state: (name) => stateOf(name, name === 'ARRIVED' ? booking.bookedAt : sec, booking),
  };
  const [topics, data] = ENCODERS[kind](made, endsAsNoShow(history.options.seed, subject));
  return encoded(kind, topics, data);
}
