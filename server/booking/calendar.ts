import type { Hex } from 'viem';
import type { SlotRange } from '../../protocol/api.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import type { Db } from '../db.ts';

/**
 * Taken slots of listings from `fromSlot` on, as ranges ordered by their first slot; a listing without any is left out.
 * Slots of cancelled bookings are free, and those given back. One query: at most about a thousand listings.
 */
export async function takenRanges(
  db: Db,
  listingIds: readonly Hex[],
  fromSlot: number,
): Promise<Map<Hex, SlotRange[]>> {
  const taken = new Map<Hex, SlotRange[]>();
  if (listingIds.length === 0) return taken;
  const rows = await db
    .selectFrom('bookings')
    .select(['listingId', 'firstSlot', 'slotCount', 'freedFromSlot'])
    .where('listingId', 'in', listingIds)
    .where('endsAt', '>', fromSlot * SLOT_SEC)
    .where('untilBlock', 'is', null)
    .where('reservationStatus', '<>', 'CANCELED')
    .orderBy('firstSlot')
    .execute();
  for (const { listingId, firstSlot, slotCount, freedFromSlot } of rows) {
    const first = Math.max(firstSlot, fromSlot);
    const end = freedFromSlot ?? firstSlot + slotCount;
    if (end <= first) continue;
    const ranges = taken.get(listingId) ?? [];
    ranges.push([first, end - first]);
    taken.set(listingId, ranges);
  }
  return taken;
}
