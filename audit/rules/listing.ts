import { type Address, encodeAbiParameters, type Hex, keccak256 } from 'viem';
import { wordsHex } from '../lib/hex.ts';
import { bitsAt, numberAt } from './bits.ts';
import { type TermsStruct, termsHash } from './listing-terms.ts';

/** contracts/types/Listing.sol. */
export interface LocationStruct {
  /** 6 bytes. */
  connector: Hex;
  location: bigint;
  placeCommitment: Hex;
}

export interface ListingStruct {
  terms: TermsStruct;
  weeklyHours: bigint;
  place: LocationStruct;
  /** x ‖ y, 64 bytes, or `0x`. */
  meterKey: Hex;
}

export const LISTING_STATUS = { NONE: 0, OPEN: 1, CLOSED: 2, REVOKED: 3 } as const;

/** A coarse location: an H3 cell, the resolution that the host declares, and what the connector is. */
export interface Location {
  h3Cell: bigint;
  resolution: number;
  /** The resolution in the cell's own index. */
  cellResolution: number;
  connectorStandard: number;
  powerType: number;
}

export const readLocation = (word: bigint): Location => ({
  h3Cell: bitsAt(word, 0, 64),
  resolution: numberAt(word, 64, 8),
  cellResolution: numberAt(word, 52, 4),
  connectorStandard: numberAt(word, 72, 8),
  powerType: numberAt(word, 80, 8),
});

/** OCPI's ConnectorType and PowerType by the numbers that a location has for them. */
const CONNECTOR_STANDARDS = [
  ...['UNKNOWN', 'IEC_62196_T2', 'IEC_62196_T1', 'IEC_62196_T2_COMBO', 'IEC_62196_T1_COMBO', 'CHADEMO'],
  ...['DOMESTIC_F', 'DOMESTIC_E', 'DOMESTIC_G', 'TESLA_S'],
];
const POWER_TYPES = ['UNKNOWN', 'AC_1_PHASE', 'AC_2_PHASE', 'AC_3_PHASE', 'DC'];

/** What the connector is, in OCPI's words; `UNKNOWN` for a number without one. */
export const connectorWords = ({
  connectorStandard,
  powerType,
}: Pick<Location, 'connectorStandard' | 'powerType'>) => ({
  connectorStandard: CONNECTOR_STANDARDS[connectorStandard] ?? 'UNKNOWN',
  powerType: POWER_TYPES[powerType] ?? 'UNKNOWN',
});

/** The storage word of a listing. */
export const readListingWord = (word: bigint): { commitment: bigint; version: number; status: number } => ({
  commitment: bitsAt(word, 0, 192),
  version: numberAt(word, 192, 32),
  status: numberAt(word, 224, 8),
});

/** Agent key and connector name a listing. Fixed bytes fill a word from the left. */
export const listingIdOf = (agentKey: Address, connector: Hex): Hex =>
  keccak256(wordsHex([BigInt(agentKey), BigInt(connector) << 208n]));

export const locationHash = ({ connector, location, placeCommitment }: LocationStruct): Hex =>
  keccak256(
    encodeAbiParameters(
      [{ type: 'bytes6' }, { type: 'uint256' }, { type: 'bytes32' }],
      [connector, location, placeCommitment],
    ),
  );

/** What the listing's word commits to: the low 192 bits of the hash of terms, hours and place. */
export const commitmentOf = ({ terms, weeklyHours, place }: ListingStruct): bigint =>
  BigInt.asUintN(
    192,
    BigInt(keccak256(wordsHex([BigInt(termsHash(terms)), weeklyHours, BigInt(locationHash(place))]))),
  );
