import type { Hex } from 'viem';
import { z } from 'zod';
import { type Difference, differences, extra, missing } from './differences.ts';
import { type ChargerFacts, summaryFields } from './expected-charger.ts';
import { type AnyObject, type ApiSource, allPages, get } from './source.ts';

/** A list of chargers that the API gives, and whether a charger is in it; undefined where the ledger does not decide. */
export interface ChargerList {
  query: string;
  isIn: (facts: ChargerFacts) => boolean | undefined;
  /** As GeoJSON (RFC 7946). */
  isGeoJson?: boolean;
}

interface Row {
  listingId: Hex;
  summary: AnyObject;
  /** What GeoJSON says beside the properties. */
  feature?: AnyObject;
}

const listingId = z.string() as z.ZodType as z.ZodType<Hex>;
const cursor = z.string().nullable();
const jsonPage = z.looseObject({ chargers: z.array(z.looseObject({ listingId })), cursor });
const geoJsonPage = z.looseObject({
  type: z.literal('FeatureCollection'),
  features: z.array(z.looseObject({ properties: z.looseObject({ listingId }) })),
  cursor,
});

const AT_ONCE = 1_000;

function rowsOf(source: ApiSource, { query, isGeoJson }: ChargerList): Promise<Row[]> {
  return allPages(query, async (after) => {
    const path = `/chargers?${query}&limit=${AT_ONCE}${after === undefined ? '' : `&cursor=${encodeURIComponent(after)}`}`;
    if (isGeoJson) {
      const { body } = await get(source, path, geoJsonPage, 'application/geo+json');
      const rows = body.features.map((feature) => {
        const { properties } = feature;
        return { listingId: properties.listingId, summary: properties, feature };
      });
      return { rows, next: body.cursor ?? undefined };
    }
    const { body } = await get(source, path, jsonPage);
    const rows = body.chargers.map((summary) => ({ listingId: summary.listingId, summary }));
    return { rows, next: body.cursor ?? undefined };
  });
}

/** A list has each of its chargers once, and no others. */
export async function compareList(
  source: ApiSource,
  facts: ReadonlyMap<string, ChargerFacts>,
  list: ChargerList,
): Promise<Difference[]> {
  const seen = new Set<string>();
  const found: Difference[] = [];
  const where = `${list.isGeoJson ? 'GeoJSON' : 'list'} ?${list.query}`;
  for (const row of await rowsOf(source, list)) {
    const { listingId } = row;
    const known = facts.get(listingId);
    if (seen.has(listingId)) found.push(extra({ listingId }, `${where} with each charger once`, 'twice'));
    else if (known === undefined || list.isIn(known) === false)
      found.push(extra({ listingId }, `${where} without charger ${listingId}`, 'in the list'));
    else found.push(...rowDifferences(known, row));
    seen.add(listingId);
  }
  for (const one of facts.values()) {
    const { listingId } = one.listing;
    if (list.isIn(one) === true && !seen.has(listingId))
      found.push(missing({ listingId }, `${where} with charger ${listingId}`, 'not in the list'));
  }
  return found;
}

function rowDifferences({ listing }: ChargerFacts, { listingId, summary, feature }: Row): Difference[] {
  const ofSummary = differences({ listingId }, summaryFields(listing), summary);
  if (feature === undefined) return ofSummary;
  const { longitude, latitude } = summaryFields(listing);
  const point = {
    ...{ type: 'Feature', id: listingId, 'geometry.type': 'Point' },
    'geometry.coordinates': [Number(longitude), Number(latitude)],
  };
  return [...ofSummary, ...differences({ listingId }, point, feature)];
}
