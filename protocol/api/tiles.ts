import { z } from 'zod';
import { operation } from './operation.ts';
import { searchQuery } from './queries.ts';
import { count, degrees, unixSec } from './shapes.ts';

/** The deepest zoom of all tiles; below it a map enlarges them. */
const MAX_TILE_ZOOM = 14;

const whole = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a whole number')
  .transform(Number);

/** The path of a tile. */
const tilePath = z
  .object({ z: whole, x: whole, y: whole })
  .refine((tile) => tile.z <= MAX_TILE_ZOOM, { path: ['z'], error: `must be from 0 to ${MAX_TILE_ZOOM}` })
  .refine((tile) => Math.max(tile.x, tile.y) < 2 ** tile.z, {
    error: 'x and y must be below 2 to the power z',
  });

const tileJson = z
  .strictObject({
    tilejson: z.literal('3.0.0'),
    tiles: z.array(z.string()).describe('Paths on this server, with a version that changes with the tiles.'),
    minzoom: count,
    maxzoom: count,
    attribution: z.string().describe('HTML: who must be named where the tiles are shown.'),
    vector_layers: z.array(z.strictObject({ id: z.string(), fields: z.record(z.string(), z.string()) })),
  })
  .meta({ id: 'TileJson', description: 'TileJSON 3.0.' });
/** What a map needs to draw these tiles. */
export type TileJson = z.infer<typeof tileJson>;

const town = z.strictObject({
  name: z.string(),
  country: z.string().describe('ISO 3166-1 alpha-2.'),
  latitude: degrees,
  longitude: degrees,
  population: count,
});
/** A city, town or village with at least 1,000 people (GeoNames). */
export type TownJson = z.infer<typeof town>;

const towns = z.strictObject({ places: z.array(town) }).meta({ id: 'Towns' });
export type SearchResponse = z.infer<typeof towns>;

const FOREIGN_STATUSES = [
  'AVAILABLE',
  'BLOCKED',
  'CHARGING',
  'INOPERATIVE',
  'OUTOFORDER',
  'PLANNED',
  'RESERVED',
  'UNKNOWN',
] as const;
/** OCPI EVSE status words. */
export type ForeignStatus = (typeof FOREIGN_STATUSES)[number];

const foreignConnector = z.strictObject({
  standard: z.string().describe('A word of OCPI; UNKNOWN where the feed says none.'),
  powerType: z.string().nullable(),
  maxPowerW: z.number().nullable().describe('Null where what the feed says cannot be.'),
  count,
});
/** Connectors of one kind at a foreign location. */
export type ForeignConnector = z.infer<typeof foreignConnector>;

const foreignLocation = z
  .strictObject({
    id: z.string(),
    isForeign: z.literal(true),
    source: z.string().describe('Name of the feed.'),
    name: z.string().nullable(),
    operator: z.string().nullable(),
    address: z.string().nullable(),
    city: z.string().nullable(),
    country: z.string().nullable(),
    latitude: degrees,
    longitude: degrees,
    status: z.enum(FOREIGN_STATUSES).describe('The best of its EVSEs.'),
    connectors: z.array(foreignConnector),
    updatedAt: unixSec.nullable().describe('When its operator changed it.'),
    readAt: unixSec.nullable().describe('When this server read the feed.'),
  })
  .meta({ id: 'ForeignLocation', description: 'Of another operator. It cannot be booked here.' });
export type ForeignLocationResponse = z.infer<typeof foreignLocation>;

const refusedRow = z.strictObject({ row: z.string(), rule: z.string() });
/** A row of a feed that was left out, and the rule that it breaks. */
export type RefusedRow = z.infer<typeof refusedRow>;

const feedStatus = z.strictObject({
  name: z.string(),
  readAt: unixSec.nullable().describe('When it was read to its end; null before that.'),
  error: z.string().nullable().describe('Code of what went wrong at the last read; null where nothing did.'),
  locationCount: count,
  hiddenCount: count.describe('Not published by its operator, or removed.'),
  refusedCount: count,
  refused: z.array(refusedRow).describe('The first ones.'),
});
export type ForeignFeedStatus = z.infer<typeof feedStatus>;

const feeds = z.strictObject({ feeds: z.array(feedStatus) }).meta({ id: 'ForeignFeeds' });
export type ForeignFeedsResponse = z.infer<typeof feeds>;

const MVT_TYPE = 'application/vnd.mapbox-vector-tile';

const tile = {
  method: 'get',
  isOutsideOfApi: true,
  tag: 'tiles',
  params: tilePath,
  answers: { 200: { description: 'A Mapbox vector tile (2.1).', contentType: MVT_TYPE } },
} as const;

export const tiles = {
  getBasemapTileJson: operation({
    operationId: 'getBasemapTileJson',
    method: 'get',
    path: '/tiles/basemap.json',
    isOutsideOfApi: true,
    tag: 'tiles',
    summary: 'TileJSON of the basemap, with its credits',
    answers: { 200: { description: 'TileJSON 3.0.', schema: tileJson } },
    problems: ['basemap.notBuilt'],
  }),
  getBasemapTile: operation({
    ...tile,
    operationId: 'getBasemapTile',
    path: '/tiles/basemap/{z}/{x}/{y}.mvt',
    summary: 'Land, borders, cities, and cells of the map',
    query: z.object({ v: z.string().max(64).optional().describe('With its version a tile never changes.') }),
    problems: ['basemap.notBuilt'],
  }),
  getChargerTile: operation({
    ...tile,
    operationId: 'getChargerTile',
    path: '/tiles/chargers/{z}/{x}/{y}.mvt',
    summary: 'Chargers, right within a second of a change',
    description: 'Layer `chargers`, or `clusters` in fuller tiles. A tile without chargers has no bytes.',
    problems: [],
  }),
  getForeignTileJson: operation({
    operationId: 'getForeignTileJson',
    method: 'get',
    path: '/tiles/foreign.json',
    isOutsideOfApi: true,
    tag: 'tiles',
    summary: 'TileJSON of other operators’ locations',
    answers: { 200: { description: 'TileJSON 3.0.', schema: tileJson } },
    problems: [],
  }),
  getForeignTile: operation({
    ...tile,
    operationId: 'getForeignTile',
    path: '/tiles/foreign/{z}/{x}/{y}.mvt',
    summary: 'Other operators’ locations',
    problems: [],
  }),
  searchTowns: operation({
    operationId: 'searchTowns',
    method: 'get',
    path: '/search',
    tag: 'map',
    summary: 'Towns by name',
    description: 'Each word of a name may begin so; accents, case and punctuation do not count.',
    query: searchQuery,
    answers: { 200: { description: 'The best match first.', schema: towns } },
    problems: ['basemap.notBuilt'],
  }),
  listForeignFeeds: operation({
    operationId: 'listForeignFeeds',
    method: 'get',
    path: '/foreign',
    tag: 'map',
    summary: 'The feeds of other operators that this server reads, and how',
    answers: { 200: { description: 'Each feed.', schema: feeds } },
    problems: [],
  }),
  getForeignLocation: operation({
    operationId: 'getForeignLocation',
    method: 'get',
    path: '/foreign/{id}',
    tag: 'map',
    summary: 'A location of another operator',
    params: z.object({
      id: z.string().regex(/^[0-9a-f]{24}$/, 'must be 24 hex digits, as the tiles have it'),
    }),
    answers: { 200: { description: 'The location.', schema: foreignLocation } },
    problems: ['foreign.unknown'],
  }),
};
