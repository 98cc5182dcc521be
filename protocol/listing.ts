import { type Address, encodeAbiParameters, type Hex, keccak256, slice } from 'viem';
import type { TermsStruct } from './terms.ts';
import { type Fields, packWord, unpackWord } from './words.ts';

const LOCATION = [
  ['h3Cell', 64],
  ['resolution', 8],
  ['connectorStandard', 8],
  ['powerType', 8],
] as const;

const LISTING_WORD = [
  ['commitment', 192],
  ['version', 32],
  ['status', 8],
] as const;

export const LISTING_STATUS = { NONE: 0, OPEN: 1, CLOSED: 2, REVOKED: 3 } as const;

/** OCPI ConnectorType names and their numbers on the ledger; a number never changes its meaning. */
export const CONNECTOR_STANDARDS = [
  'UNKNOWN',
  'IEC_62196_T2',
  'IEC_62196_T1',
  'IEC_62196_T2_COMBO',
  'IEC_62196_T1_COMBO',
  'CHADEMO',
  'DOMESTIC_F',
  'DOMESTIC_E',
  'DOMESTIC_G',
  'TESLA_S',
] as const;
export type ConnectorStandard = (typeof CONNECTOR_STANDARDS)[number];

/** OCPI PowerType names and their numbers on the ledger. */
export const POWER_TYPES = ['UNKNOWN', 'AC_1_PHASE', 'AC_2_PHASE', 'AC_3_PHASE', 'DC'] as const;
export type PowerType = (typeof POWER_TYPES)[number];

/** Coarse location of a charger: an H3 cell (resolution 7 to 9) as 16 hex digits, and its connector. */
export interface Location {
  h3Cell: string;
  resolution: number;
  connectorStandard: ConnectorStandard;
  powerType: PowerType;
}

export interface PlaceStruct {
  connector: Hex;
  location: bigint;
  placeCommitment: Hex;
}

/** A listing in the form that the contracts take. */
export interface ListingStruct {
  terms: TermsStruct;
  weeklyHours: bigint;
  place: PlaceStruct;
  /** 64 bytes x ‖ y, or `0x`. */
  meterKey: Hex;
}

export function packLocation(location: Location): bigint {
  return packWord(LOCATION, {
    h3Cell: BigInt(`0x${location.h3Cell}`),
    resolution: BigInt(location.resolution),
    connectorStandard: BigInt(CONNECTOR_STANDARDS.indexOf(location.connectorStandard)),
    powerType: BigInt(POWER_TYPES.indexOf(location.powerType)),
  });
}

export function unpackLocation(word: bigint): Location {
  const f = unpackWord(LOCATION, word);
  return {
    h3Cell: f.h3Cell.toString(16),
    resolution: Number(f.resolution),
    connectorStandard: CONNECTOR_STANDARDS[Number(f.connectorStandard)] ?? 'UNKNOWN',
    powerType: POWER_TYPES[Number(f.powerType)] ?? 'UNKNOWN',
  };
}

export function unpackListingWord(word: bigint): Fields<(typeof LISTING_WORD)[number][0]> {
  return unpackWord(LISTING_WORD, word);
}

/**
 * Identifies a physical connector: the first 6 bytes of the hash of the OCPP charge-point id and connector number
 * (from 1). Short, since every booking contains it; it only has to distinguish the few connectors of one agent.
 */
export function connectorHash(chargePointId: string, connectorId: number): Hex {
  const parameters = [{ type: 'string' }, { type: 'uint256' }] as const;
  return slice(keccak256(encodeAbiParameters(parameters, [chargePointId, BigInt(connectorId)])), 0, 6);
}

export function listingIdOf(agentKey: Address, connector: Hex): Hex {
  return keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'bytes6' }], [agentKey, connector]));
}

/** `book` takes this hash instead of the place, which it does not need. */
export function placeHash(place: PlaceStruct): Hex {
  return keccak256(
    encodeAbiParameters(
      [{ type: 'bytes6' }, { type: 'uint256' }, { type: 'bytes32' }],
      [place.connector, place.location, place.placeCommitment],
    ),
  );
}
