import { latLngToCell } from 'h3-js';
import { bytesToHex, type Hex, keccak256, zeroHash } from 'viem';
import type { PairingResponse } from '../../../protocol/api.ts';
import { type Handover, placeCommitmentOf } from '../../../protocol/handover.ts';
import { packHours, type WeeklyHours } from '../../../protocol/hours.ts';
import type { PairingOffer } from '../../../protocol/link.ts';
import { type ListingStruct, type PlaceStruct, packLocation } from '../../../protocol/listing.ts';
import {
  DEFAULT_PRESET,
  PRESETS,
  type PresetName,
  presetAllowance,
  presetBookingTerms,
} from '../../../protocol/presets.ts';
import { toTermsStruct } from '../../../protocol/terms.ts';
import { parseDecimal } from '../../../protocol/units.ts';

const QUARTER_HOUR_MIN = 15;

/** The fields of the form. Money is decimal text, so that no digit is lost. */
export interface ListingDraft {
  pricePerKwh: string;
  pricePerHour: string;
  flatFee: string;
  overstayPerHour: string;
  /** Per booked slot of a quarter of an hour. */
  noshowFee: string;
  /** Sets all that the form does not show; undefined: as the listing has it. */
  preset: PresetName | undefined;
  cancelUntilMin: number;
  lateStopMin: number;
  hours: WeeklyHours;
  resolution: 7 | 8 | 9;
  location: { latitude: number; longitude: number } | undefined;
  /** For booked drivers only. */
  instructions: string;
  contact: string;
}

export type LocatedDraft = ListingDraft & { location: NonNullable<ListingDraft['location']> };

/** UTC offset of this device in quarter hours, the unit of the ledger. */
export const utcOffsetNow = (): number => -new Date().getTimezoneOffset() / QUARTER_HOUR_MIN;

/** The fields of the form that a preset fills; the host may change them afterwards. */
export function fieldsOf(
  preset: PresetName,
): Pick<ListingDraft, 'preset' | 'noshowFee' | 'cancelUntilMin' | 'lateStopMin'> {
  const { noshowFeePerSlot: noshowFee, cancelUntilMin, lateStopMin } = PRESETS[preset];
  return { preset, noshowFee, cancelUntilMin, lateStopMin };
}

export function defaultDraft(): ListingDraft {
  return {
    pricePerKwh: '0.25',
    pricePerHour: '0',
    flatFee: '0',
    overstayPerHour: '2',
    ...fieldsOf(DEFAULT_PRESET),
    hours: { mask: (1n << 168n) - 1n, utcOffset: utcOffsetNow(), ...nextOffsetChange(Date.now()) },
    resolution: 8,
    location: undefined,
    instructions: '',
    contact: '',
  };
}

/**
 * The next change of this device's UTC offset within half a year, to the quarter hour. The ledger computes local hours
 * from two offsets and the time of the change.
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

/** The handover for booked drivers, with a new salt. The ledger has only its hash and the coarse cell. */
export function handoverOf(listingId: Hex, { location, instructions, contact }: LocatedDraft): Handover {
  const salt = bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
  const exact = `${location.latitude.toFixed(6)},${location.longitude.toFixed(6)}`;
  return { listingId, salt, place: exact, instructions: instructions.trim(), contact: contact.trim() };
}

/** The terms that the form sets. */
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
      noshowFee: units(draft.noshowFee),
    },
  };
}

/**
 * The listing of a draft, for the paired connector.
 *
 * @throws PlugpactError `units.…` or `word.outOfRange` with the amount that does not fit.
 */
export function listingOf(
  draft: LocatedDraft,
  pairing: PairingResponse,
  host: Hex,
  decimals: number,
  handover: Handover,
): ListingStruct {
  const { offer } = pairing;
  const { tariff: prices, bookingTerms } = formTerms(draft, decimals);
  const preset = draft.preset ?? DEFAULT_PRESET;
  // One hour of overstay is reserved, so that it can be paid whatever the charge costs.
  const tariff = { ...prices, overstayReserve: prices.overstayPerHour, discountBp: 0n };
  const terms = toTermsStruct({
    host,
    agentKey: pairing.agentKey,
    tariff,
    bookingTerms: { ...presetBookingTerms(preset, decimals), ...bookingTerms },
    metering: {
      ...presetAllowance(preset, tariff, decimals),
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
    place: placeOf(draft, { connector, connectorStandard, powerType }, handover),
    meterKey: offer.meterAlgorithm === 'none' ? '0x' : offer.meterKey,
  };
}

export function placeOf(
  { location: { latitude, longitude }, resolution }: LocatedDraft,
  { connector, ...plug }: Pick<PairingOffer, 'connector' | 'connectorStandard' | 'powerType'>,
  handover: Handover,
): PlaceStruct {
  const h3Cell = latLngToCell(latitude, longitude, resolution);
  return {
    connector,
    location: packLocation({ h3Cell, resolution, ...plug }),
    placeCommitment: placeCommitmentOf(handover),
  };
}
