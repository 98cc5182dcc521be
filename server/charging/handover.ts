import type { Hex } from 'viem';
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

/** A statement holds this many ids. */
const IDS_PER_STATEMENT = 500;

/** Deletes the handovers of ended bookings: of the given bookings, or of all. Looks up each handover's booking. */
export async function deleteEndedHandovers(db: Db, bookingIds?: Hex[]): Promise<void> {
  const all = db
    .deleteFrom('handovers')
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('bookings')
          .select('bookings.bookingId')
          .whereRef('bookings.bookingId', '=', 'handovers.bookingId')
          .where('untilBlock', 'is', null)
          .where('endedAt', 'is not', null),
      ),
    );
  if (bookingIds === undefined) await all.execute();
  for (let at = 0; at < (bookingIds?.length ?? 0); at += IDS_PER_STATEMENT) {
    await all.where('bookingId', 'in', bookingIds!.slice(at, at + IDS_PER_STATEMENT)).execute();
  }
}

/**
 * Deletes the handovers of bookings that ended, as the index goes on. What a back-fill ended goes at once when it is over: to
 * ask after each of its ranges would take longer than there are handovers.
 */
export function handoverDeletion(db: Db) {
  let isBehind = false;
  return async (bookingIds: readonly string[], isBackFill: boolean): Promise<void> => {
    const wasBehind = isBehind;
    isBehind = isBackFill;
    if (isBackFill) return;
    await deleteEndedHandovers(db, wasBehind ? undefined : ([...bookingIds] as Hex[]));
  };
}
