import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { ForeignFeedStatus, ForeignLocationResponse } from '../../protocol/map-api.ts';
import type { Db } from '../db.ts';
import { mortonKey } from '../map/morton.ts';
import type { ForeignFeedsTable, ForeignLocationsTable } from '../tables/foreign.ts';
import type { Location } from './location.ts';

/** What is kept of a location for people, as JSON. */
type Details = Omit<Location, 'key' | 'latitudeE6' | 'longitudeE6' | 'status' | 'updatedAt'>;

/** Names a location in addresses of this server, the same at each read of its feed. */
export const foreignIdOf = (feed: string, key: string): string =>
  createHash('sha256').update(`${feed}\n${key}`).digest('hex').slice(0, 24);

export function toRow(feed: string, generation: number, location: Location): ForeignLocationsTable {
  const { key, latitudeE6, longitudeE6, status, updatedAt, ...details } = location;
  const powers = details.connectors.map((one) => one.maxPowerW ?? 0);
  return {
    id: foreignIdOf(feed, key),
    ...{ feed, generation, latitudeE6, longitudeE6, status, updatedAt },
    m: mortonKey(latitudeE6, longitudeE6),
    maxPowerW: Math.max(0, ...powers) || null,
    details: JSON.stringify(details satisfies Details),
  };
}

/** Writes locations over what was known of them. */
export async function putLocations(db: Db, rows: readonly ForeignLocationsTable[]): Promise<void> {
  // PostgreSQL refuses a statement that writes a row twice: of a location that is sent twice, the last one counts.
  const unique = [...new Map(rows.map((row) => [row.id, row])).values()];
  if (unique.length === 0) return;
  await db
    .insertInto('foreignLocations')
    .values(unique)
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((eb) => ({
          generation: eb.ref('excluded.generation'),
          m: eb.ref('excluded.m'),
          latitudeE6: eb.ref('excluded.latitudeE6'),
          longitudeE6: eb.ref('excluded.longitudeE6'),
          status: eb.ref('excluded.status'),
          maxPowerW: eb.ref('excluded.maxPowerW'),
          details: eb.ref('excluded.details'),
          updatedAt: eb.ref('excluded.updatedAt'),
        }))
        // A read that was overtaken by the next one changes nothing.
        .whereRef('foreignLocations.generation', '<=', 'excluded.generation' as never),
    )
    .execute();
}

/** Rows that one statement removes, so that it does not hold up others. */
const REMOVED_AT_ONCE = 500;

/** Removes what a feed no longer has: all its locations that a later read did not write. */
export async function removeOlder(db: Db, feed: string, generation: number): Promise<void> {
  for (;;) {
    const old = await db
      .selectFrom('foreignLocations')
      .select('id')
      .where('feed', '=', feed)
      .where('generation', '<', generation)
      .limit(REMOVED_AT_ONCE)
      .execute();
    if (old.length === 0) return;
    const ids = old.map((row) => row.id);
    await db.deleteFrom('foreignLocations').where('id', 'in', ids).execute();
  }
}

const NEW_FEED = {
  ...{ dueAt: 0, generation: 0, version: 0, etag: null, lastModified: null, readAt: null },
  ...{ locationCount: 0, hiddenCount: 0, refusedCount: 0, refused: '[]', error: null },
} as const satisfies Omit<ForeignFeedsTable, 'name'>;

/** Adds the feeds that are configured, and removes the others with their locations. */
export async function configureFeeds(db: Db, names: readonly string[]): Promise<void> {
  const known = await db.selectFrom('foreignFeeds').select('name').execute();
  for (const { name } of known.filter((feed) => !names.includes(feed.name))) {
    await removeOlder(db, name, Number.MAX_SAFE_INTEGER);
    await db.deleteFrom('foreignFeeds').where('name', '=', name).execute();
  }
  for (const name of names) {
    const row = { name, ...NEW_FEED };
    await db
      .insertInto('foreignFeeds')
      .values(row)
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
  }
}

/**
 * Takes a feed that is due, until the next time that it is: of several processes on one database, one reads it. Undefined
 * where it is not due, or another process was first.
 */
export async function takeDueFeed(
  db: Db,
  name: string,
  { now, nextAt }: { now: number; nextAt: number },
): Promise<ForeignFeedsTable | undefined> {
  const taken = await db
    .updateTable('foreignFeeds')
    .set((eb) => ({ dueAt: nextAt, generation: eb('generation', '+', 1) }))
    .where('name', '=', name)
    .where('dueAt', '<=', now)
    .executeTakeFirst();
  if (Number(taken.numUpdatedRows) === 0) return undefined;
  return db.selectFrom('foreignFeeds').selectAll().where('name', '=', name).executeTakeFirst();
}

export async function updateFeed(db: Db, name: string, change: Partial<ForeignFeedsTable>): Promise<void> {
  await db.updateTable('foreignFeeds').set(change).where('name', '=', name).execute();
}

const NEXT_VERSION = sql<number>`version + 1`;

/** Called before the locations of a feed change: what is made of them meanwhile is kept no longer than until `endRead`. */
export async function markChanged(db: Db, name: string): Promise<void> {
  await db.updateTable('foreignFeeds').set({ version: NEXT_VERSION }).where('name', '=', name).execute();
}

/** Stores how a read ended and that the locations have changed, at once: who sees the one sees the other. */
export async function endRead(
  db: Db,
  name: string,
  change: Omit<Partial<ForeignFeedsTable>, 'version'>,
): Promise<void> {
  const ended = { ...change, version: NEXT_VERSION };
  await db.updateTable('foreignFeeds').set(ended).where('name', '=', name).execute();
}

/** Names what the tiles show. */
export async function tilesVersion(db: Db): Promise<string> {
  const feeds = await db.selectFrom('foreignFeeds').select(['name', 'version']).orderBy('name').execute();
  const text = feeds.map(({ name, version }) => `${name} ${version}`).join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

export async function feedStatuses(db: Db): Promise<ForeignFeedStatus[]> {
  const feeds = await db.selectFrom('foreignFeeds').selectAll().orderBy('name').execute();
  return feeds.map((feed) => ({
    ...{ name: feed.name, readAt: feed.readAt },
    // The rest may name an address or a file of the operator's own: that is for the log.
    error: feed.error?.split(':')[0] ?? null,
    ...{ locationCount: feed.locationCount, hiddenCount: feed.hiddenCount, refusedCount: feed.refusedCount },
    refused: JSON.parse(feed.refused),
  }));
}

export async function readForeignLocation(db: Db, id: string): Promise<ForeignLocationResponse | undefined> {
  const row = await db
    .selectFrom('foreignLocations')
    .innerJoin('foreignFeeds', 'foreignFeeds.name', 'foreignLocations.feed')
    .selectAll('foreignLocations')
    .select('foreignFeeds.readAt')
    .where('foreignLocations.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { name, operator, address, city, country, connectors } = JSON.parse(row.details) as Details;
  return {
    ...{ id: row.id, source: row.feed, isForeign: true, status: row.status },
    ...{ name, operator, address, city, country, connectors },
    latitude: (row.latitudeE6 / 1e6).toFixed(6),
    longitude: (row.longitudeE6 / 1e6).toFixed(6),
    updatedAt: row.updatedAt,
    readAt: row.readAt,
  };
}
