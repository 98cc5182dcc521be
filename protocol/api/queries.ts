import { z } from 'zod';
import { ASSURANCE_LEVELS } from '../link.ts';
import { CONNECTOR_STANDARDS, type ConnectorStandard } from '../listing.ts';
import { address } from '../schemas.ts';
import { BASE36, cursorOf, HEX32, whole } from './pages.ts';

/** Queries of the map: each parameter is text, and is parsed here. */

const MAX_LIMIT = 1_000;

const BBOX_RULE = 'must be west,south,east,north in degrees: 5.9,47.2,15.1,55.1';

export const bbox = z
  .string()
  .regex(/^-?\d{1,3}(\.\d{1,15})?(,-?\d{1,3}(\.\d{1,15})?){3}$/, BBOX_RULE)
  .transform((text) => {
    const [west = 0, south = 0, east = 0, north = 0] = text.split(',').map(Number);
    return { west, south, east, north };
  })
  .refine(({ west, south, east, north }) => {
    const inRange =
      Math.max(Math.abs(west), Math.abs(east)) <= 180 && Math.max(Math.abs(south), Math.abs(north)) <= 90;
    return inRange && south <= north;
  }, BBOX_RULE)
  .describe(
    'west,south,east,north in degrees. Where west is greater than east the box crosses the antimeridian.',
  );

const wholeNumber = (digits: number, rule: string) =>
  z
    .string()
    .regex(new RegExp(`^\\d{1,${digits}}$`), rule)
    .transform(Number);

/** By the charger's place in the order of the map. */
export const AREA_CURSOR = cursorOf(BASE36, HEX32);
/** Of a host's chargers, by id. */
export const HOST_CURSOR = cursorOf(HEX32);

const cursor = z
  .union([AREA_CURSOR.field, HOST_CURSOR.field], 'must be the cursor of the answer before')
  .describe('Of the answer before.');

const isStandard = (word: string): word is ConnectorStandard =>
  (CONNECTOR_STANDARDS as readonly string[]).includes(word);

const connectors = z
  .string()
  .transform((text) => text.split(','))
  .refine(
    (words) => words.every(isStandard),
    `must be OCPI connector types separated by commas, of ${CONNECTOR_STANDARDS.join(', ')}`,
  )
  .transform((words) => words.filter(isStandard))
  .describe('OCPI connector standards with commas between.');

const unixSec = wholeNumber(12, 'must be unix seconds');

const FREE_RULE = 'give free=now, or both freeFrom and freeUntil, the later one last, at most 14 days apart';
const MAX_FREE_SEC = 14 * 86_400;

const filters = {
  connector: connectors.optional(),
  minPowerW: wholeNumber(9, 'must be whole watts').optional(),
  maxPricePerKwh: wholeNumber(15, 'must be token units per kWh as digits').optional(),
  assurance: z
    .enum(ASSURANCE_LEVELS)
    .optional()
    .describe(
      'A listing with a registered meter key is `meter-signed`; `key-attested` is known of a session only.',
    ),
  free: z.literal('now').optional().describe('Available, and bookable at once.'),
  freeFrom: unixSec
    .optional()
    .describe('With `freeUntil`: one booking could hold the charger all that time.'),
  freeUntil: unixSec.optional(),
};

type FilterQuery = { [Name in keyof typeof filters]?: unknown };

const hasFilter = (q: FilterQuery): boolean =>
  [q.connector, q.minPowerW, q.maxPricePerKwh, q.assurance, q.free, q.freeFrom].some((v) => v !== undefined);

function isSpanWhole({
  free,
  freeFrom,
  freeUntil,
}: {
  free?: 'now' | undefined;
  freeFrom?: number | undefined;
  freeUntil?: number | undefined;
}): boolean {
  if (freeFrom === undefined && freeUntil === undefined) return true;
  if (free !== undefined || freeFrom === undefined || freeUntil === undefined) return false;
  return freeUntil > freeFrom && freeUntil - freeFrom <= MAX_FREE_SEC;
}

export const listQuery = z
  .strictObject({
    bbox: bbox.optional(),
    host: address.optional().describe('Instead of a box: all chargers of this host.'),
    limit: whole(MAX_LIMIT).prefault('500'),
    cursor: cursor.optional(),
    ...filters,
  })
  .refine((q) => (q.bbox === undefined) !== (q.host === undefined), 'give either bbox or host')
  .refine((q) => q.host === undefined || !hasFilter(q), 'filters apply to a bbox; a host has few chargers')
  .refine(isSpanWhole, FREE_RULE)
  .refine(
    (q) => q.cursor === undefined || (q.cursor.length === 2) === (q.bbox !== undefined),
    'a cursor belongs to the kind of list that it came from',
  );
export type ListQuery = z.infer<typeof listQuery>;

export const eventsQuery = z.strictObject({
  bbox: bbox.optional().describe('Everywhere where it is left out.'),
});

const M_PER_KM = 1_000;

/** A megawatt-hour: more than any car holds, and still far from what a cost's 64 bits hold. */
const MAX_ENERGY_WH = 1_000_000;
const MAX_POWER_W = 1_000_000;
const MAX_UNIX_SEC = 2 ** 40 - 1;
/** A booking's longest, and what a person plans. */
const MAX_DURATION_SEC = 14 * 86_400;
const MAX_RADIUS_KM = 100;
const MAX_QUOTES = 100;

const degreesUpTo = (most: number) => {
  const rule = `must be degrees from -${most} to ${most}: 47.37`;
  return z
    .string(rule)
    .regex(/^-?\d{1,3}(\.\d{1,15})?$/, rule)
    .transform(Number)
    .refine((n) => Math.abs(n) <= most, rule);
};

const RADIUS_RULE = `must be kilometres, more than 0 and at most ${MAX_RADIUS_KM}`;

const radiusM = z
  .string(RADIUS_RULE)
  .regex(/^\d{1,3}(\.\d{1,3})?$/, RADIUS_RULE)
  .transform((text) => Math.round(Number(text) * M_PER_KM))
  .refine((metres) => metres > 0 && metres <= MAX_RADIUS_KM * M_PER_KM, RADIUS_RULE);

export const quoteQuery = z.strictObject({
  latitude: degreesUpTo(90),
  longitude: degreesUpTo(180),
  energyWh: whole(MAX_ENERGY_WH, ' Wh'),
  powerW: whole(MAX_POWER_W, ' W').optional().describe('The most that the car takes.'),
  by: whole(MAX_UNIX_SEC, ' (unix seconds)')
    .optional()
    .describe('Unix seconds: a charger that cannot have the energy in the car by then is left out.'),
  durationSec: whole(MAX_DURATION_SEC, ' s')
    .optional()
    .describe('How long the car stays: the energy is then at most what the charger gives in this time.'),
  from: whole(MAX_UNIX_SEC, ' (unix seconds)').optional().describe('Unix seconds: no charge begins before.'),
  connector: connectors.optional(),
  minPowerW: filters.minPowerW,
  maxPricePerKwh: filters.maxPricePerKwh,
  assurance: filters.assurance,
  free: z
    .literal('now')
    .optional()
    .describe('Available by its agent’s word. When it is free says `startsAt`.'),
  radiusKm: radiusM.prefault('25').describe(`Kilometres, at most ${MAX_RADIUS_KM}.`),
  sort: z.enum(['cost', 'finish', 'distance'], 'must be cost, finish or distance').default('cost'),
  limit: whole(MAX_QUOTES).prefault('50'),
});

const MAX_TOWNS = 50;
const NEAR_RULE = 'must be latitude,longitude in degrees: 52.52,13.4';

const near = z
  .string()
  .regex(/^-?\d{1,2}(\.\d{1,15})?,-?\d{1,3}(\.\d{1,15})?$/, NEAR_RULE)
  .transform((text) => {
    const [latitude = 0, longitude = 0] = text.split(',').map(Number);
    return { latitude, longitude };
  })
  .refine((at) => Math.abs(at.latitude) <= 90 && Math.abs(at.longitude) <= 180, NEAR_RULE)
  .describe('latitude,longitude: towns near it come first.');

export const searchQuery = z.strictObject({
  q: z.string().min(1, 'must not be empty').max(100, 'must have at most 100 characters'),
  limit: whole(MAX_TOWNS).prefault('8'),
  near: near.optional(),
});
