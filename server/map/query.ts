import { AREA_CURSOR, type ListQuery } from '../../protocol/api/queries.ts';
import { ASSURANCE_LEVELS } from '../../protocol/link.ts';
import type { Filters, Position } from './find.ts';

export const cursorOf = ({ m, listingId }: Position): string => AREA_CURSOR.text(m, listingId);

/** Where the page of a box before ended. */
export const positionOf = (cursor: ListQuery['cursor']): Position | undefined =>
  cursor?.length === 2 ? { m: cursor[0], listingId: cursor[1] } : undefined;

/** What a query asks of a charger, at `now` (unix seconds). A level includes those above it. */
export function filtersOf(q: ListQuery, now: number): Filters {
  const { connector: connectors, minPowerW, maxPricePerKwh, assurance } = q;
  const assuranceLevels = assurance && ASSURANCE_LEVELS.slice(ASSURANCE_LEVELS.indexOf(assurance));
  const filters = { connectors, minPowerW, maxPricePerKwh, assuranceLevels };
  if (q.free === 'now')
    return { ...filters, isAvailable: true, free: { fromSec: now, untilSec: now + 1, nowSec: now } };
  if (q.freeFrom === undefined) return filters;
  return { ...filters, free: { fromSec: q.freeFrom, untilSec: q.freeUntil!, nowSec: now } };
}
