import timeZoneAt from '@photostructure/tz-lookup';
import { iso31661Alpha2ToAlpha3 } from 'iso-3166';
import { printable } from '../../../protocol/api/printable.ts';
import type { Basemap } from '../../basemap/basemap.ts';
import { nearestTown } from '../../basemap/nearest.ts';

/** Where a coarse position is, in words. */
export interface Area {
  city: string;
  /** ISO 3166-1 alpha-3; XXX where no town is near, or no basemap was built. */
  country: string;
  /** Of IANA's database. */
  timeZone: string;
}

/** For what a homeowner does not publish, in fields that OCPI requires. */
export const NOT_PUBLISHED = 'not published';
const MAX_CITY_CHARS = 45;

export async function areaOf(
  basemap: () => Promise<Basemap>,
  { latitudeE6, longitudeE6 }: { latitudeE6: number; longitudeE6: number },
): Promise<Area> {
  const at = { latitude: latitudeE6 / 1e6, longitude: longitudeE6 / 1e6 };
  // Without a basemap the town is not known; everything else is sent all the same.
  const towns = await basemap().then(
    (built) => built.towns,
    () => undefined,
  );
  const town = towns && nearestTown(towns, at);
  return {
    city: printable(town?.name ?? NOT_PUBLISHED, MAX_CITY_CHARS),
    country: (town && iso31661Alpha2ToAlpha3[town.country]) ?? 'XXX',
    timeZone: timeZoneAt(at.latitude, at.longitude),
  };
}
