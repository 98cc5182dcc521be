import type { Address, Hex } from 'viem';
import { MAX_MESSAGES, type MessageJson } from '../../protocol/api/sealedMessages.ts';
import { markMessage } from '../booking/marks.ts';
import { newestMessage } from '../booking/newestMessage.ts';
import type { Db, Tx } from '../db.ts';
import type { Role } from './parties.ts';

/** How long a message is kept. */
export const KEPT_SEC = 90 * 86_400;

export interface SealedMessage {
  bookingId: Hex;
  sender: Role;
  toDriver: Hex;
  toHost: Hex;
  sentAt: number;
}

/**
 * Stores a message behind the others of its booking. Two that come at once get different numbers: the key refuses the
 * second, and it is tried again.
 *
 * @returns its number; undefined where the booking has as many as it may have.
 */
export async function putMessage(db: Db, message: SealedMessage): Promise<number | undefined> {
  for (;;) {
    const seq = await nextSeq(db, message.bookingId);
    if (seq > MAX_MESSAGES) return undefined;
    if (await db.transaction().execute((tx) => insert(tx, { ...message, seq }))) return seq;
  }
}

/** Returns false where another message has the number. */
async function insert(tx: Tx, message: SealedMessage & { seq: number }): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('messages')
    .values(message)
    .onConflict((conflict) => conflict.columns(['bookingId', 'seq']).doNothing())
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  await markMessage(tx, message.bookingId, message.seq);
  return true;
}

async function nextSeq(db: Db, bookingId: Hex): Promise<number> {
  return ((await newestMessage(db, bookingId))?.seq ?? 0) + 1;
}

/** The messages of a booking as one of its sides can open them, oldest first. */
export async function messagesFor(
  db: Db,
  bookingId: Hex,
  reader: Role,
  after: number,
): Promise<MessageJson[]> {
  const rows = await db
    .selectFrom('messages')
    .select(['seq', 'sender', reader === 'DRIVER' ? 'toDriver as sealed' : 'toHost as sealed', 'sentAt'])
    .where('bookingId', '=', bookingId)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(MAX_MESSAGES)
    .execute();
  return rows;
}

export async function deleteOldMessages(db: Db, now: number): Promise<void> {
  await db
    .deleteFrom('messages')
    .where('sentAt', '<=', now - KEPT_SEC)
    .execute();
}

export async function readDriverKey(db: Db, bookingId: Hex): Promise<Hex | undefined> {
  const row = await db
    .selectFrom('driverKeys')
    .select('publicKey')
    .where('bookingId', '=', bookingId)
    .executeTakeFirst();
  return row?.publicKey;
}

export async function putDriverKey(
  db: Db,
  key: { bookingId: Hex; driver: Address; publicKey: Hex },
): Promise<void> {
  await db
    .insertInto('driverKeys')
    .values(key)
    .onConflict((conflict) => conflict.column('bookingId').doNothing())
    .execute();
}
