import type { Kysely } from 'kysely';

/** The index: which ledger, its blocks, and the tables that are a pure function of its logs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createLedger(db);
  await createListings(db);
  await createBookings(db);
  await createAccountMoves(db);
}

async function createLedger(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('ledger')
    .addColumn('id', 'integer', (c) => c.primaryKey().defaultTo(1))
    .addColumn('chainId', 'bigint', (c) => c.notNull())
    .addColumn('genesisHash', 'text', (c) => c.notNull())
    .addColumn('market', 'text', (c) => c.notNull())
    .addColumn('deployBlock', 'bigint', (c) => c.notNull())
    .addColumn('indexedTo', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('ledgerBlocks')
    .addColumn('number', 'bigint', (c) => c.primaryKey())
    .addColumn('hash', 'text', (c) => c.notNull())
    .addColumn('timestamp', 'bigint', (c) => c.notNull())
    .execute();
}

async function createListings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('terms')
    .addColumn('termsHash', 'text', (c) => c.primaryKey())
    .addColumn('fromBlock', 'bigint', (c) => c.notNull())
    .addColumn('host', 'text', (c) => c.notNull())
    .addColumn('agentKey', 'text', (c) => c.notNull())
    .addColumn('tariff', 'text', (c) => c.notNull())
    .addColumn('bookingTerms', 'text', (c) => c.notNull())
    .addColumn('metering', 'text', (c) => c.notNull())
    .addColumn('meterKeyHash', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('termsOfHost').on('terms').column('host').execute();
  await db.schema
    .createTable('listings')
    .addColumn('listingId', 'text', (c) => c.notNull())
    .addColumn('fromBlock', 'bigint', (c) => c.notNull())
    .addColumn('untilBlock', 'bigint')
    .addColumn('termsHash', 'text', (c) => c.notNull())
    .addColumn('weeklyHours', 'text', (c) => c.notNull())
    .addColumn('connector', 'text', (c) => c.notNull())
    .addColumn('location', 'text', (c) => c.notNull())
    .addColumn('placeCommitment', 'text', (c) => c.notNull())
    .addColumn('meterKey', 'text', (c) => c.notNull())
    .addColumn('version', 'bigint', (c) => c.notNull())
    .addColumn('status', 'integer', (c) => c.notNull())
    .addColumn('latitudeE6', 'integer')
    .addColumn('longitudeE6', 'integer')
    .addColumn('updatedAt', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('listingVersion', ['listingId', 'fromBlock'])
    .execute();
  await db.schema
    .createIndex('listingsOnMap')
    .on('listings')
    .columns(['untilBlock', 'latitudeE6', 'longitudeE6'])
    .execute();
  await db.schema.createIndex('listingsOfTerms').on('listings').column('termsHash').execute();
}

async function createBookings(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('bookings')
    .addColumn('bookingId', 'text', (c) => c.notNull())
    .addColumn('fromBlock', 'bigint', (c) => c.notNull())
    .addColumn('untilBlock', 'bigint')
    .addColumn('listingId', 'text', (c) => c.notNull())
    .addColumn('termsHash', 'text', (c) => c.notNull())
    .addColumn('driver', 'text', (c) => c.notNull())
    .addColumn('purse', 'bigint', (c) => c.notNull())
    .addColumn('generation', 'text', (c) => c.notNull())
    .addColumn('sessionKey', 'text', (c) => c.notNull())
    .addColumn('firstSlot', 'bigint', (c) => c.notNull())
    .addColumn('slotCount', 'integer', (c) => c.notNull())
    .addColumn('opensAt', 'bigint', (c) => c.notNull())
    .addColumn('endsAt', 'bigint', (c) => c.notNull())
    .addColumn('cap', 'text', (c) => c.notNull())
    .addColumn('unsignedCost', 'text', (c) => c.notNull())
    .addColumn('firstUnsignedCost', 'text', (c) => c.notNull())
    .addColumn('relayFee', 'text', (c) => c.notNull())
    .addColumn('startHash', 'text', (c) => c.notNull())
    .addColumn('reservationStatus', 'text', (c) => c.notNull())
    .addColumn('settlementStatus', 'text', (c) => c.notNull())
    .addColumn('stateHead', 'text', (c) => c.notNull())
    .addColumn('stateClaim', 'text', (c) => c.notNull())
    .addColumn('paid', 'text')
    .addColumn('refunded', 'text')
    .addColumn('energyWh', 'bigint')
    .addColumn('readingMeasure', 'text')
    .addColumn('readingEvidenceHash', 'text')
    .addColumn('readingRegistersCommitment', 'text')
    .addColumn('bookedAt', 'bigint', (c) => c.notNull())
    .addColumn('bookedTx', 'text', (c) => c.notNull())
    .addColumn('endedAt', 'bigint')
    .addColumn('endedTx', 'text')
    .addPrimaryKeyConstraint('bookingVersion', ['bookingId', 'fromBlock'])
    .execute();
  await db.schema.createIndex('bookingsOfListing').on('bookings').columns(['listingId', 'endsAt']).execute();
  await db.schema.createIndex('bookingsOfDriver').on('bookings').columns(['driver', 'bookedAt']).execute();
  await db.schema.createIndex('bookingsOpening').on('bookings').column('opensAt').execute();
  await db.schema.createIndex('bookingsEnding').on('bookings').column('endsAt').execute();
}

async function createAccountMoves(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('accountMoves')
    .addColumn('fromBlock', 'bigint', (c) => c.notNull())
    .addColumn('logIndex', 'integer', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('purse', 'bigint')
    .addColumn('listingId', 'text')
    .addColumn('amount', 'text', (c) => c.notNull())
    .addColumn('counterparty', 'text')
    .addColumn('movedAt', 'bigint', (c) => c.notNull())
    .addColumn('tx', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('accountMove', ['fromBlock', 'logIndex'])
    .execute();
  await db.schema.createIndex('accountMovesOfAccount').on('accountMoves').column('account').execute();
}
