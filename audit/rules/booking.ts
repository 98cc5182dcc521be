import { type Address, type Hex, keccak256 } from 'viem';
import { addressOf, numberHex, wordsHex } from '../lib/hex.ts';
import { bitsAt, numberAt } from './bits.ts';
import { listingIdOf } from './listing.ts';
import { type TermsStruct, termsHash } from './listing-terms.ts';
import type { MarketRef } from './signed-types.ts';

/** A booking as calls carry it: contracts/types/Booking.sol. */
export interface BookingStruct {
  purse: bigint;
  session: bigint;
  money: bigint;
  startHash: Hex;
  terms: TermsStruct;
}

/** Token units. */
export interface Money {
  cap: bigint;
  unsignedCost: bigint;
  allowedCost: bigint;
  relayFee: bigint;
}

export interface Booking {
  listingId: Hex;
  /** 6 bytes. */
  connector: Hex;
  driver: Address;
  purse: number;
  generation: bigint;
  sessionKey: Address;
  /** Unix seconds / 900. */
  firstSlot: number;
  slotCount: number;
  money: Money;
  startHash: Hex;
  terms: TermsStruct;
}

export const readMoney = (word: bigint): Money => ({
  cap: bitsAt(word, 0, 64),
  unsignedCost: bitsAt(word, 64, 64),
  allowedCost: bitsAt(word, 128, 64),
  relayFee: bitsAt(word, 192, 64),
});

/** The purse's word: driver, number of the purse, generation. */
export const readPurse = (word: bigint): Pick<Booking, 'driver' | 'purse' | 'generation'> => ({
  driver: addressOf(word),
  purse: numberAt(word, 160, 32),
  generation: bitsAt(word, 192, 64),
});

export const readSession = (
  word: bigint,
): Pick<Booking, 'sessionKey' | 'firstSlot' | 'slotCount' | 'connector'> => ({
  sessionKey: addressOf(word),
  firstSlot: numberAt(word, 160, 32),
  slotCount: numberAt(word, 192, 16),
  connector: numberHex(bitsAt(word, 208, 48), 6),
});

export function readBooking({ purse, session, money, startHash, terms }: BookingStruct): Booking {
  const read = readSession(session);
  const listingId = listingIdOf(terms.agentKey, read.connector);
  return { ...readPurse(purse), ...read, listingId, money: readMoney(money), startHash, terms };
}

/** One identity: chain, market, the booking's own words and the hash of its terms. */
export const bookingIdOf = (
  { chainId, market }: MarketRef,
  { purse, session, money, startHash }: Omit<BookingStruct, 'terms'>,
  hashOfTerms: Hex,
): Hex =>
  keccak256(
    wordsHex([
      BigInt(chainId),
      BigInt(market),
      purse,
      session,
      money,
      BigInt(startHash),
      BigInt(hashOfTerms),
    ]),
  );

/** Who may send an intent (zero: anyone), and until when. Spare bits count as time, as the ledger counts them. */
export const readLimits = (word: bigint): { relayer: Address; validUntil: bigint } => ({
  relayer: addressOf(word),
  validUntil: word >> 160n,
});

/** The message of the type `Intent`: what a driver signs to book. */
export function intentOf(booking: Booking, limits: { relayer: Address; validUntil: bigint }) {
  const { listingId, driver, purse, generation, sessionKey, firstSlot, slotCount, startHash } = booking;
  const own = { listingId, driver, purse, generation, sessionKey, firstSlot, slotCount, startHash };
  return { ...own, ...booking.money, ...limits, termsHash: termsHash(booking.terms) };
}
