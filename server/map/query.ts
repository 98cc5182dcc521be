import { AREA_CURSOR, type ListQuery } from '../../protocol/api/queries.ts';
import { ASSURANCE_LEVELS, type AssuranceLevel } from '../../protocol/link.ts';
import type { Filters, Position } from './find.ts';

export const cursorOf = ({ m, listingId }: Position): string => AREA_CURSOR.text(m, listingId);

/** Where the page of a box before ended. */
export const positionOf = (cursor: ListQuery['cursor']): Position | undefined =>
  cursor?.length === 2 ? { m: cursor[0], listingId: cursor[1] } : undefined;

/** A level, and those above it. */
export const levelsFrom = (assurance: AssuranceLevel | undefined): AssuranceLevel[] | undefined =>
  assurance && ASSURANCE_LEVELS.slice(ASSURANCE_LEVELS.indexOf(assurance));

/** What a query asks of a charger, at `now` (unix seconds). */
export function filtersOf(q: ListQuery, now: number): Filters {
  const { connector: connectors, minPowerW, maxPricePerKwh, assurance } = q;
  const filters = { connectors, minPowerW, maxPricePerKwh, assuranceLevels: levelsFrom(assurance) };
  if (q.free === 'now')
    return { ...filters, isAvailable: true, free: { fromSec: now, untilSec: now + 1, nowSec: now } };
  if (q.freeFrom === undefined) return filters;
  return { ...filters, free: { fromSec: q.freeFrom, untilSec: q.freeUntil!, nowSec: now } };
}
