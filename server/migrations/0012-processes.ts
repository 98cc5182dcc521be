import { type Kysely, PostgresAdapter, sql } from 'kysely';

/**
 * What several processes on one PostgreSQL share, and whether a report changed what the map shows of a connector. The
 * new tables hold what is true while the processes run: there they are unlogged, so that a write waits for no disk, and
 * empty after a crash of the database. On SQLite, which one process has, they stay empty.
 */
// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
export async function up(db: Kysely<any>): Promise<void> {
  await db.schema
    .alterTable('connectors')
    .addColumn('isChange', 'integer', (c) => c.notNull().defaultTo(1))
    .execute();
  await createLinks(db);
  await createPairingOffers(db);
  await table(db, 'clusterMessages')
    .addColumn('messageId', 'text', (c) => c.primaryKey())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('sentAt', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('clusterMessagesByAge').on('clusterMessages').column('sentAt').execute();
  await table(db, 'senderNonces')
    .addColumn('account', 'text', (c) => c.primaryKey())
    .addColumn('nextNonce', 'bigint', (c) => c.notNull())
    .addColumn('sentAt', 'bigint', (c) => c.notNull())
    .execute();
  await table(db, 'requestCounts')
    .addColumn('countKey', 'text', (c) => c.primaryKey())
    .addColumn('hits', 'integer', (c) => c.notNull())
    .addColumn('resetAtMs', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('requestCountsByAge').on('requestCounts').column('resetAtMs').execute();
}

async function createLinks(db: Kysely<unknown>): Promise<void> {
  await table(db, 'processes')
    .addColumn('processId', 'text', (c) => c.primaryKey())
    .addColumn('seenAt', 'bigint', (c) => c.notNull())
    .execute();
  await table(db, 'agentLinks')
    .addColumn('agentKey', 'text', (c) => c.primaryKey())
    .addColumn('processId', 'text', (c) => c.notNull())
    .addColumn('linkId', 'text', (c) => c.notNull())
    .addColumn('linkedAt', 'bigint', (c) => c.notNull())
    .addColumn('previousProcessId', 'text')
    .addColumn('previousLinkId', 'text')
    .execute();
  await db.schema.createIndex('agentLinksByProcess').on('agentLinks').column('processId').execute();
}

async function createPairingOffers(db: Kysely<unknown>): Promise<void> {
  await table(db, 'pairingOffers')
    .addColumn('agentKey', 'text', (c) => c.notNull())
    .addColumn('code', 'text', (c) => c.notNull())
    .addColumn('linkId', 'text', (c) => c.notNull())
    .addColumn('offer', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('offerOfAgent', ['agentKey', 'code'])
    .execute();
  await db.schema.createIndex('pairingOffersByCode').on('pairingOffers').column('code').execute();
}

function table(db: Kysely<unknown>, name: string) {
  const created = db.schema.createTable(name);
  return db.getExecutor().adapter instanceof PostgresAdapter ? created.modifyFront(sql`unlogged`) : created;
}
