import { type Kysely, SqliteAdapter, sql } from 'kysely';

/** What the map shows, by Morton key: the chargers, their sums per cell and zoom, and what is to be looked at again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createChargers(db);
  await createCells(db);
  await createChanges(db);
  const open = sql`from listings where until_block is null and status = 1 and latitude_e6 is not null`;
  await sql`insert into map_dirty (listing_id) select listing_id ${open}`.execute(db);
}

/** SQLite then keeps rows in the order of their key, as a range of keys is read. */
const inKeyOrder = (db: Kysely<unknown>) =>
  db.getExecutor().adapter instanceof SqliteAdapter ? sql`without rowid` : sql``;

async function createChargers(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('mapChargers')
    .addColumn('m', 'bigint', (c) => c.notNull())
    .addColumn('listingId', 'text', (c) => c.notNull())
    .addColumn('changeNumber', 'bigint', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('freshness', 'text', (c) => c.notNull())
    .addColumn('h3Cell', 'text', (c) => c.notNull())
    .addColumn('latitudeE6', 'integer', (c) => c.notNull())
    .addColumn('longitudeE6', 'integer', (c) => c.notNull())
    .addColumn('connectorStandard', 'text', (c) => c.notNull())
    .addColumn('powerType', 'text', (c) => c.notNull())
    .addColumn('maxPowerW', 'bigint', (c) => c.notNull())
    .addColumn('pricePerKwh', 'bigint', (c) => c.notNull())
    .addColumn('pricePerHour', 'bigint', (c) => c.notNull())
    .addColumn('flatFee', 'bigint', (c) => c.notNull())
    .addColumn('assuranceLevel', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('mapCharger', ['m', 'listingId'])
    .modifyEnd(inKeyOrder(db))
    .execute();
  await db.schema.createIndex('mapChargersById').unique().on('mapChargers').column('listingId').execute();
  await db.schema.createIndex('mapChargersByChange').on('mapChargers').column('changeNumber').execute();
}

async function createCells(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('mapCells')
    .addColumn('z', 'integer', (c) => c.notNull())
    .addColumn('cell', 'bigint', (c) => c.notNull())
    .addColumn('chargerCount', 'bigint', (c) => c.notNull())
    .addColumn('liveCount', 'bigint', (c) => c.notNull())
    .addColumn('cheapestPerKwh', 'bigint')
    .addColumn('sumX', 'bigint', (c) => c.notNull())
    .addColumn('sumY', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('mapCell', ['z', 'cell'])
    .modifyEnd(inKeyOrder(db))
    .execute();
}

async function createChanges(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('mapDirty')
    .addColumn('listingId', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('mapDirtyById').on('mapDirty').column('listingId').execute();
  await db.schema
    .createTable('mapRemoved')
    .addColumn('listingId', 'text', (c) => c.notNull())
    .addColumn('m', 'bigint', (c) => c.notNull())
    .addColumn('changeNumber', 'bigint', (c) => c.notNull())
    .addColumn('latitudeE6', 'integer', (c) => c.notNull())
    .addColumn('longitudeE6', 'integer', (c) => c.notNull())
    .addColumn('removedAt', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('mapRemoval', ['listingId', 'm'])
    .execute();
  await db.schema.createIndex('mapRemovedByChange').on('mapRemoved').column('changeNumber').execute();
  await db.schema
    .createTable('mapState')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('changeNumber', 'bigint', (c) => c.notNull())
    .addColumn('forgottenTo', 'bigint', (c) => c.notNull())
    .addColumn('seenTo', 'bigint', (c) => c.notNull())
    .execute();
  await sql`insert into map_state (id, change_number, forgotten_to, seen_to) values (1, 0, 0, 0)`.execute(db);
}
