import { type RawBuilder, sql } from 'kysely';
import { type BoundingBox, toE6 } from './bounding-box.ts';

/** `isInBoundingBox` as conditions on rows with `latitude_e6` and `longitude_e6`. */
export function inside({ west, south, east, north }: BoundingBox): RawBuilder<unknown>[] {
  const [fromWest, toEast] = [sql`longitude_e6 >= ${toE6(west)}`, sql`longitude_e6 <= ${toE6(east)}`];
  return [
    sql`latitude_e6 >= ${toE6(south)}`,
    sql`latitude_e6 <= ${toE6(north)}`,
    west <= east ? sql`${fromWest} and ${toEast}` : sql`(${fromWest} or ${toEast})`,
  ];
}
