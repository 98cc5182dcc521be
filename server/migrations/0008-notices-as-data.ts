import { type Kysely, sql } from 'kysely';

/** Codes that were renamed. Sentences of before are kept as the parameter `text`, and shown as they are. */
const CODES: Readonly<Record<string, string>> = {
  PAUSED_FRESH: 'PAUSED_UNCONFIRMED',
  PAUSED_SILENT: 'PAUSED_METER_SILENT',
  PAUSED_SITE: 'PAUSED_SITE_LIMIT',
  PAUSED_NEIGHBOUR: 'PAUSED_ADJACENT_BOOKING',
  POWER_AGAIN: 'POWER_RESTORED',
  BAY_IN_USE: 'CONNECTOR_BUSY',
  OCCUPIED: 'BOOKING_BLOCKED',
  OUT_OF_ORDER: 'BOOKING_BLOCKED',
  FREE_AGAIN: 'BOOKING_UNBLOCKED',
  LIMIT_IGNORED: 'LIMIT_EXCEEDED',
  FAULT_OVER: 'FAULT_CLEARED',
  METER_DOUBTED: 'METER_FLAGGED',
  CLAIM_ALONE_SENT: 'UNILATERAL_CLAIM_SENT',
  CLAIMED_ALONE: 'UNILATERALLY_CLAIMED',
};

/** Notices and details of sessions are codes with parameters, as JSON. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await migrateNotices(db);
  await migrateSessions(db);
}

async function migrateNotices(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('notices')
    .addColumn('params', 'text', (c) => c.notNull().defaultTo('{}'))
    .execute();
  await sql`update notices set params = case code
    when 'OCCUPIED' then json_object('reason', 'OCCUPIED', 'text', text)
    when 'OUT_OF_ORDER' then json_object('reason', 'FAULT', 'text', text)
    else json_object('text', text) end`.execute(db);
  for (const [before, after] of Object.entries(CODES)) {
    await sql`update notices set code = ${after} where code = ${before}`.execute(db);
  }
  await db.schema.alterTable('notices').dropColumn('text').execute();
}

async function migrateSessions(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('sessions').renameColumn('detail', 'sentence').execute();
  await db.schema.alterTable('sessions').addColumn('detail', 'text').execute();
  await sql`update sessions
    set detail = json_object('code', 'TEXT', 'params', json_object('text', sentence))
    where sentence <> ''`.execute(db);
  await db.schema.alterTable('sessions').dropColumn('sentence').execute();
}
