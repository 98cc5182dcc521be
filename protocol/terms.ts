import { type Address, type Hex, hexToString, keccak256, stringToHex } from 'viem';
import { TYPE_HASHES } from './signedTypes.ts';
import {
  addressWord,
  bytes32Word,
  type Fields,
  packWord,
  unpackField,
  unpackWord,
  wordsToBytes,
} from './words.ts';

const TARIFF = [
  ['pricePerKwh', 48],
  ['pricePerHour', 48],
  ['overstayPerHour', 48],
  ['flatFee', 48],
  ['overstayReserve', 48],
  ['discountBp', 16],
] as const;

const BOOKING_TERMS = [
  ['cancelUntilMin', 16],
  ['earlyStartMin', 16],
  ['noshowTimeoutMin', 16],
  ['lateStopMin', 16],
  ['minSlots', 16],
  ['maxSlots', 16],
  ['leadTimeMin', 16],
  ['horizonSlots', 16],
  ['noshowFee', 48],
  ['minCapPerSlot', 48],
] as const;

const METERING = [
  ['unsignedCost', 64],
  ['allowedCost', 64],
  ['maxPowerW', 32],
  ['meterAlgorithm', 8],
  ['idTagPrefix', 88],
] as const;

/**
 * Prices in token units; `overstayReserve` is the part of a cap that energy and time cannot use up; `discountBp` is how
 * far below the listed prices the agent may offer, in hundredths of a percent.
 */
export type Tariff = Fields<(typeof TARIFF)[number][0]>;

/** OCPI BookingTerms (2.3.0 bookings branch); minutes and 15-minute slots, fees in token units per slot. */
export type BookingTerms = Fields<(typeof BOOKING_TERMS)[number][0]>;

/** What the meter may claim. Costs in token units: the least of each that a driver must sign. */
export interface Metering {
  unsignedCost: bigint;
  allowedCost: bigint;
  maxPowerW: bigint;
  meterAlgorithm: MeterAlgorithm;
  /** At most 11 ASCII characters before the idTag in OCMF's ID field; empty when there are none. */
  idTagPrefix: string;
}

export const METER_ALGORITHM = { none: 0, 'ECDSA-secp256r1-SHA256': 1, 'ECDSA-secp256k1-SHA256': 2 } as const;
export type MeterAlgorithm = keyof typeof METER_ALGORITHM;

/** The terms that a booking pins by hash. */
export interface Terms {
  host: Address;
  agentKey: Address;
  tariff: Tariff;
  bookingTerms: BookingTerms;
  metering: Metering;
  meterKeyHash: Hex;
}

/** Terms in the form that the contracts take, with three packed words. */
export interface TermsStruct {
  host: Address;
  agentKey: Address;
  tariff: bigint;
  bookingTerms: bigint;
  metering: bigint;
  meterKeyHash: Hex;
}

export function toTermsStruct(terms: Terms): TermsStruct {
  const { metering } = terms;
  return {
    host: terms.host,
    agentKey: terms.agentKey,
    tariff: packWord(TARIFF, terms.tariff),
    bookingTerms: packWord(BOOKING_TERMS, terms.bookingTerms),
    metering: packWord(METERING, {
      ...metering,
      meterAlgorithm: BigInt(METER_ALGORITHM[metering.meterAlgorithm]),
      idTagPrefix: BigInt(stringToHex(metering.idTagPrefix, { size: 11 })),
    }),
    meterKeyHash: terms.meterKeyHash,
  };
}

/** The booking terms of terms' packed word. */
export const unpackBookingTerms = (word: bigint): BookingTerms => unpackWord(BOOKING_TERMS, word);

/** The minutes of an early start in the booking terms' packed word. */
export const earlyStartMin = (word: bigint): number =>
  Number(unpackField(BOOKING_TERMS, 'earlyStartMin', word));

export function fromTermsStruct(struct: TermsStruct): Terms {
  const metering = unpackWord(METERING, struct.metering);
  const prefix = `0x${metering.idTagPrefix.toString(16).padStart(22, '0')}` as const;
  const algorithm = Object.keys(METER_ALGORITHM)[Number(metering.meterAlgorithm)];
  return {
    host: struct.host,
    agentKey: struct.agentKey,
    tariff: unpackWord(TARIFF, struct.tariff),
    bookingTerms: unpackBookingTerms(struct.bookingTerms),
    metering: {
      ...metering,
      meterAlgorithm: (algorithm ?? 'none') as MeterAlgorithm,
      // Not by viem: its trimming leaves one zero byte of an empty text.
      idTagPrefix: hexToString(prefix).replace(/\0+$/, ''),
    },
    meterKeyHash: struct.meterKeyHash,
  };
}

/**
 * What is hashed of the terms. All fields are static, so that their encoding is one 32-byte word after the other: an index
 * hashes the terms of every listing, and viem's general encoder takes half as long as the hash.
 */
export function encodedTerms(terms: TermsStruct): Uint8Array {
  const addresses = [addressWord(terms.host), addressWord(terms.agentKey)];
  const packed = [terms.tariff, terms.bookingTerms, terms.metering];
  return wordsToBytes([BigInt(TYPE_HASHES.Terms), ...addresses, ...packed, bytes32Word(terms.meterKeyHash)]);
}

/** EIP-712 struct hash of the terms. */
export const termsHash = (terms: TermsStruct): Hex => keccak256(encodedTerms(terms));
