import type { AuditReport } from '../audit-report.ts';
import { inChunks } from '../lib/concurrency.ts';
import { LISTING_STATUS } from '../rules/listing.ts';
import { isFreeDuring } from './availability.ts';
import { type ChargerList, compareList } from './charger-lists.ts';
import type { Difference } from './differences.ts';
import { type Draw, oneOf, type Sample, someOf } from './drawing.ts';
import type { ChargerFacts } from './expected-charger.ts';
import { drawFilters, isFitting, queryOf } from './filters.ts';
import { chargersOnMap, type PlacedCharger, placed } from './placed-charger.ts';
import { type Area, isInside } from './positions.ts';
import type { ApiSource } from './source.ts';

/** How many areas are drawn; each is asked for as JSON and as GeoJSON. */
const AREAS = 3;

const HOUR_SEC = 3_600;

/** How long the comparison may have taken so far. */
const MEANWHILE_SEC = 900;

/** Searches by area and filters around some of the chargers: what is in an area and fits is listed, and nothing else. */
export async function compareAreas(
  source: ApiSource,
  report: AuditReport,
  facts: ReadonlyMap<string, ChargerFacts>,
  { draw, around }: Sample,
): Promise<Difference[]> {
  const nows = [around.earliest, around.latest + MEANWHILE_SEC] as const;
  const lists = someOf(draw, chargersOnMap(report), AREAS).flatMap((charger) => {
    const list = drawList(draw, charger, nows);
    return [list, { ...list, isGeoJson: true }];
  });
  const found = await inChunks(lists, (list) => compareList(source, facts, list));
  return found.flat();
}

function drawList(draw: Draw, charger: PlacedCharger, nows: readonly [number, number]): ChargerList {
  const area = drawArea(draw, charger);
  const filters = drawFilters(draw, charger);
  const span = oneOf(draw, [undefined, drawSpan(draw, nows[1])]);
  const { west, south, east, north } = area;
  const bbox = [west, south, east, north].join();
  return {
    query: queryOf({ bbox, ...filters, freeFrom: span?.fromSec, freeUntil: span?.untilSec }),
    isIn({ listing }) {
      if (listing.status !== LISTING_STATUS.OPEN) return false;
      const other = placed(listing);
      if (!isInside(area, other) || !isFitting(filters, other)) return false;
      if (span === undefined) return true;
      const [first, last] = nows.map((now) => isFreeDuring(other, span, now));
      return first === last ? first : undefined;
    },
  };
}

/** Hundredths of a degree; may cross the antimeridian. */
function drawArea(draw: Draw, { latitude, longitude }: PlacedCharger): Area {
  const side = () => (1 + draw(200)) / 100;
  const hundredth = (degrees: number) => Math.round(degrees * 100) / 100;
  const turned = (degrees: number) =>
    degrees < -180 ? degrees + 360 : degrees > 180 ? degrees - 360 : degrees;
  return {
    west: hundredth(turned(longitude - side())),
    east: hundredth(turned(longitude + side())),
    south: hundredth(Math.max(-90, latitude - side())),
    north: hundredth(Math.min(90, latitude + side())),
  };
}

/** A span behind the next full hour, so that it does not depend on the second in which it is asked for. */
function drawSpan(draw: Draw, nowSec: number) {
  const fromSec = (Math.ceil(nowSec / HOUR_SEC) + 1 + draw(30)) * HOUR_SEC;
  return { fromSec, untilSec: fromSec + 900 * (1 + draw(12)) };
}
