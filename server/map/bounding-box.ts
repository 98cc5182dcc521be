/** In degrees. Where `west` is greater than `east` the box crosses the antimeridian. */
export interface BoundingBox {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** Millionths of a degree, as rows have them. */
export const toE6 = (degrees: number): number => Math.round(degrees * 1e6);

/** Whether a point is in a box, both in millionths of a degree; the sides belong to the box. */
export function isInBoundingBox(
  { west, south, east, north }: BoundingBox,
  { latitudeE6, longitudeE6 }: { latitudeE6: number; longitudeE6: number },
): boolean {
  if (latitudeE6 < toE6(south) || latitudeE6 > toE6(north)) return false;
  const [fromWest, toEast] = [longitudeE6 >= toE6(west), longitudeE6 <= toE6(east)];
  return west <= east ? fromWest && toEast : fromWest || toEast;
}

/** The same area as boxes that do not cross the antimeridian: one or two. */
export const withoutCrossing = (box: BoundingBox): BoundingBox[] =>
  box.west <= box.east
    ? [box]
    : [
        { ...box, west: -180 },
        { ...box, east: 180 },
      ];
