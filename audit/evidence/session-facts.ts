import { type Hex, zeroHash } from 'viem';
import type { BookingAccount } from '../accounting/account-book.ts';
import { timesOf } from '../accounting/state.ts';
import type { LedgerEvent } from '../rules/events.ts';
import { meterKeyHashOf, readMetering, type TermsStruct } from '../rules/listing-terms.ts';
import type { MarketConstants } from '../rules/market-constants.ts';
import type { Reading } from '../rules/reading.ts';

/** A meter key that the booked terms pin. */
export interface PinnedMeter {
  /** x ‖ y, 64 bytes. */
  point: Hex;
  /** 1 is ECDSA on secp256r1, 2 on secp256k1. */
  algorithm: number;
  /** What stands before the tag in a record's ID. */
  prefix: string;
}

/** What the ledger says of a booking, as far as evidence is held against it. */
export interface SessionFacts {
  bookingId: Hex;
  listingId: Hex;
  agentKey: Hex;
  sessionKey: Hex;
  startHash: Hex;
  /** Unix seconds. */
  opens: number;
  closes: number;
  /** The readings that the ledger has of it. */
  readings: Reading[];
  /** The one that is billed, or claimed. */
  billed: Reading | undefined;
  /** Wh that the booking's end sold; 0 without an end that sold any. */
  soldWh: number;
  meter: PinnedMeter | undefined;
  /** The transaction that ended it, else the one that booked it. */
  tx: Hex;
}

/** The meter keys that listings have ever published, by their hash. */
export function meterKeysOf(events: readonly LedgerEvent[]): Map<Hex, Hex> {
  const keys = new Map<Hex, Hex>();
  for (const event of events) {
    if (event.eventName !== 'ListingPublished') continue;
    const { meterKey } = event.args.listing;
    keys.set(meterKeyHashOf(meterKey), meterKey);
  }
  return keys;
}

/** The meter key that terms pin; undefined where they pin none. */
export function pinnedMeterOf(
  { meterKeyHash, metering }: TermsStruct,
  keys: ReadonlyMap<Hex, Hex>,
): PinnedMeter | undefined {
  const { meterAlgorithm: algorithm, idTagPrefix: prefix } = readMetering(metering);
  const point = meterKeyHash === zeroHash ? undefined : keys.get(meterKeyHash);
  return point === undefined || algorithm === 0 ? undefined : { point, algorithm, prefix };
}

export function sessionFacts(
  account: BookingAccount,
  market: MarketConstants,
  keys: ReadonlyMap<Hex, Hex>,
): SessionFacts {
  const { bookingId, booking, reading, cosigned, alone, end, booked, energyWh } = account;
  const { terms, listingId, sessionKey, startHash } = booking;
  const { opens, closes } = timesOf(account, market);
  return {
    ...{ bookingId, listingId, agentKey: terms.agentKey, sessionKey, startHash, opens, closes },
    readings: distinct([reading, cosigned, alone]),
    billed: reading,
    soldWh: energyWh,
    meter: pinnedMeterOf(terms, keys),
    tx: (end?.stamp ?? booked).tx,
  };
}

const distinct = (readings: readonly (Reading | undefined)[]): Reading[] => [
  ...new Map(
    readings.flatMap((reading) => (reading === undefined ? [] : [[JSON.stringify(reading), reading]])),
  ).values(),
];
