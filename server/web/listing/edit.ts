import { formatUnits, type Hex } from 'viem';
import type { ChargerDetail } from '../../../protocol/api.ts';
import { type Handover, placeCommitmentOf } from '../../../protocol/handover.ts';
import { packHours, unpackHours, type WeeklyHours } from '../../../protocol/hours.ts';
import { type ListingStruct, unpackLocation } from '../../../protocol/listing.ts';
import { fromTermsStruct, toTermsStruct } from '../../../protocol/terms.ts';
import { termsStructOf } from '../booking/charger.ts';
import {
  formTerms,
  handoverOf,
  type ListingDraft,
  nextOffsetChange,
  type PlacedDraft,
  placeOf,
  trustAt,
  utcOffsetNow,
} from './draft.ts';

/** A published listing as the contracts take it. */
export function publishedOf(detail: ChargerDetail): ListingStruct {
  return {
    terms: termsStructOf(detail.terms),
    weeklyHours: BigInt(detail.weeklyHours),
    place: { ...detail.place, location: BigInt(detail.place.location) },
    meterKey: detail.meterKey,
  };
}

/** The kept private part, if it is the one that this version commits to. */
export const privateOf = (current: ListingStruct, kept: readonly Handover[]): Handover | undefined =>
  kept.find((told) => placeCommitmentOf(told) === current.place.placeCommitment);

/** The form as the present version fills it; place, instructions and contact where this browser has them. */
export function draftOf(current: ListingStruct, told: Handover | undefined, decimals: number): ListingDraft {
  const { tariff, bookingTerms } = fromTermsStruct(current.terms);
  const text = (units: bigint) => formatUnits(units, decimals);
  const [latitude, longitude] = (told?.place ?? '').split(',').map(Number);
  const isPlaced = latitude !== undefined && longitude !== undefined;
  return {
    pricePerKwh: text(tariff.pricePerKwh),
    pricePerHour: text(tariff.pricePerHour),
    flatFee: text(tariff.flatFee),
    overstayPerHour: text(tariff.overstayPerHour),
    lateFee: text(bookingTerms.noshowFee),
    cancelUntilMin: Number(bookingTerms.cancelUntilMin),
    lateStopMin: Number(bookingTerms.lateStopMin),
    hours: renewed(unpackHours(current.weeklyHours), Date.now()),
    resolution: unpackLocation(current.place.location).resolution as ListingDraft['resolution'],
    place: isPlaced ? { latitude, longitude } : undefined,
    instructions: told?.instructions ?? '',
    contact: told?.contact ?? '',
  };
}

/** A device on the charger's own time knows the next change of its clocks; one that travels leaves them alone. */
function renewed(hours: WeeklyHours, nowMs: number): WeeklyHours {
  const hasChanged = hours.offsetChangesAt !== 0 && nowMs >= hours.offsetChangesAt * 1_000;
  const utcOffset = hasChanged ? hours.utcOffsetAfter : hours.utcOffset;
  return utcOffset === utcOffsetNow() ? { mask: hours.mask, utcOffset, ...nextOffsetChange(nowMs) } : hours;
}

/** What drivers will be told: as it was where nothing of it changed, so that the agent need not hear it again. */
export function toldAgain(listingId: Hex, draft: PlacedDraft, before: Handover | undefined): Handover {
  const now = handoverOf(listingId, draft);
  const isSame =
    before?.place === now.place && before.instructions === now.instructions && before.contact === now.contact;
  return isSame ? before : now;
}

/**
 * The next version of a listing: what the form sets, and all else as it was. Without a `told` the place stays too.
 *
 * @throws PlugpactError as `listingOf` does.
 */
export function changedListing(
  current: ListingStruct,
  draft: ListingDraft,
  told: Handover | undefined,
  decimals: number,
): ListingStruct {
  const before = fromTermsStruct(current.terms);
  const { tariff, bookingTerms } = formTerms(draft, decimals);
  const { overstayPerHour, pricePerKwh } = tariff;
  const isSamePrice = pricePerKwh === before.tariff.pricePerKwh;
  const overstayReserve =
    overstayPerHour === before.tariff.overstayPerHour ? before.tariff.overstayReserve : overstayPerHour;
  const { connectorStandard, powerType } = unpackLocation(current.place.location);
  const plug = { connector: current.place.connector, connectorStandard, powerType };
  return {
    terms: toTermsStruct({
      ...before,
      tariff: { ...tariff, overstayReserve },
      bookingTerms: { ...before.bookingTerms, ...bookingTerms },
      metering: { ...before.metering, ...(isSamePrice ? {} : trustAt(pricePerKwh)) },
    }),
    weeklyHours: packHours(draft.hours),
    place: told === undefined ? current.place : placeOf(draft as PlacedDraft, plug, told),
    meterKey: current.meterKey,
  };
}
