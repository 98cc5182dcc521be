import type { Kysely } from 'kysely';

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

/** Codes whose notices say a reason, which was a part of the code. */
const REASONS: Readonly<Record<string, string>> = { OCCUPIED: 'OCCUPIED', OUT_OF_ORDER: 'FAULT' };

// biome-ignore lint/suspicious/noExplicitAny: the tables of each migration have other columns than the present ones
type AnyDb = Kysely<any>;

/** Notices and details of sessions are codes with parameters, as JSON. */
export async function up(db: AnyDb): Promise<void> {
  await migrateNotices(db);
  await migrateSessions(db);
}

async function migrateNotices(db: AnyDb): Promise<void> {
  await db.schema
    .alterTable('notices')
    .addColumn('params', 'text', (c) => c.notNull().defaultTo('{}'))
    .execute();
  for (const { noticeId, code, text } of await db.selectFrom('notices').selectAll().execute()) {
    const reason = REASONS[code];
    const params = JSON.stringify({ ...(reason !== undefined && { reason }), text });
    await db
      .updateTable('notices')
      .set({ params, code: CODES[code] ?? code })
      .where('noticeId', '=', noticeId)
      .execute();
  }
  await db.schema.alterTable('notices').dropColumn('text').execute();
}

async function migrateSessions(db: AnyDb): Promise<void> {
  await db.schema.alterTable('sessions').renameColumn('detail', 'sentence').execute();
  await db.schema.alterTable('sessions').addColumn('detail', 'text').execute();
  const rows = await db.selectFrom('sessions').selectAll().where('sentence', '<>', '').execute();
  for (const { bookingId, sentence } of rows) {
    const detail = JSON.stringify({ code: 'TEXT', params: { text: sentence } });
    await db.updateTable('sessions').set({ detail }).where('bookingId', '=', bookingId).execute();
  }
  await db.schema.alterTable('sessions').dropColumn('sentence').execute();
}
