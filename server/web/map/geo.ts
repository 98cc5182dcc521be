/** West, south, east, north in degrees. */
export type Bounds = [number, number, number, number];

/** Degrees. */
export interface Position {
  latitude: number;
  longitude: number;
}

const EARTH_RADIUS_M = 6_371_008.8;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Metres along the great circle. */
export function metresBetween(a: Position, b: Position): number {
  const [north, east] = [radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)];
  const square =
    Math.sin(north / 2) ** 2 +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(east / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(square)));
}

/** From -180 up to, and without, 180. */
export const wrapped = (degrees: number): number => ((((degrees + 180) % 360) + 360) % 360) - 180;

/** About a tenth of a millimetre: what rounding takes from a place on an edge. */
const EDGE = 1e-9;

/** Whether bounds that may reach over the antimeridian hold a place. */
export function isInside([west, south, east, north]: Bounds, { latitude, longitude }: Position): boolean {
  const eastOfWest = (((longitude - west + EDGE) % 360) + 360) % 360;
  return latitude >= south - EDGE && latitude <= north + EDGE && eastOfWest <= east - west + 2 * EDGE;
}

export const middleOf = ([west, south, east, north]: Bounds): Position => ({
  latitude: (south + north) / 2,
  longitude: wrapped((west + east) / 2),
});

/** Metres from the middle to a corner. */
export function reachOf(bounds: Bounds): number {
  const [west, south, , north] = bounds;
  const middle = middleOf(bounds);
  return Math.max(
    metresBetween(middle, { latitude: south, longitude: west }),
    metresBetween(middle, { latitude: north, longitude: west }),
  );
}

/** The smallest bounds of some places that do not lie around the antimeridian. */
export function boundsAround(places: readonly Position[]): Bounds | undefined {
  if (places.length === 0) return undefined;
  const latitudes = places.map(({ latitude }) => latitude);
  const longitudes = places.map(({ longitude }) => longitude);
  return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)];
}
