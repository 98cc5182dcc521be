import { sql } from 'kysely';
import type { MarketEvent } from '../../../../protocol/ledger/events.ts';
import type { BlockRange } from '../../../../protocol/ledger/range.ts';
import type { Touched } from '../../../../server/chain/events.ts';
import type { Db } from '../../../../server/db.ts';
import { accountEvents } from './accounts.ts';
import type { At, RowHandlers } from './at.ts';
import { bookingEvents } from './booking.ts';
import { listingEvents } from './listing.ts';
import { settlementEvents } from './settlement.ts';

const HANDLERS: RowHandlers = { ...accountEvents, ...listingEvents, ...bookingEvents, ...settlementEvents };

/**
 * The index as it was written before there were units of work: one event after the other, each by statements of its
 * own. It is kept as the meaning that `applyRange` must have.
 */
export async function applyRowByRow(db: Db, { to, events }: BlockRange): Promise<Touched> {
  const touched: Touched = { listings: new Set(), bookings: new Set() };
  await db.transaction().execute(async (tx) => {
    for (const event of events) {
      const { block, timestamp, logIndex, transactionHash } = event;
      await apply({ tx, touched, block, timestamp, logIndex, transactionHash }, event);
    }
    await tx.updateTable('ledger').set({ indexedTo: to }).execute();
  });
  return touched;
}

const apply = async (at: At, event: MarketEvent): Promise<void> => {
  const handler = HANDLERS[event.name] as ((at: At, args: unknown) => Promise<void>) | undefined;
  await handler?.(at, event.args);
};

/** Removes everything that blocks above `block` wrote. */
export async function rollBackRowByRow(db: Db, block: number): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const table of ['terms', 'listings', 'bookings', 'accountMoves'])
      await sql`delete from ${sql.table(table)} where ${sql.ref('fromBlock')} > ${block}`.execute(tx);
    for (const table of ['listings', 'bookings']) {
      const until = sql.ref('untilBlock');
      await sql`update ${sql.table(table)} set ${until} = null where ${until} > ${block}`.execute(tx);
    }
    await tx.updateTable('ledger').set({ indexedTo: block }).execute();
  });
}
