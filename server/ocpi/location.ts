import { z } from 'zod';
import type { ForeignConnector, ForeignStatus } from '../../protocol/map-api.ts';
import { maxPowerW } from './power.ts';

/** A location as it is stored. */
export interface Location {
  /** Country, party and id, which together are unique (OCPI 2.2.1, section 8.1.1). */
  key: string;
  latitudeE6: number;
  longitudeE6: number;
  name: string | null;
  operator: string | null;
  address: string | null;
  city: string | null;
  country: string | null;
  status: ForeignStatus;
  connectors: ForeignConnector[];
  updatedAt: number | null;
}

/** What a row says: a location, one that is not to be shown, or nothing that can be read. */
export type ReadRow = { location: Location } | { hidden: true } | { refused: { row: string; rule: string } };

/** From the one that matters most to who looks for a free charger. */
const STATUS_ORDER = [
  'AVAILABLE',
  'CHARGING',
  'RESERVED',
  'BLOCKED',
  'UNKNOWN',
  'OUTOFORDER',
  'INOPERATIVE',
  'PLANNED',
] as const satisfies readonly ForeignStatus[];

const POWER_TYPES = ['AC_1_PHASE', 'AC_2_PHASE', 'AC_2_PHASE_SPLIT', 'AC_3_PHASE', 'DC'];

/** A text for people: cut where it is too long, null where there is none. */
const words = (maxChars: number) =>
  z
    .string()
    .nullish()
    .catch(null)
    .transform((text) => text?.trim().slice(0, maxChars) || null);

/** A word of an OCPI enumeration, whatever its letters' case and the blanks around it. */
const word = z
  .string()
  .nullish()
  .catch(null)
  .transform((text) => text?.trim().toUpperCase() ?? '');

const DEGREES = /^-?\d{1,3}(\.\d{1,20})?$/;

/** OCPI has decimal text; numbers are common. */
const degrees = (max: number) =>
  z
    .union([z.number(), z.string().trim().regex(DEGREES, 'must be degrees').transform(Number)], {
      error: 'must be degrees',
    })
    .refine((value) => Math.abs(value) <= max, `must be from -${max} to ${max} degrees`);

const coordinates = z
  .object({ latitude: degrees(90), longitude: degrees(180) }, { error: 'must have latitude and longitude' })
  .refine(({ latitude, longitude }) => latitude !== 0 || longitude !== 0, 'must not both be 0');

const quantity = z.coerce.number().nullish().catch(null);

const connector = z.object({
  standard: word,
  power_type: word,
  max_voltage: quantity,
  voltage: quantity,
  max_amperage: quantity,
  amperage: quantity,
  max_electric_power: quantity,
});

const evse = z.object({
  status: word,
  coordinates: coordinates.nullish().catch(null),
  connectors: z.array(connector).nullish().catch([]),
});

const identifier = z
  .union([z.string().trim().min(1), z.number()], { error: 'must be a text or a number' })
  .transform(String)
  .refine((text) => text.length <= 100, 'must have at most 100 characters');

const locationRow = z.object({
  country_code: words(3),
  party_id: words(10),
  id: identifier,
  publish: z.boolean().nullish().catch(null),
  name: words(255),
  address: words(255),
  city: words(100),
  country: words(3),
  operator: z
    .object({ name: words(100) })
    .nullish()
    .catch(null),
  coordinates,
  evses: z.array(evse, { error: 'must be a list of EVSEs' }).nullish(),
  last_updated: z.string().nullish().catch(null),
});

type LocationRow = z.infer<typeof locationRow>;

/** Reads a row of a feed, with what feeds are known to get wrong. */
export function readRow(text: string | undefined): ReadRow {
  if (text === undefined)
    return { refused: { row: 'unknown', rule: 'must not be longer than a row may be' } };
  const json = parsedJson(text);
  const parsed = locationRow.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { refused: { row: nameOf(json), rule: `${issue!.path.join('.')}: ${issue!.message}` } };
  }
  const row = parsed.data;
  const shown = (row.evses ?? []).filter((one) => one.status !== 'REMOVED');
  if (row.publish === false || (shown.length === 0 && row.evses?.length)) return { hidden: true };
  const at = positionOf(row);
  if (at === undefined) {
    const rule = 'coordinates: must not have one number as latitude and longitude';
    return { refused: { row: nameOf(json), rule } };
  }
  return { location: toLocation(row, shown, at) };
}

function parsedJson(text: string): unknown {
  try {
    return snakeCased(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Some feeds write `lastUpdated` for `last_updated`. */
function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [
    key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    snakeCased(member),
  ]);
  return Object.fromEntries(entries);
}

function nameOf(json: unknown): string {
  const id = (json as { id?: unknown } | undefined)?.id;
  return typeof id === 'string' || typeof id === 'number' ? String(id).slice(0, 100) : 'unknown';
}

/** One feed has the latitude of each location as its longitude too; its EVSEs are where they are. */
function positionOf({ coordinates: own, evses }: LocationRow): LocationRow['coordinates'] | undefined {
  const isCopied = (at: LocationRow['coordinates']) => at.latitude === at.longitude;
  if (!isCopied(own)) return own;
  return evses?.map((one) => one.coordinates).find((at) => at != null && !isCopied(at)) ?? undefined;
}

function toLocation(
  row: LocationRow,
  evses: z.infer<typeof evse>[],
  at: LocationRow['coordinates'],
): Location {
  const { name, address, city, country } = row;
  return {
    key: [row.country_code ?? '', row.party_id ?? '', row.id].join('*'),
    latitudeE6: Math.round(at.latitude * 1e6),
    longitudeE6: Math.round(at.longitude * 1e6),
    ...{ name, address, city, country },
    operator: row.operator?.name ?? null,
    status: statusOf(evses.map((one) => one.status)),
    connectors: connectorsOf(evses.flatMap((one) => one.connectors ?? [])),
    updatedAt: unixSecOf(row.last_updated),
  };
}

/** A location is as good as its best EVSE; a word that OCPI does not have means nothing. */
function statusOf(words: string[]): ForeignStatus {
  const known = words.map((one) => STATUS_ORDER.find((status) => status === one) ?? 'UNKNOWN');
  return STATUS_ORDER.find((status) => known.includes(status)) ?? 'UNKNOWN';
}

function connectorsOf(connectors: z.infer<typeof connector>[]): ForeignConnector[] {
  const kinds = new Map<string, ForeignConnector>();
  for (const one of connectors) {
    const standard = /^[A-Z0-9_]{1,40}$/.test(one.standard) ? one.standard : 'UNKNOWN';
    const powerType = POWER_TYPES.find((type) => type === one.power_type) ?? null;
    const kind = { standard, powerType, maxPowerW: maxPowerW({ ...one, powerType }) };
    const key = JSON.stringify(kind);
    kinds.set(key, { ...kind, count: (kinds.get(key)?.count ?? 0) + 1 });
  }
  return [...kinds.values()];
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/;

/** Unix seconds. OCPI's times are UTC, with or without its mark; null where there is none to read. */
function unixSecOf(text: string | null | undefined): number | null {
  const [, day, time, , zone = 'Z'] = TIMESTAMP.exec(text?.trim() ?? '') ?? [];
  const ms = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(ms) ? null : Math.floor(ms / 1_000);
}
