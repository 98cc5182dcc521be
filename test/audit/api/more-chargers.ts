import { latLngToCell } from 'h3-js';
import { type Hex, keccak256 } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { packHours } from '../../../protocol/hours.ts';
import { type ListingStruct, type Location, listingIdOf, packLocation } from '../../../protocol/listing.ts';
import { signMessageOf, toCompact } from '../../../protocol/signature.ts';
import type { Terms } from '../../../protocol/terms.ts';
import { localAccount } from '../../../scripts/lib/local-accounts.ts';
import { type TestMarket, testListing, testTerms, write } from '../../support/market.ts';
import { nowOf } from '../scenario.ts';

/** A charger of the ledger, and its agent's key. */
export interface ListedCharger {
  agent: PrivateKeyAccount;
  listing: ListingStruct;
  listingId: Hex;
}

interface Kind {
  at: readonly [latitude: number, longitude: number];
  location?: Partial<Location>;
  terms?: (terms: Terms) => Partial<Terms>;
  mask?: bigint;
  meterKey?: Hex;
  host?: ReturnType<typeof localAccount>;
}

const point = privateKeyToAccount(generatePrivateKey()).publicKey;
const METER_KEY: Hex = `0x${point.slice(4)}`;

/** From eight to eighteen on working days, and all of Sunday. */
const OFFICE = [0, 1, 2, 3, 4].reduce(
  (mask, day) => mask | (0x3ffn << BigInt(day * 24 + 8)),
  0xffffffn << 144n,
);

const KINDS = {
  fast: {
    at: [52.52, 13.4],
    location: { connectorStandard: 'IEC_62196_T2_COMBO', powerType: 'DC' },
    terms: ({ tariff, metering }) => ({
      tariff: { ...tariff, pricePerKwh: 490_001n, pricePerHour: 0n, flatFee: 0n },
      metering: { ...metering, maxPowerW: 50_000n, meterAlgorithm: 'ECDSA-secp256k1-SHA256' },
      meterKeyHash: keccak256(METER_KEY),
    }),
    meterKey: METER_KEY,
  },
  office: {
    at: [52.53, 13.41],
    mask: OFFICE,
    terms: ({ bookingTerms, metering }) => ({
      bookingTerms: { ...bookingTerms, minSlots: 4n, leadTimeMin: 120n, noshowFee: 0n },
      metering: { ...metering, maxPowerW: 3_700n },
    }),
    location: { connectorStandard: 'DOMESTIC_F', powerType: 'AC_1_PHASE' },
  },
  byOffers: { at: [52.51, 13.39], mask: 0n },
  closed: { at: [52.515, 13.38] },
  revoked: { at: [52.516, 13.42] },
  unnamed: { at: [48.1, 11.5], location: { connectorStandard: 'UNKNOWN' } },
  eastern: {
    at: [-17.8, 179.99],
    host: localAccount('relayer'),
    // Free, but for a fee that four decimals do not hold.
    terms: ({ tariff, bookingTerms }) => ({
      tariff: { ...tariff, pricePerKwh: 0n, pricePerHour: 0n, overstayPerHour: 0n, flatFee: 0n },
      bookingTerms: { ...bookingTerms, noshowFee: 10n },
    }),
  },
} as const satisfies Record<string, Kind>;

type KindName = keyof typeof KINDS;

async function list(market: TestMarket, kind: Kind): Promise<ListedCharger> {
  const agent = privateKeyToAccount(generatePrivateKey());
  const host = kind.host ?? localAccount('host');
  const base = testTerms(host.address, agent.address);
  const plain = testListing({ ...base, ...kind.terms?.(base) });
  const usual = { resolution: 8, connectorStandard: 'IEC_62196_T2', powerType: 'AC_3_PHASE' } as const;
  const location = packLocation({ ...usual, h3Cell: latLngToCell(...kind.at, 8), ...kind.location });
  const hours = { utcOffset: 4, offsetChangesAt: 0, utcOffsetAfter: 0 };
  const listing = {
    ...plain,
    ...(kind.mask === undefined ? {} : { weeklyHours: packHours({ ...hours, mask: kind.mask }) }),
    place: { ...plain.place, location },
    meterKey: kind.meterKey ?? plain.meterKey,
  };
  const listingId = listingIdOf(agent.address, listing.place.connector);
  const validUntil = BigInt((await nowOf(market)) + 300);
  const consent = { listingId, host: host.address, validUntil };
  const signature = toCompact(await signMessageOf(agent, market.ref, 'AgentConsent', consent));
  await write(market, host, 'publishListing', [listing, validUntil, signature, '0x']);
  return { agent, listing, listingId };
}

/** Chargers of many kinds beside the one of the scenario: one is closed, one revoked, one booked by offers only. */
export async function listMoreChargers(market: TestMarket): Promise<Record<KindName, ListedCharger>> {
  const listed: Partial<Record<KindName, ListedCharger>> = {};
  for (const [name, kind] of Object.entries(KINDS)) listed[name as KindName] = await list(market, kind);
  const chargers = listed as Record<KindName, ListedCharger>;
  const host = localAccount('host');
  await write(market, host, 'setListingStatus', [chargers.closed.listing, 2, '0x']);
  await write(market, host, 'setListingStatus', [chargers.revoked.listing, 3, '0x']);
  return chargers;
}
