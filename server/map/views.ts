import { type BoundingBox, withoutCrossing } from './bounding-box.ts';
import { project, tileOf, tileSide } from './morton.ts';

/** A view is found by at most so many tiles of one zoom, the deepest that allows it. */
const MOST_TILES = 16;
const DEEPEST = 12;

const WORLD: BoundingBox = { west: -180, south: -90, east: 180, north: 90 };

/** Who looks where: found by a position without asking everybody. */
export interface Views<Viewer> {
  /** Without a box: everywhere. */
  add(viewer: Viewer, box: BoundingBox | undefined): void;
  remove(viewer: Viewer): void;
  /** Who may see a position: all who do, and some whose box ends close to it. */
  at(m: number): Iterable<Viewer>;
  all(): Iterable<Viewer>;
}

export function createViews<Viewer>(): Views<Viewer> {
  const levels = Array.from({ length: DEEPEST + 1 }, () => new Map<string, Set<Viewer>>());
  const tilesOfViewer = new Map<Viewer, { z: number; keys: string[] }>();
  return {
    add(viewer, box = WORLD) {
      const { z, keys } = tilesUnder(box);
      tilesOfViewer.set(viewer, { z, keys });
      for (const key of keys) {
        const viewers = levels[z]!.get(key) ?? new Set();
        levels[z]!.set(key, viewers.add(viewer));
      }
    },
    remove(viewer) {
      const { z, keys } = tilesOfViewer.get(viewer) ?? { z: 0, keys: [] };
      tilesOfViewer.delete(viewer);
      for (const key of keys) {
        const viewers = levels[z]!.get(key);
        viewers?.delete(viewer);
        if (viewers?.size === 0) levels[z]!.delete(key);
      }
    },
    *at(m) {
      for (const [z, level] of levels.entries()) {
        if (level.size === 0) continue;
        const { x, y } = tileOf(m, z);
        yield* level.get(`${x}/${y}`) ?? [];
      }
    },
    all: () => tilesOfViewer.keys(),
  };
}

function tilesUnder(box: BoundingBox): { z: number; keys: string[] } {
  for (let z = DEEPEST; ; z -= 1) {
    const rectangles = withoutCrossing(box).map((part) => rectangleAt(part, z));
    const count = rectangles.reduce((sum, r) => sum + (r.x1 - r.x0 + 1) * (r.y1 - r.y0 + 1), 0);
    if (count > MOST_TILES && z > 0) continue;
    return { z, keys: [...new Set(rectangles.flatMap(keysIn))] };
  }
}

interface Rectangle {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

function rectangleAt({ west, south, east, north }: BoundingBox, z: number): Rectangle {
  const [topLeft, bottomRight] = [project(north, west), project(south, east)];
  const tile = (cell: number) => Math.floor(cell / tileSide(z));
  return { x0: tile(topLeft.x), y0: tile(topLeft.y), x1: tile(bottomRight.x), y1: tile(bottomRight.y) };
}

function keysIn({ x0, y0, x1, y1 }: Rectangle): string[] {
  const keys: string[] = [];
  for (let x = x0; x <= x1; x += 1) for (let y = y0; y <= y1; y += 1) keys.push(`${x}/${y}`);
  return keys;
}
