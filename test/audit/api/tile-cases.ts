import type { Hex } from 'viem';
import type * as source from '../../../audit/api/source.ts';
import type * as own from '../../../audit/api/tile-differences.ts';
import type * as tile from '../../../audit/api/vector-tile.ts';
import type { TilePoint } from '../../../audit/api/vector-tile.ts';
import { verdict } from '../../../audit/lib/discrepancy.ts';
import { TARIFF } from '../../support/market.ts';
import { type AuditCase, codesIn } from '../left-out/cases.ts';

const WORLD = { z: 0, x: 0, y: 0 };
const EXTENT = 4_096;

/** Units of the finest grid in one of the world's tile. */
const UNIT = 2 ** 24 / EXTENT;

const chargerAt = (id: number, x: number, y: number): own.GridCharger => ({
  listingId: `0x${id.toString(16).padStart(64, '0')}`,
  tariff: { ...TARIFF, pricePerKwh: BigInt(200_000 + id) },
  ...{ maxPowerW: 11_000, powerType: 'AC_3_PHASE', connectorStandard: 'IEC_62196_T2' },
  grid: { x: x * UNIT, y: y * UNIT },
});

const pointOf = ({ listingId, tariff, grid, ...facts }: own.GridCharger): TilePoint => {
  const { pricePerKwh, pricePerHour, flatFee } = tariff;
  const tags = { listingId, pricePerKwh, pricePerHour, flatFee, ...facts };
  return { layer: 'chargers', x: grid.x / UNIT, y: grid.y / UNIT, extent: EXTENT, tags };
};

const ALONE = chargerAt(9_999, 4_000, 4_000);
const FEW = [ALONE, chargerAt(1, 10, 10)];
const FEW_POINTS = FEW.map(pointOf);

/** So many in one cell that they are a cluster. */
const MANY = [ALONE, ...Array.from({ length: 256 }, (_, id) => chargerAt(id, 10, 10))];
const CLUSTER: TilePoint = {
  ...{ layer: 'clusters', x: 10, y: 10, extent: EXTENT },
  tags: { n: 256, cheapest: 200_000, live: 0 },
};
const MANY_POINTS = [CLUSTER, pointOf(ALONE)];

const tagged = (point: TilePoint, tags: TilePoint['tags']): TilePoint => ({
  ...point,
  tags: { ...point.tags, ...tags },
});

const UNKNOWN: Hex = `0x${'ab'.repeat(32)}`;
const [FIRST, SECOND] = FEW_POINTS as [TilePoint, TilePoint];

type Case = [what: string, says: string[], chargers: own.GridCharger[], points: TilePoint[]];

const OF_POINTS: readonly Case[] = [
  ['a tile that is right', [], FEW, FEW_POINTS],
  ['a point in another layer', ['api.extra'], FEW, [...FEW_POINTS, { ...FIRST, layer: 'others' }]],
  ['a cluster of few', ['api.mismatch'], FEW, [...FEW_POINTS, CLUSTER]],
  ['a point of no charger', ['api.extra'], FEW, [...FEW_POINTS, tagged(FIRST, { listingId: UNKNOWN })]],
  ['a point twice', ['api.extra'], FEW, [...FEW_POINTS, SECOND]],
  ['a charger that a tile lacks', ['api.missing'], FEW, [FIRST]],
  ['another power in a tile', ['api.mismatch'], FEW, [tagged(FIRST, { maxPowerW: 1 }), SECOND]],
  ['a tile with a cluster that is right', [], MANY, MANY_POINTS],
  ['a cluster that a tile lacks', ['api.missing'], MANY, [pointOf(ALONE)]],
  ['a cluster twice', ['api.extra'], MANY, [...MANY_POINTS, CLUSTER]],
  ['another count of a cluster', ['api.mismatch'], MANY, [tagged(CLUSTER, { n: 1 }), pointOf(ALONE)]],
  [
    'more that report than a cluster has',
    ['api.mismatch'],
    MANY,
    [tagged(CLUSTER, { live: 999 }), pointOf(ALONE)],
  ],
];

/** A layer "a" of one polygon. */
const POLYGON = [0x0a, 1, 0x61, 0x12, 7, 0x18, 3, 0x22, 3, 9, 0, 0];

const OF_BYTES: readonly [what: string, says: string, bytes: number[]][] = [
  [
    'a number of eleven bytes',
    'A number of the tile does not end.',
    [0x08, ...Array.from({ length: 10 }, () => 0xff), 1],
  ],
  ['a field that is cut off', 'The tile ends within a field.', [0x1a, 5]],
  ['a field of no type', 'The tile has a field of wire type 3.', [0x0b]],
  ['a number in place of a layer', 'The tile has 1 in place of bytes.', [0x18, 1]],
  ['a polygon', 'Layer a has a feature that is no point.', [0x1a, POLYGON.length, ...POLYGON]],
];

/** Points and bytes that no server gives, and a list without an end. */
export const TILE_CASES: readonly AuditCase[] = [
  ...OF_POINTS.map(
    ([what, says, chargers, points]): AuditCase => ({
      what,
      says,
      entry: 'api/tile-differences.ts',
      run(load) {
        const { tileDifferences } = load<typeof own>('api/tile-differences.ts');
        return codesIn(verdict({ discrepancies: tileDifferences(WORLD, chargers, points) }));
      },
    }),
  ),
  ...OF_BYTES.map(
    ([what, says, bytes]): AuditCase => ({
      what,
      says: [`ends: RangeError: ${says}`],
      entry: 'api/vector-tile.ts',
      run: (load) =>
        load<typeof tile>('api/vector-tile.ts')
          .readPoints(Uint8Array.from(bytes))
          .map(({ layer }) => layer),
    }),
  ),
  {
    what: 'a list without an end',
    says: ['ends: audit.api'],
    entry: 'api/source.ts',
    run: async (load) => {
      const { allPages } = load<typeof source>('api/source.ts');
      return (await allPages('list', async () => ({ rows: [], next: 'next' }))) ?? ['no end'];
    },
  },
];
