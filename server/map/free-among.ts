import type { Hex } from 'viem';
import { SLOT_SEC } from '../../protocol/slots.ts';
import { takenRanges } from '../booking/calendar.ts';
import type { Db } from '../db.ts';
import { type BookableWords, isFree, openBookable, type Span } from './free-slots.ts';

/**
 * Those of the open listings that one booking made now can hold during the whole of the span, by hours, calendar, lead time
 * and horizon; what their agents say is left out. One query: at most about a thousand listings.
 */
export async function freeAmong(
  db: Db,
  listings: readonly (BookableWords & { listingId: Hex })[],
  span: Span,
): Promise<Set<Hex>> {
  const ids = listings.map(({ listingId }) => listingId);
  const taken = await takenRanges(db, ids, Math.floor(span.nowSec / SLOT_SEC));
  const free = listings.filter((row) => isFree(openBookable(row), taken.get(row.listingId) ?? [], span));
  return new Set(free.map(({ listingId }) => listingId));
}
