import { type Address, type Hex, hexToBytes, keccak256 } from 'viem';
import { numberHex } from '../lib/hex.ts';
import { bitsAt } from './bits.ts';
import { structHash } from './signed-types.ts';

/** Terms as calls and events carry them: contracts/types/Terms.sol. */
export interface TermsStruct {
  host: Address;
  agentKey: Address;
  tariff: bigint;
  bookingTerms: bigint;
  metering: bigint;
  meterKeyHash: Hex;
}

/** Prices in token units; the reserve is a part of the cap that energy and time cannot use up. */
export interface Tariff {
  pricePerKwh: bigint;
  pricePerHour: bigint;
  overstayPerHour: bigint;
  flatFee: bigint;
  overstayReserve: bigint;
  /** Hundredths of a percent that an offer may be below the listed prices. */
  discountBp: bigint;
}

/** Minutes, slots of 15 minutes, and token units per slot. */
export interface BookingTerms {
  cancelUntilMin: bigint;
  earlyStartMin: bigint;
  noshowTimeoutMin: bigint;
  lateStopMin: bigint;
  minSlots: bigint;
  maxSlots: bigint;
  leadTimeMin: bigint;
  horizonSlots: bigint;
  noshowFee: bigint;
  minCapPerSlot: bigint;
}

export interface Metering {
  /** Token units that a driver must sign at least. */
  unsignedCost: bigint;
  allowedCost: bigint;
  maxPowerW: bigint;
  /** 0 none, 1 ECDSA on secp256r1, 2 on secp256k1, both with SHA-256. */
  meterAlgorithm: number;
  /** What a meter record's ID has before the idTag. */
  idTagPrefix: string;
}

export interface Terms {
  host: Address;
  agentKey: Address;
  tariff: Tariff;
  bookingTerms: BookingTerms;
  metering: Metering;
  meterKeyHash: Hex;
}

/** Bits of a price, and bits of a count or a number of minutes. */
const PRICE = 48;
const SHORT = 16;

export const readTariff = (word: bigint): Tariff => ({
  pricePerKwh: bitsAt(word, 0, PRICE),
  pricePerHour: bitsAt(word, 48, PRICE),
  overstayPerHour: bitsAt(word, 96, PRICE),
  flatFee: bitsAt(word, 144, PRICE),
  overstayReserve: bitsAt(word, 192, PRICE),
  discountBp: bitsAt(word, 240, SHORT),
});

export const readBookingTerms = (word: bigint): BookingTerms => ({
  cancelUntilMin: bitsAt(word, 0, SHORT),
  earlyStartMin: bitsAt(word, 16, SHORT),
  noshowTimeoutMin: bitsAt(word, 32, SHORT),
  lateStopMin: bitsAt(word, 48, SHORT),
  minSlots: bitsAt(word, 64, SHORT),
  maxSlots: bitsAt(word, 80, SHORT),
  leadTimeMin: bitsAt(word, 96, SHORT),
  horizonSlots: bitsAt(word, 112, SHORT),
  noshowFee: bitsAt(word, 128, PRICE),
  minCapPerSlot: bitsAt(word, 176, PRICE),
});

const meterings = new Map<bigint, Metering>();

/** Many bookings have the same word, and its text takes long to read. */
export function readMetering(word: bigint): Metering {
  const known = meterings.get(word);
  if (known !== undefined) return known;
  const metering = {
    unsignedCost: bitsAt(word, 0, 64),
    allowedCost: bitsAt(word, 64, 64),
    maxPowerW: bitsAt(word, 128, 32),
    meterAlgorithm: Number(bitsAt(word, 160, 8)),
    idTagPrefix: asciiOf(bitsAt(word, 168, 88)),
  };
  meterings.set(word, metering);
  return metering;
}

/** Eleven bytes, the text to the left and zeros behind it. */
const asciiOf = (prefix: bigint): string =>
  String.fromCharCode(...hexToBytes(numberHex(prefix, 11))).replace(/\0+$/, '');

export const readTerms = ({ host, agentKey, meterKeyHash, ...words }: TermsStruct): Terms => ({
  host,
  agentKey,
  tariff: readTariff(words.tariff),
  bookingTerms: readBookingTerms(words.bookingTerms),
  metering: readMetering(words.metering),
  meterKeyHash,
});

/** Terms are pinned by the hash that EIP-712 gives them. */
export const termsHash = (terms: TermsStruct): Hex => structHash('Terms', { ...terms });

/** Hash of a meter's public key (x ‖ y, 64 bytes), as terms pin it; zero for none. */
export const meterKeyHashOf = (meterKey: Hex): Hex =>
  meterKey === '0x' ? `0x${'00'.repeat(32)}` : keccak256(meterKey);
