import type { Kysely } from 'kysely';

/** Evidence bundles that agents handed in, with their salts, and with whom their parties share them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('evidence')
    .addColumn('bookingId', 'text', (c) => c.primaryKey())
    .addColumn('host', 'text', (c) => c.notNull())
    .addColumn('evidenceHash', 'text', (c) => c.notNull())
    .addColumn('bytes', 'bytea', (c) => c.notNull())
    .addColumn('sizeBytes', 'bigint', (c) => c.notNull())
    .addColumn('receivedAt', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('evidenceOfHost').on('evidence').column('host').execute();
  await db.schema
    .createTable('evidenceShares')
    .addColumn('bookingId', 'text', (c) => c.notNull())
    .addColumn('sharedBy', 'text', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('evidenceShare', ['bookingId', 'sharedBy', 'account'])
    .execute();
  await db.schema.createIndex('evidenceSharesBy').on('evidenceShares').column('sharedBy').execute();
  await db.schema.createIndex('evidenceSharesWith').on('evidenceShares').column('account').execute();
}
