import type { Hex } from 'viem';
import type { Db } from '../db.ts';
import type { MapCharger } from './shown.ts';

/** How long a removal stays known to clients that come back. */
const REMOVED_FOR_SEC = 3_600;
const FORGOTTEN_AT_ONCE = 1_000;

/** A change of the map, with where it happened. */
export interface MapChange {
  changeNumber: number;
  listingId: Hex;
  m: number;
  latitudeE6: number;
  longitudeE6: number;
  /** Undefined where the charger left. One that moved leaves first. */
  charger: MapCharger | undefined;
}

/** The first changes after a change number, in their order, at most `limit`. */
export async function changesAfter(db: Db, changeNumber: number, limit: number): Promise<MapChange[]> {
  const after = <Table extends 'mapChargers' | 'mapRemoved'>(table: Table) =>
    db
      .selectFrom(table as 'mapChargers')
      .where('changeNumber', '>', changeNumber)
      .orderBy('changeNumber')
      .limit(limit);
  const chargers = await after('mapChargers').selectAll().execute();
  const removed = await after('mapRemoved')
    .select(['changeNumber', 'listingId', 'm', 'latitudeE6', 'longitudeE6'])
    .execute();
  return [
    ...chargers.map((charger) => ({ ...charger, charger })),
    ...removed.map((row) => ({ ...row, charger: undefined })),
  ]
    .toSorted((a, b) => a.changeNumber - b.changeNumber)
    .slice(0, limit);
}

/** Number of the newest change, and up to which one removals are forgotten. */
export const readMapState = (db: Db) =>
  db
    .selectFrom('mapState')
    .select(['changeNumber', 'forgottenTo'])
    .where('id', '=', 1)
    .executeTakeFirstOrThrow();

/** Deletes removals that are older than an hour: a client that was away for longer has to ask for everything. */
export async function forgetRemoved(db: Db, now: number): Promise<void> {
  const state = await readMapState(db);
  const oldest = await db
    .selectFrom('mapRemoved')
    .select(['changeNumber', 'removedAt'])
    .where('changeNumber', '>', state.forgottenTo)
    .orderBy('changeNumber')
    .limit(FORGOTTEN_AT_ONCE)
    .execute();
  const fresh = oldest.findIndex(({ removedAt }) => removedAt > now - REMOVED_FOR_SEC);
  const forgottenTo = oldest.at(fresh < 0 ? -1 : fresh - 1)?.changeNumber;
  if (fresh === 0 || forgottenTo === undefined) return;
  await db.transaction().execute(async (tx) => {
    await tx.updateTable('mapState').set({ forgottenTo }).where('id', '=', 1).execute();
    await tx.deleteFrom('mapRemoved').where('changeNumber', '<=', forgottenTo).execute();
  });
}
