import { latLngToCell } from 'h3-js';
import { bytesToHex, type Hex, keccak256, zeroHash } from 'viem';
import type { PairingResponse } from '../../../protocol/api.ts';
import { type Handover, placeCommitmentOf } from '../../../protocol/handover.ts';
import { packHours, type WeeklyHours } from '../../../protocol/hours.ts';
import type { PairingOffer } from '../../../protocol/link.ts';
import { type ListingStruct, type PlaceStruct, packLocation } from '../../../protocol/listing.ts';
import { toTermsStruct } from '../../../protocol/terms.ts';
import { parseDecimal } from '../../../protocol/units.ts';

/** 7 calendar words of 224 slots: what the ledger's calendar can hold ahead (contracts/libraries/Calendar.sol). */
export const MAX_HORIZON_SLOTS = 1_568;
const SLOTS_PER_DAY = 96n;
const QUARTER_HOUR_MIN = 15;
/** Trust that the host asks of drivers, as energy: 5 kWh at the price, 0.1 kWh before the first co-signature. */
const UNSIGNED_WH = 5_000n;
const FIRST_UNSIGNED_WH = 100n;

/** What the host fills in. Money as decimal text, so that no digit is lost on the way. */
export interface ListingDraft {
  pricePerKwh: string;
  pricePerHour: string;
  flatFee: string;
  overstayPerHour: string;
  lateFee: string;
  cancelUntilMin: number;
  lateStopMin: number;
  hours: WeeklyHours;
  resolution: 7 | 8 | 9;
  place: { latitude: number; longitude: number } | undefined;
  /** For booked drivers alone. */
  instructions: string;
  contact: string;
}

export type PlacedDraft = ListingDraft & { place: NonNullable<ListingDraft['place']> };

/** Offset of this device's clock in quarter hours, as the ledger keeps local hours. */
export const utcOffsetNow = (): number => -new Date().getTimezoneOffset() / QUARTER_HOUR_MIN;

export function defaultDraft(): ListingDraft {
  return {
    pricePerKwh: '0.25',
    pricePerHour: '0',
    flatFee: '0',
    overstayPerHour: '2',
    lateFee: '1',
    cancelUntilMin: 60,
    lateStopMin: 15,
    hours: { mask: (1n << 168n) - 1n, utcOffset: utcOffsetNow(), ...nextOffsetChange(Date.now()) },
    resolution: 8,
    place: undefined,
    instructions: '',
    contact: '',
  };
}

/**
 * The next change of this device's UTC offset within half a year, to the quarter hour: the ledger counts local hours
 * by two offsets and the moment between them.
 */
export function nextOffsetChange(
  nowMs: number,
  offsetMinAt: (ms: number) => number = (ms) => -new Date(ms).getTimezoneOffset(),
): Pick<WeeklyHours, 'offsetChangesAt' | 'utcOffsetAfter'> {
  const dayMs = 86_400_000;
  const before = offsetMinAt(nowMs);
  for (let day = 1; day <= 183; day += 1) {
    if (offsetMinAt(nowMs + day * dayMs) === before) continue;
    let low = Math.floor((nowMs + (day - 1) * dayMs) / 900_000);
    let high = Math.ceil((nowMs + day * dayMs) / 900_000);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetMinAt(middle * 900_000) === before) low = middle;
      else high = middle;
    }
    return { offsetChangesAt: high * 900, utcOffsetAfter: offsetMinAt(high * 900_000) / QUARTER_HOUR_MIN };
  }
  return { offsetChangesAt: 0, utcOffsetAfter: 0 };
}

/** What a booked driver will be told, with a salt of its own: the ledger has only its hash and the coarse cell. */
export function handoverOf(listingId: Hex, { place, instructions, contact }: PlacedDraft): Handover {
  const salt = bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
  const exact = `${place.latitude.toFixed(6)},${place.longitude.toFixed(6)}`;
  return { listingId, salt, place: exact, instructions: instructions.trim(), contact: contact.trim() };
}

/** The trust that the host asks of drivers at a price. */
export const trustAt = (pricePerKwh: bigint) => ({
  unsignedCost: (pricePerKwh * UNSIGNED_WH) / 1_000n,
  firstUnsignedCost: (pricePerKwh * FIRST_UNSIGNED_WH) / 1_000n,
});

/** What the form sets of the terms. */
export function formTerms(draft: ListingDraft, decimals: number) {
  const units = (text: string) => parseDecimal(text, decimals);
  return {
    tariff: {
      pricePerKwh: units(draft.pricePerKwh),
      pricePerHour: units(draft.pricePerHour),
      overstayPerHour: units(draft.overstayPerHour),
      flatFee: units(draft.flatFee),
    },
    bookingTerms: {
      cancelUntilMin: BigInt(draft.cancelUntilMin),
      lateStopMin: BigInt(draft.lateStopMin),
      noshowFee: units(draft.lateFee),
    },
  };
}

/**
 * The listing that a draft means, for the connector that was paired.
 *
 * @throws PlugpactError `units.…` or `word.outOfRange` with the amount that does not fit.
 */
export function listingOf(
  draft: PlacedDraft,
  pairing: PairingResponse,
  host: Hex,
  decimals: number,
  told: Handover,
): ListingStruct {
  const { offer } = pairing;
  const { tariff, bookingTerms } = formTerms(draft, decimals);
  const terms = toTermsStruct({
    host,
    agentKey: pairing.agentKey,
    // One hour of staying too long is held back, so that it can be paid whatever was charged.
    tariff: { ...tariff, overstayReserve: tariff.overstayPerHour },
    bookingTerms: {
      ...bookingTerms,
      earlyStartMin: 0n,
      noshowTimeoutMin: 30n,
      minSlots: 1n,
      maxSlots: SLOTS_PER_DAY,
      leadTimeMin: 0n,
      horizonSlots: BigInt(MAX_HORIZON_SLOTS),
      minCapPerSlot: 0n,
    },
    metering: {
      ...trustAt(tariff.pricePerKwh),
      maxPowerW: BigInt(offer.maxPowerW),
      meterAlgorithm: offer.meterAlgorithm,
      idTagPrefix: '',
    },
    meterKeyHash: offer.meterAlgorithm === 'none' ? zeroHash : keccak256(offer.meterKey),
  });
  const { connector, connectorStandard, powerType } = offer;
  return {
    terms,
    weeklyHours: packHours(draft.hours),
    place: placeOf(draft, { connector, connectorStandard, powerType }, told),
    meterKey: offer.meterAlgorithm === 'none' ? '0x' : offer.meterKey,
  };
}

export function placeOf(
  { place: { latitude, longitude }, resolution }: PlacedDraft,
  { connector, ...plug }: Pick<PairingOffer, 'connector' | 'connectorStandard' | 'powerType'>,
  told: Handover,
): PlaceStruct {
  const h3Cell = latLngToCell(latitude, longitude, resolution);
  return {
    connector,
    location: packLocation({ h3Cell, resolution, ...plug }),
    placeCommitment: placeCommitmentOf(told),
  };
}
