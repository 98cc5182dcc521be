import { cellToLatLng } from 'h3-js';
import { type Address, type Hex, zeroAddress, zeroHash } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';
import { ALWAYS, packHours } from '../../../protocol/hours.ts';
import { type ListingStruct, listingIdOf, packLocation } from '../../../protocol/listing.ts';
import { presetAllowance, presetBookingTerms } from '../../../protocol/presets.ts';
import { type Tariff, type TermsStruct, toTermsStruct } from '../../../protocol/terms.ts';
import { positionNearTown } from './cities.ts';
import { type Drawn, fractionOf, hexOf, wholeOf } from './draw.ts';
import type { HistoryOptions } from './history.ts';

const LISTING = 2;
const AGENT = 3;
/** Of the demo token and of USDC. */
export const TOKEN_DECIMALS = 6;
/** Numbers of drawn fields; a position takes three. */
const FIELD = {
  host: 0,
  agent: 1,
  connector: 2,
  commitment: 3,
  position: 4,
  price: 8,
  kind: 9,
  hours: 10,
  meterKey: 11,
};

/** Common kinds of home chargers. */
const BOXES = [
  { connectorStandard: 'IEC_62196_T2', powerType: 'AC_3_PHASE', maxPowerW: 11_000n },
  { connectorStandard: 'IEC_62196_T2', powerType: 'AC_3_PHASE', maxPowerW: 22_000n },
  { connectorStandard: 'IEC_62196_T2', powerType: 'AC_1_PHASE', maxPowerW: 7_400n },
  { connectorStandard: 'IEC_62196_T1', powerType: 'AC_1_PHASE', maxPowerW: 7_400n },
  { connectorStandard: 'DOMESTIC_F', powerType: 'AC_1_PHASE', maxPowerW: 3_700n },
  { connectorStandard: 'IEC_62196_T2_COMBO', powerType: 'DC', maxPowerW: 50_000n },
] as const;

/** Every day from 8 to 22 o'clock. */
const DAYTIME_BITS = ((1n << 14n) - 1n) << 8n;
const DAYTIME = Array.from({ length: 7 }, (_unused, day) => DAYTIME_BITS << BigInt(24 * day)).reduce(
  (mask, day) => mask | day,
);

/** With the offset of central Europe, in quarter hours. */
const HOURS = [ALWAYS, { ...ALWAYS, mask: DAYTIME, utcOffset: 4 }].map(packHours);

const drawnOf = (seed: number, listing: number): Drawn => ({ seed, kind: LISTING, subject: listing });

/** The private key of an agent whose listing is one of `keyedListings`: its heartbeats can be signed. */
export const agentKeyOf = (seed: number, listing: number): Hex =>
  `0x${hexOf({ seed, kind: AGENT, subject: listing }, 0, 32)}`;

const BOOKING_TERMS = (['relaxed', 'usual', 'strict'] as const).map((name) =>
  presetBookingTerms(name, TOKEN_DECIMALS),
);

/** Addresses of the known keys: some 0.3 ms each. */
const keyed = new Map<string, Address>();

function agentOf({ seed, keyedListings }: HistoryOptions, listing: number): Address {
  if (listing >= keyedListings) return `0x${hexOf(drawnOf(seed, listing), FIELD.agent, 20)}`;
  const key = `${seed} ${listing}`;
  const known = keyed.get(key) ?? (privateKeyToAddress(agentKeyOf(seed, listing)).toLowerCase() as Address);
  keyed.set(key, known);
  return known;
}

/** What stays of a listing over its versions: cheap, since many events name no more of it. */
export function identityOf(options: HistoryOptions, listing: number) {
  const drawn = drawnOf(options.seed, listing);
  const agentKey = agentOf(options, listing);
  const connector: Hex = `0x${hexOf(drawn, FIELD.connector, 6)}`;
  const host: Address = `0x${hexOf(drawn, FIELD.host, 20)}`;
  return { agentKey, connector, host, listingId: listingIdOf(agentKey, connector) };
}

/** Where a listing stands, in degrees, and its cell. */
export const positionOf = (seed: number, listing: number) =>
  positionNearTown(drawnOf(seed, listing), FIELD.position);

/** Where the map shows a listing: in the middle of its cell. */
export function shownAt(seed: number, listing: number): { latitude: number; longitude: number } {
  const [latitude, longitude] = cellToLatLng(positionOf(seed, listing).h3Cell);
  return { latitude, longitude };
}

/** What a listing asks, as it was drawn. */
interface Asked {
  /** Cents. */
  pricePerKwh: number;
  isTimePriced: boolean;
  box: number;
  isMetered: boolean;
  preset: number;
}

type Words = Pick<TermsStruct, 'tariff' | 'bookingTerms' | 'metering'>;

/** Packed once for all listings that ask the same. */
const packed = new Map<number, Words>();

function pack({ pricePerKwh, isTimePriced, box, isMetered, preset }: Asked): Words {
  const tariff: Tariff = {
    pricePerKwh: BigInt(pricePerKwh) * 10_000n,
    pricePerHour: isTimePriced ? 200_000n : 0n,
    overstayPerHour: 2_000_000n,
    flatFee: 0n,
    overstayReserve: 500_000n,
    discountBp: 0n,
  };
  return toTermsStruct({
    ...{ host: zeroAddress, agentKey: zeroAddress, meterKeyHash: zeroHash, tariff },
    bookingTerms: BOOKING_TERMS[preset]!,
    metering: {
      ...presetAllowance('usual', tariff, TOKEN_DECIMALS),
      maxPowerW: BOXES[box]!.maxPowerW,
      meterAlgorithm: isMetered ? 'ECDSA-secp256r1-SHA256' : 'none',
      idTagPrefix: '',
    },
  });
}

function wordsOf(asked: Asked): Words {
  const { pricePerKwh, isTimePriced, box, isMetered, preset } = asked;
  const key =
    ((pricePerKwh * 2 + Number(isTimePriced)) * BOXES.length + box) * 6 + preset * 2 + Number(isMetered);
  const known = packed.get(key) ?? pack(asked);
  packed.set(key, known);
  return known;
}

/** A listing as the market's event publishes it. */
export function listingAt(options: HistoryOptions, listing: number): ListingStruct {
  const drawn = drawnOf(options.seed, listing);
  const { agentKey, connector, host } = identityOf(options, listing);
  const asked: Asked = {
    pricePerKwh: wholeOf(drawn, FIELD.price, 20, 60),
    isTimePriced: wholeOf(drawn, FIELD.price + 20, 0, 3) === 0,
    box: wholeOf(drawn, FIELD.kind, 0, BOXES.length - 1),
    isMetered: fractionOf(drawn, FIELD.meterKey) < 0.2,
    preset: wholeOf(drawn, FIELD.hours + 20, 0, 2),
  };
  const { tariff, bookingTerms, metering } = wordsOf(asked);
  const { connectorStandard, powerType } = BOXES[asked.box]!;
  const { h3Cell } = positionOf(options.seed, listing);
  const bytes = (field: number, count: number): Hex => `0x${hexOf(drawn, field, count)}`;
  const meterKeyHash = asked.isMetered ? bytes(FIELD.meterKey + 1, 32) : zeroHash;
  return {
    terms: { host, agentKey, tariff, bookingTerms, metering, meterKeyHash },
    weeklyHours: HOURS[wholeOf(drawn, FIELD.hours, 0, 1)]!,
    place: {
      connector,
      location: packLocation({ h3Cell, resolution: 8, connectorStandard, powerType }),
      placeCommitment: bytes(FIELD.commitment, 32),
    },
    meterKey: asked.isMetered ? bytes(FIELD.meterKey + 2, 64) : '0x',
  };
}
