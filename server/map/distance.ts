import type { BoundingBox } from './bounding-box.ts';

/** Mean radius of the earth (IUGG). */
const EARTH_RADIUS_M = 6_371_008.8;

/** In degrees. */
export interface Point {
  latitude: number;
  longitude: number;
}

const toRadians = (degrees: number): number => (degrees * Math.PI) / 180;
const toDegrees = (radians: number): number => (radians * 180) / Math.PI;

/** Along the great circle, rounded to whole metres. */
export function distanceM(a: Point, b: Point): number {
  const [from, to] = [toRadians(a.latitude), toRadians(b.latitude)];
  const halfNorth = Math.sin((to - from) / 2);
  const halfEast = Math.sin(toRadians(b.longitude - a.longitude) / 2);
  const chord = halfNorth ** 2 + Math.cos(from) * Math.cos(to) * halfEast ** 2;
  return Math.round(2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord))));
}

/** The smallest box that holds every point within a radius, a metre of rounding included. */
export function areaAround({ latitude, longitude }: Point, radiusM: number): BoundingBox {
  const angle = (radiusM + 1) / EARTH_RADIUS_M;
  const [south, north] = [latitude - toDegrees(angle), latitude + toDegrees(angle)];
  if (south <= -90 || north >= 90) {
    return { west: -180, east: 180, south: Math.max(south, -90), north: Math.min(north, 90) };
  }
  const aside = toDegrees(Math.asin(Math.sin(angle) / Math.cos(toRadians(latitude))));
  return { west: turned(longitude - aside), east: turned(longitude + aside), south, north };
}

/** The same meridian from -180 to 180. */
const turned = (longitude: number): number =>
  longitude < -180 ? longitude + 360 : longitude > 180 ? longitude - 360 : longitude;
