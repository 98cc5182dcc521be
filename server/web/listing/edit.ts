import { formatUnits, type Hex } from 'viem';
import type { ChargerDetail } from '../../../protocol/api.ts';
import { type Handover, placeCommitmentOf } from '../../../protocol/handover.ts';
import { packHours, unpackHours, type WeeklyHours } from '../../../protocol/hours.ts';
import { type ListingStruct, unpackLocation } from '../../../protocol/listing.ts';
import {
  DEFAULT_PRESET,
  type PresetName,
  presetAllowance,
  presetBookingTerms,
} from '../../../protocol/presets.ts';
import {
  fromTermsStruct,
  type Metering,
  type Tariff,
  type Terms,
  toTermsStruct,
} from '../../../protocol/terms.ts';
import { termsStructOf } from '../booking/charger.ts';
import {
  formTerms,
  handoverOf,
  type ListingDraft,
  type LocatedDraft,
  nextOffsetChange,
  placeOf,
  utcOffsetNow,
} from './draft.ts';

/** A published listing, as the struct that the contracts take. */
export function publishedOf(detail: ChargerDetail): ListingStruct {
  return {
    terms: termsStructOf(detail.terms),
    weeklyHours: BigInt(detail.weeklyHours),
    place: { ...detail.place, location: BigInt(detail.place.location) },
    meterKey: detail.meterKey,
  };
}

/** The stored handover that this version commits to, if there is one. */
export const privateOf = (current: ListingStruct, stored: readonly Handover[]): Handover | undefined =>
  stored.find((handover) => placeCommitmentOf(handover) === current.place.placeCommitment);

/** The form filled with the present version; location, instructions and contact where this browser has them. */
export function draftOf(
  current: ListingStruct,
  handover: Handover | undefined,
  decimals: number,
): ListingDraft {
  const { tariff, bookingTerms } = fromTermsStruct(current.terms);
  const text = (units: bigint) => formatUnits(units, decimals);
  const [latitude, longitude] = (handover?.place ?? '').split(',').map(Number);
  const isLocated = latitude !== undefined && longitude !== undefined;
  return {
    pricePerKwh: text(tariff.pricePerKwh),
    pricePerHour: text(tariff.pricePerHour),
    flatFee: text(tariff.flatFee),
    overstayPerHour: text(tariff.overstayPerHour),
    noshowFee: text(bookingTerms.noshowFee),
    preset: undefined,
    cancelUntilMin: Number(bookingTerms.cancelUntilMin),
    lateStopMin: Number(bookingTerms.lateStopMin),
    hours: updatedHours(unpackHours(current.weeklyHours), Date.now()),
    resolution: unpackLocation(current.place.location).resolution as ListingDraft['resolution'],
    location: isLocated ? { latitude, longitude } : undefined,
    instructions: handover?.instructions ?? '',
    contact: handover?.contact ?? '',
  };
}

/** A device in the charger's time zone updates the next clock change; in another time zone the hours stay. */
function updatedHours(hours: WeeklyHours, nowMs: number): WeeklyHours {
  const hasChanged = hours.offsetChangesAt !== 0 && nowMs >= hours.offsetChangesAt * 1_000;
  const utcOffset = hasChanged ? hours.utcOffsetAfter : hours.utcOffset;
  return utcOffset === utcOffsetNow() ? { mask: hours.mask, utcOffset, ...nextOffsetChange(nowMs) } : hours;
}

/** The handover of a draft: the previous one where nothing in it changed, so that the agent needs no new one. */
export function nextHandover(listingId: Hex, draft: LocatedDraft, before: Handover | undefined): Handover {
  const now = handoverOf(listingId, draft);
  const isSame =
    before?.place === now.place && before.instructions === now.instructions && before.contact === now.contact;
  return isSame ? before : now;
}

/**
 * The next version of a listing: the fields of the form changed, all others as before. Without a `handover` the location
 * stays as well.
 *
 * @throws PlugpactError as `listingOf` does.
 */
export function changedListing(
  current: ListingStruct,
  draft: ListingDraft,
  handover: Handover | undefined,
  decimals: number,
): ListingStruct {
  const before = fromTermsStruct(current.terms);
  const { tariff: prices, bookingTerms } = formTerms(draft, decimals);
  const { overstayPerHour } = prices;
  const overstayReserve =
    overstayPerHour === before.tariff.overstayPerHour ? before.tariff.overstayReserve : overstayPerHour;
  const tariff = { ...before.tariff, ...prices, overstayReserve };
  const preset = draft.preset === undefined ? {} : presetBookingTerms(draft.preset, decimals);
  const { connectorStandard, powerType } = unpackLocation(current.place.location);
  const plug = { connector: current.place.connector, connectorStandard, powerType };
  return {
    terms: toTermsStruct({
      ...before,
      tariff,
      bookingTerms: { ...before.bookingTerms, ...preset, ...bookingTerms },
      metering: { ...before.metering, ...changedTrust(before, tariff, draft.preset, decimals) },
    }),
    weeklyHours: packHours(draft.hours),
    place: handover === undefined ? current.place : placeOf(draft as LocatedDraft, plug, handover),
    meterKey: current.meterKey,
  };
}

/**
 * What guests are asked to trust: as before at the same prices; a preset sets it; at other prices the figure to begin
 * with follows them.
 */
function changedTrust(
  before: Terms,
  tariff: Tariff,
  preset: PresetName | undefined,
  decimals: number,
): Partial<Metering> {
  if (preset !== undefined) return presetAllowance(preset, tariff, decimals);
  const isSame = (Object.keys(tariff) as (keyof Tariff)[]).every(
    (name) => tariff[name] === before.tariff[name],
  );
  if (isSame) return {};
  return { allowedCost: presetAllowance(DEFAULT_PRESET, tariff, decimals).allowedCost };
}
