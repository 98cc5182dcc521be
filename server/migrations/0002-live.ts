import type { Kysely } from 'kysely';

/** What comes from agents and people: never part of the index, kept when the index is made anew. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createAgents(db);
  await createVisits(db);
  await createPeople(db);
}

async function createAgents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('agents')
    .addColumn('agentKey', 'text', (c) => c.primaryKey())
    .addColumn('publicKey', 'text', (c) => c.notNull())
    .addColumn('seenAt', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('connectors')
    .addColumn('listingId', 'text', (c) => c.primaryKey())
    .addColumn('agentKey', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('sentAt', 'bigint', (c) => c.notNull())
    .addColumn('receivedAt', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('connectorsByAge').on('connectors').column('receivedAt').execute();
}

async function createVisits(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('readings')
    .addColumn('bookingId', 'text', (c) => c.notNull())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addColumn('reading', 'text', (c) => c.notNull())
    .addColumn('agentSignature', 'text', (c) => c.notNull())
    .addColumn('sessionSignature', 'text')
    .addColumn('receivedAt', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('readingOfBooking', ['bookingId', 'seq'])
    .execute();
  await db.schema
    .createTable('visits')
    .addColumn('bookingId', 'text', (c) => c.primaryKey())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('powerW', 'integer', (c) => c.notNull())
    .addColumn('detail', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .execute();
}

async function createPeople(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('signInNonces')
    .addColumn('nonce', 'text', (c) => c.primaryKey())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('sessions')
    .addColumn('tokenHash', 'text', (c) => c.primaryKey())
    .addColumn('address', 'text', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .execute();
}
