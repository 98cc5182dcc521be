import type { Hex } from 'viem';
import type { Db } from '../db.ts';

/** The newest message of a booking, without what it says. */
export const newestMessage = (db: Db, bookingId: Hex) =>
  db
    .selectFrom('messages')
    .select(['seq', 'sender', 'sentAt'])
    .where('bookingId', '=', bookingId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
