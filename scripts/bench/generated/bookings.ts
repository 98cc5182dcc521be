import type { Address, Hex } from 'viem';
import { type Booking, type BookingStruct, bookingIdOf, toBookingStruct } from '../../../protocol/booking.ts';
import { costOfParts } from '../../../protocol/cost.ts';
import { packPayout, type ReadingStruct, toReadingStruct } from '../../../protocol/reading.ts';
import type { MarketRef } from '../../../protocol/signedTypes.ts';
import { SLOT_SEC } from '../../../protocol/slots.ts';
import { packClaim, packHead, STATE, type StateName } from '../../../protocol/state.ts';
import { fromTermsStruct, termsHash } from '../../../protocol/terms.ts';
import { type Drawn, hexOf, wholeOf } from './draw.ts';
import type { History } from './history.ts';
import { identityOf, listingAt } from './listings.ts';

const BOOKING = 4;
const DRIVER = 5;
const FIELD = { session: 0, start: 1, slots: 2, count: 3, energy: 4, evidence: 5, registers: 6, begun: 7 };
/** Bookings per driver. */
const PER_DRIVER = 4;
const CAP = 30_000_000n;
/** Unsigned energy that a challenge disputes, in Wh. */
const PROVEN_PART = 2n;

/** A booking with everything that its events say. */
export interface GeneratedBooking {
  bookingId: Hex;
  listingId: Hex;
  host: Address;
  driver: Address;
  struct: BookingStruct;
  termsHash: Hex;
  firstSlot: number;
  slotCount: number;
  bookedAt: number;
  energyWh: number;
  reading: ReadingStruct;
  payout: bigint;
  paid: bigint;
  refunded: bigint;
}

export const blockSec = (genesisSec: number, block: number): number => genesisSec + block * BLOCK_SEC;

/** Seconds between blocks, as on Base. */
const BLOCK_SEC = 2;

const driverOf = (seed: number, booking: number): Address =>
  `0x${hexOf({ seed, kind: DRIVER, subject: Math.floor(booking / PER_DRIVER) }, 0, 20)}`;

function plannedBooking({ options, bookedIn, bookedListing }: History, index: number, drawn: Drawn) {
  const bookedAt = blockSec(options.genesisSec, bookedIn[index]!);
  const listing = bookedListing[index]!;
  const { listingId, connector, host } = identityOf(options, listing);
  const firstSlot = Math.floor(bookedAt / SLOT_SEC) + wholeOf(drawn, FIELD.slots, 0, 8);
  const slotCount = wholeOf(drawn, FIELD.count, 2, 12);
  const { terms } = listingAt(options, listing);
  const booking: Booking = {
    listingId,
    connector,
    driver: driverOf(options.seed, index),
    purse: 0,
    generation: 0n,
    sessionKey: `0x${hexOf(drawn, FIELD.session, 20)}`,
    firstSlot,
    slotCount,
    money: { cap: CAP, unsignedCost: 1_000_000n, allowedCost: 100_000n, relayFee: 10_000n },
    startHash: `0x${hexOf(drawn, FIELD.start, 32)}`,
    terms,
  };
  return { booking, bookedAt, host };
}

/** A booking of the history, computed each time it is asked for. */
export function bookingAt(history: History, ref: MarketRef, index: number): GeneratedBooking {
  const drawn = { seed: history.options.seed, kind: BOOKING, subject: index };
  const { booking, bookedAt, host } = plannedBooking(history, index, drawn);
  const { terms, listingId, driver, firstSlot, slotCount } = booking;
  const bookingId = bookingIdOf(ref, booking);
  const energyWh = wholeOf(drawn, FIELD.energy, 2_000, 45_000);
  const beganAt = firstSlot * SLOT_SEC + wholeOf(drawn, FIELD.begun, 0, 600);
  const endedAt = beganAt + slotCount * SLOT_SEC - 700;
  const reading = toReadingStruct(
    {
      bookingId,
      seq: 1,
      energyWh,
      beganAt,
      endedAt,
      overstaySec: 0,
      isFinal: true,
      evidenceHash: `0x${hexOf(drawn, FIELD.evidence, 32)}`,
      registersCommitment: `0x${hexOf(drawn, FIELD.registers, 32)}`,
    },
    bookedAt,
  );
  const { tariff } = fromTermsStruct(terms);
  const paid = costOfParts(tariff, BigInt(energyWh), BigInt(endedAt - beganAt), 0n, CAP);
  const refunded = CAP - paid;
  const struct = toBookingStruct(booking);
  const money = { paid, refunded, payout: packPayout({ paid, refunded }) };
  return {
    ...{ bookingId, listingId, host, driver, struct, termsHash: termsHash(terms), firstSlot, slotCount },
    ...{ bookedAt, energyWh, reading, ...money },
  };
}

/** The two words of a booking's state under this name; `since` in unix seconds. */
export function stateOf(
  name: StateName,
  since: number,
  { energyWh, reading }: GeneratedBooking,
): [bigint, bigint] {
  const isCosigned = name === 'CLAIMED';
  const wh = BigInt(energyWh);
  const head = packHead({
    name: STATE[name],
    since: BigInt(since),
    cosignedSeq: isCosigned ? 1n : 0n,
    cosignedWh: isCosigned ? wh : 0n,
    cosignedSec: isCosigned ? 3_600n : 0n,
    cosignedOverstaySec: 0n,
    raisedCost: 0n,
  });
  if (name !== 'CLAIMED_ALONE' && name !== 'CHALLENGED') return [head, 0n];
  const at = (shift: bigint) => (reading.measure >> shift) & ((1n << 40n) - 1n);
  const claim = packClaim({
    seq: 1n,
    energyWh: wh,
    beganAt: at(80n),
    endedAt: at(120n),
    overstaySec: 0n,
    bestProofWh: name === 'CHALLENGED' ? wh / PROVEN_PART : 0n,
  });
  return [head, claim];
}
