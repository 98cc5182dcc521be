/** Land and borders, cut into tiles. */
export const WORLD_FILE = 'world.bin';
/** Towns with their names, and the words to find them by. */
export const TOWNS_FILE = 'towns.bin';

/** Coordinates of a tile go from 0 to this. */
export const EXTENT = 4_096;
/** Width of what a tile shows of its neighbours, so that lines have no seams. */
export const BUFFER = 64;
/** Tiles of land and borders are kept to this zoom; deeper ones are cut out of them. */
export const WORLD_MAX_ZOOM = 8;
/** The deepest zoom of the tiles; below it a map enlarges them. */
export const MAX_ZOOM = 14;

export const WORLD_COLUMNS = ['tiles', 'firstRings', 'ringKinds', 'firstPoints', 'points'] as const;

/** What a ring of the world file is. */
export const RING = { OUTER: 0, HOLE: 1, BORDER: 2 } as const;

/** All tiles from zoom 0 on, numbered: those of a zoom follow those of the zoom above it. */
export const tileNumber = (z: number, x: number, y: number): number => (4 ** z - 1) / 3 + y * 2 ** z + x;

export const TOWNS_COLUMNS = [
  'keys',
  'longitudesE5',
  'latitudesE5',
  'populations',
  'countries',
  'fromZooms',
  'firstNameBytes',
  'names',
  'firstFoldedBytes',
  'folded',
  'words',
  'townOfWord',
] as const;
