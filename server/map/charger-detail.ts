import type { Hex } from 'viem';
import type { ChargerDetail, SlotRange } from '../../protocol/api.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import { takenRanges } from '../booking/calendar.ts';
import { listingRecord } from '../booking/listing-record.ts';
import type { Db } from '../db.ts';
import { agentPublicKey, readCharger } from '../listing/store.ts';
import { freeSlots, toBookable } from './free-slots.ts';
import { summariesOf } from './store.ts';
import { toChargerDetail } from './toCharger.ts';

/** All that a booking needs of a charger, its calendar and its record; undefined where it is not indexed. */
export async function chargerDetail(db: Db, listingId: Hex, now: number): Promise<ChargerDetail | undefined> {
  const row = await readCharger(db, listingId);
  if (row === undefined) return undefined;
  const [summary] = await summariesOf(db, [row], now);
  const taken = (await takenRanges(db, [listingId], Math.floor(now / SLOT_SEC))).get(listingId) ?? [];
  const record = await listingRecord(db, listingId);
  return toChargerDetail(row, summary!, {
    agentPublicKey: await agentPublicKey(db, row.agentKey),
    takenSlots: taken.flatMap(slotsOf),
    freeSlots: freeSlots(toBookable(row), taken, now),
    record,
    contestedNoShows: record.contestedNoShows,
  });
}

const slotsOf = ([first, count]: SlotRange): number[] => Array.from({ length: count }, (_, i) => first + i);
