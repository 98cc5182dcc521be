/** Mean radius of the earth (IUGG). */
const EARTH_RADIUS_M = 6_371_008.8;

/** In degrees. */
export interface Point {
  latitude: number;
  longitude: number;
}

type Vector = readonly [number, number, number];

function unitVector({ latitude, longitude }: Point): Vector {
  const [phi, lambda] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

/** Metres along the great circle, by the angle between two vectors. */
export function distanceM(a: Point, b: Point): number {
  const [[x, y, z], [u, v, w]] = [unitVector(a), unitVector(b)];
  const across = Math.hypot(y * w - z * v, z * u - x * w, x * v - y * u);
  return EARTH_RADIUS_M * Math.atan2(across, x * u + y * v + z * w);
}

/** Degrees, the sides included. Where `west` is greater than `east` the area crosses the antimeridian. */
export interface Area {
  west: number;
  south: number;
  east: number;
  north: number;
}

export function isInside({ west, south, east, north }: Area, { latitude, longitude }: Point): boolean {
  if (latitude < south || latitude > north) return false;
  return west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
}
