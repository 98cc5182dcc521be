import type { Address, Hex } from 'viem';
import type { Db } from '../db.ts';

/** Stores what an agent sealed to a booking's session key, in place of an earlier one. */
export async function putHandover(db: Db, bookingId: Hex, sealed: Hex): Promise<void> {
  await db
    .insertInto('handovers')
    .values({ bookingId, sealed })
    .onConflict((conflict) => conflict.column('bookingId').doUpdateSet({ sealed }))
    .execute();
}

export async function readHandover(db: Db, bookingId: Hex): Promise<Hex | undefined> {
  const row = await db
    .selectFrom('handovers')
    .select('sealed')
    .where('bookingId', '=', bookingId)
    .executeTakeFirst();
  return row?.sealed;
}

/** Deletes the handovers of ended bookings: of the given booking, or of all. */
export async function deleteEndedHandovers(db: Db, bookingId?: Hex): Promise<void> {
  const ended = db
    .selectFrom('bookings')
    .select('bookingId')
    .where('untilBlock', 'is', null)
    .where('endedAt', 'is not', null);
  const all = db.deleteFrom('handovers').where('bookingId', 'in', ended);
  await (bookingId === undefined ? all : all.where('bookingId', '=', bookingId)).execute();
}

export async function agentOfListing(db: Db, listingId: Hex): Promise<Address | undefined> {
  const row = await db
    .selectFrom('listings')
    .innerJoin('terms', 'terms.termsHash', 'listings.termsHash')
    .select('agentKey')
    .where('listingId', '=', listingId)
    .where('untilBlock', 'is', null)
    .executeTakeFirst();
  return row?.agentKey;
}
