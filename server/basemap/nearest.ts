import { mortonKey, tileOf } from '../map/morton.ts';
import { keysOfTile } from './mercator.ts';
import { firstFrom, type Town, type Towns, townAt } from './towns.ts';

/** Of the tiles that are searched: at the equator 39 km wide, and half of that at 60°. */
const ZOOM = 10;
const TILES_AROUND = [-1, 0, 1];
const MAX_KM = 30;
const KM_PER_DEGREE = 111.2;

/** The town that is nearest to a point, at most 30 km from it. */
export function nearestTown(
  towns: Towns,
  { latitude, longitude }: { latitude: number; longitude: number },
): Town | undefined {
  const width = Math.cos((latitude * Math.PI) / 180);
  const kmTo = (index: number): number => {
    const north = towns.columns.latitudesE5[index]! / 1e5 - latitude;
    const east = (towns.columns.longitudesE5[index]! / 1e5 - longitude) * width;
    return Math.hypot(north, east) * KM_PER_DEGREE;
  };
  let best: { index: number; km: number } | undefined;
  for (const index of townsAround(towns, mortonKey(latitude * 1e6, longitude * 1e6))) {
    const km = kmTo(index);
    if (km <= MAX_KM && (best === undefined || km < best.km)) best = { index, km };
  }
  return best && townAt(towns, best.index);
}

/** The towns of a key's tile and of the eight tiles around it. */
function* townsAround(towns: Towns, key: number): Generator<number> {
  const { keys } = towns.columns;
  const middle = tileOf(key, ZOOM);
  const last = 2 ** ZOOM - 1;
  for (const dy of TILES_AROUND) {
    for (const dx of TILES_AROUND) {
      const [x, y] = [middle.x + dx, middle.y + dy];
      if (x < 0 || y < 0 || x > last || y > last) continue;
      const [first, end] = keysOfTile({ z: ZOOM, x, y });
      for (let i = firstFrom(keys, first); i < keys.length && keys[i]! < end; i++) yield i;
    }
  }
}
