import { keccak256, zeroHash } from 'viem';
import { ALWAYS, packHours, type WeeklyHours } from '../../protocol/hours.ts';
import { connectorHash, type ListingStruct, listingIdOf } from '../../protocol/listing.ts';
import { type MeterAlgorithm, type Terms, toTermsStruct } from '../../protocol/terms.ts';
import { newMeter, type TestMeter } from '../contracts/test-meter.ts';
import { testListing, testTerms } from '../support/market.ts';
import { addressOf } from './actors.ts';

/** A wallbox that can be listed: its agent, its meter if it signs, and the host who may list it. */
export interface Charger {
  host: string;
  agent: string;
  algorithm: MeterAlgorithm;
  idTagPrefix: string;
}

export const CHARGERS: readonly Charger[] = [
  { host: 'host-0', agent: 'agent-0', algorithm: 'ECDSA-secp256r1-SHA256', idTagPrefix: '' },
  { host: 'host-1', agent: 'agent-1', algorithm: 'ECDSA-secp256k1-SHA256', idTagPrefix: 'OCPP:' },
  { host: 'host-0', agent: 'agent-2', algorithm: 'none', idTagPrefix: '' },
  { host: 'host-1', agent: 'agent-3', algorithm: 'ECDSA-secp256r1-SHA256', idTagPrefix: '' },
];

const METERS: readonly (TestMeter | undefined)[] = CHARGERS.map(({ algorithm }) =>
  algorithm === 'none' ? undefined : newMeter(algorithm),
);

/** The charger's own meter, or another one where there is none. */
export const meterOf = (charger: number): TestMeter => METERS[charger] ?? FOREIGN_METER;
export const FOREIGN_METER = newMeter();

export const listingIdOfCharger = (charger: number) =>
  listingIdOf(addressOf(chargerOf(charger).agent), connectorHash('CP1', 1));

export function chargerOf(charger: number): Charger {
  const found = CHARGERS[charger];
  if (!found) throw new Error(`There are ${CHARGERS.length} chargers, none is number ${charger}.`);
  return found;
}

/** What a host can publish; `refusal` is the ledger's error where that is invalid. */
export interface Listable {
  terms: Terms;
  hours: WeeklyHours;
  listing: ListingStruct;
  refusal: string | null;
}

interface Variant {
  terms?: Partial<Terms['bookingTerms']>;
  tariff?: Partial<Terms['tariff']>;
  metering?: Partial<Terms['metering']>;
  hours?: WeeklyHours;
  listing?: Partial<ListingStruct>;
  refusal?: string;
}

/** Weekdays from 7 to 19 o'clock at +05:45, which changes to +06:45 in the summer of 2033. */
const DAYTIME: WeeklyHours = {
  mask: [0, 1, 2, 3, 4].reduce((mask, day) => mask | (0xfffn << BigInt(day * 24 + 7)), 0n),
  utcOffset: 23,
  offsetChangesAt: 2_000_500_000,
  utcOffsetAfter: 27,
};

/** No local hour: booked by offers only. */
const NEVER_OPEN: WeeklyHours = { ...ALWAYS, mask: 0n };

const NO_TRUST = { unsignedCost: 0n, allowedCost: 0n };
const OTHER_CELL = testListing(testTerms(addressOf('host-0'), addressOf('agent-0'))).place;

const OUT_OF_RANGE = 'Listing_TermOutOfRange';

/** The first ones are valid. */
const VARIANTS: readonly Variant[] = [
  { tariff: { discountBp: 3_000n } },
  {
    terms: { cancelUntilMin: 5n, earlyStartMin: 0n, lateStopMin: 0n, noshowFee: 100_001n, minSlots: 2n },
    tariff: { pricePerKwh: 311_111n, pricePerHour: 0n, flatFee: 0n, overstayReserve: 0n },
    metering: { unsignedCost: 500_000n, allowedCost: 300_000n },
  },
  {
    terms: { leadTimeMin: 50n, maxSlots: 6n, horizonSlots: 96n, noshowTimeoutMin: 20n, minCapPerSlot: 0n },
    tariff: { discountBp: 9_000n },
    metering: NO_TRUST,
  },
  { hours: DAYTIME, terms: { earlyStartMin: 120n, lateStopMin: 60n, cancelUntilMin: 45n } },
  { hours: NEVER_OPEN, tariff: { discountBp: 1_111n }, terms: { noshowFee: 0n, noshowTimeoutMin: 39n } },
  { terms: { maxSlots: 97n }, refusal: OUT_OF_RANGE },
  { terms: { minSlots: 0n }, refusal: OUT_OF_RANGE },
  { terms: { lateStopMin: 361n }, refusal: OUT_OF_RANGE },
  { terms: { noshowTimeoutMin: 14n }, refusal: OUT_OF_RANGE },
  { terms: { noshowTimeoutMin: 40n }, refusal: OUT_OF_RANGE },
  { terms: { cancelUntilMin: 10_081n }, refusal: OUT_OF_RANGE },
  { tariff: { discountBp: 9_001n }, refusal: OUT_OF_RANGE },
  { metering: { allowedCost: 1_000_001n }, refusal: OUT_OF_RANGE },
  { metering: { unsignedCost: 1_000_001n }, refusal: OUT_OF_RANGE },
  { metering: { maxPowerW: 0n }, refusal: OUT_OF_RANGE },
  { listing: { place: { ...OTHER_CELL, location: 6n << 64n } }, refusal: OUT_OF_RANGE },
  { listing: { meterKey: '0x1234' }, refusal: 'Listing_MeterKeyInvalid' },
];

export const GOOD_VARIANTS = VARIANTS.filter(({ refusal }) => refusal === undefined).length;
export const ALL_VARIANTS = VARIANTS.length;

export function termsOf(charger: number, variant: number, host = chargerOf(charger).host): Listable {
  const { agent, algorithm, idTagPrefix } = chargerOf(charger);
  const change = VARIANTS[variant] ?? {};
  const base = testTerms(addressOf(host), addressOf(agent));
  const meter = METERS[charger];
  const terms: Terms = {
    ...base,
    tariff: { ...base.tariff, ...change.tariff },
    bookingTerms: { ...base.bookingTerms, ...change.terms },
    metering: { ...base.metering, ...change.metering, meterAlgorithm: algorithm, idTagPrefix },
    meterKeyHash: meter ? keccak256(meter.key) : zeroHash,
  };
  const hours = change.hours ?? ALWAYS;
  const listing = {
    ...testListing(terms),
    terms: toTermsStruct(terms),
    weeklyHours: packHours(hours),
    meterKey: meter?.key ?? '0x',
    ...change.listing,
  } as const;
  return { terms, hours, listing, refusal: change.refusal ?? null };
}
