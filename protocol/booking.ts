import { type Address, encodeAbiParameters, type Hex, keccak256, toHex } from 'viem';
import { listingIdOf } from './listing.ts';
import type { MarketRef } from './signedTypes.ts';
import { type TermsStruct, termsHash } from './terms.ts';
import { type Fields, packWord, unpackWord } from './words.ts';

const PURSE = [
  ['driver', 160],
  ['purse', 32],
  ['generation', 64],
] as const;

const SESSION = [
  ['sessionKey', 160],
  ['firstSlot', 32],
  ['slotCount', 16],
  ['connector', 48],
] as const;

const LIMITS = [
  ['relayer', 160],
  ['validUntil', 64],
] as const;

const MONEY = [
  ['cap', 64],
  ['unsignedCost', 64],
  ['allowedCost', 64],
  ['relayFee', 64],
] as const;

/**
 * Token units. `cap` is the most that the session may cost; up to `allowedCost` the agent's final word is taken;
 * `unsignedCost` may be paid above what was co-signed, open to challenge; see docs/trust.md.
 */
export type Money = Fields<(typeof MONEY)[number][0]>;

/** A booking; slots are unix seconds / 900. `listingId` follows from the terms' agent key and `connector`. */
export interface Booking {
  listingId: Hex;
  /** 6 bytes: see `connectorHash`. */
  connector: Hex;
  driver: Address;
  purse: number;
  generation: bigint;
  sessionKey: Address;
  firstSlot: number;
  slotCount: number;
  money: Money;
  startHash: Hex;
  terms: TermsStruct;
}

/** A booking in the form that the contracts take. */
export interface BookingStruct {
  purse: bigint;
  session: bigint;
  money: bigint;
  startHash: Hex;
  terms: TermsStruct;
}

export function toBookingStruct(booking: Booking): BookingStruct {
  return {
    purse: packWord(PURSE, {
      driver: BigInt(booking.driver),
      purse: BigInt(booking.purse),
      generation: booking.generation,
    }),
    session: packWord(SESSION, {
      sessionKey: BigInt(booking.sessionKey),
      firstSlot: BigInt(booking.firstSlot),
      slotCount: BigInt(booking.slotCount),
      connector: BigInt(booking.connector),
    }),
    money: packWord(MONEY, booking.money),
    startHash: booking.startHash,
    terms: booking.terms,
  };
}

export function fromBookingStruct(struct: BookingStruct): Booking {
  const words = unpackBooking(struct);
  return {
    ...words,
    listingId: listingIdOf(struct.terms.agentKey, words.connector),
    startHash: struct.startHash,
    terms: struct.terms,
  };
}

/** What the three packed words of a booking say. */
export function unpackBooking(
  struct: Pick<BookingStruct, 'purse' | 'session' | 'money'>,
): Omit<Booking, 'listingId' | 'startHash' | 'terms'> {
  const purse = unpackWord(PURSE, struct.purse);
  const session = unpackWord(SESSION, struct.session);
  return {
    connector: toHex(session.connector, { size: 6 }),
    driver: toAddress(purse.driver),
    purse: Number(purse.purse),
    generation: purse.generation,
    sessionKey: toAddress(session.sessionKey),
    firstSlot: Number(session.firstSlot),
    slotCount: Number(session.slotCount),
    money: unpackWord(MONEY, struct.money),
  };
}

/** Lower-case, unchecksummed: compare addresses with viem's `isAddressEqual`, never as text. */
function toAddress(value: bigint): Address {
  return `0x${value.toString(16).padStart(40, '0')}`;
}

/** Hash of chain, market and the whole booking, its terms by their hash: identifies one booking. */
export function bookingIdOf({ chainId, market }: MarketRef, booking: Booking): Hex {
  const { purse, session, money, startHash } = toBookingStruct(booking);
  return keccak256(
    encodeAbiParameters(
      [
        { type: 'uint256' },
        { type: 'address' },
        { type: 'uint256' },
        { type: 'uint256' },
        { type: 'uint256' },
        { type: 'bytes32' },
        { type: 'bytes32' },
      ],
      [BigInt(chainId), market, purse, session, money, startHash, termsHash(booking.terms)],
    ),
  );
}

/** The message of the EIP-712 type `Intent`: what a driver signs to book. */
export function intentMessage(booking: Booking, limits: IntentLimits) {
  return {
    driver: booking.driver,
    listingId: booking.listingId,
    termsHash: termsHash(booking.terms),
    firstSlot: booking.firstSlot,
    slotCount: booking.slotCount,
    cap: booking.money.cap,
    purse: booking.purse,
    generation: booking.generation,
    sessionKey: booking.sessionKey,
    startHash: booking.startHash,
    unsignedCost: booking.money.unsignedCost,
    allowedCost: booking.money.allowedCost,
    relayer: limits.relayer,
    relayFee: booking.money.relayFee,
    validUntil: limits.validUntil,
  };
}

/** Who may send an intent (zero address: anyone), and until when (unix seconds, at most 10 minutes ahead). */
export interface IntentLimits {
  relayer: Address;
  validUntil: bigint;
}

/** Limits in the form that the contracts take. */
export const packLimits = ({ relayer, validUntil }: IntentLimits): bigint =>
  packWord(LIMITS, { relayer: BigInt(relayer), validUntil });
