import { setImmediate as turn } from 'node:timers/promises';
import type { BlockRange } from '../../protocol/ledger/range.ts';
import type { Db, Tx } from '../db.ts';
import { IndexMoved, LedgerContradiction } from './contradiction.ts';
import { applyEvent, type EventHandlers, type IndexRules, type Touched } from './events.ts';
import { putBlocks } from './ledger-blocks.ts';
import { loadRows } from './load-rows.ts';
import { createPace, type Pace } from './pace.ts';
import { run } from './statements.ts';
import { statementsOf } from './statements-of.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/**
 * Writes what the events of a range change, and that the range is indexed, in one transaction. The rows are loaded and
 * written in batches; in between the handlers change them in memory. Nothing of a range is kept after it.
 *
 * @throws LedgerContradiction where the events do not fit the index, IndexMoved where another process moved it: nothing
 * was written then.
 */
export async function applyRange(db: Db, range: BlockRange, rules: IndexRules): Promise<Touched> {
  const pace = createPace();
  const touched = await db.transaction().execute(async (tx) => {
    await moveOn(tx, range);
    const unit = await loadRows(tx, range.events, pace);
    await fold(unit, range, rules.handlers, pace);
    await writeRows(tx, unit, pace);
    await putBlocks(tx, range);
    await rules.markIndexed(tx, unit.touched.listings);
    await rules.markBookings(tx, unit.touched.bookings);
    // The commit is the longest piece: nothing else is done in its turn of the event loop.
    await turn();
    return unit.touched;
  });
  await turn();
  return touched;
}

/**
 * Moves the index from the end of the range before to the end of this one. Comes first: the row that it changes is
 * locked until the commit, so that of two processes that both take themselves for the only one, the second fails.
 */
async function moveOn(tx: Tx, { from, to }: BlockRange): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('ledger')
    .set({ indexedTo: to })
    .where('indexedTo', '=', from - 1)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new IndexMoved(from);
}

async function fold(unit: UnitOfWork, range: BlockRange, handlers: EventHandlers, pace: Pace): Promise<void> {
  let last = { block: range.from, logIndex: -1 };
  for (const event of range.events) {
    const { block, timestamp, logIndex, transactionHash } = event;
    const follows = block > last.block || (block === last.block && logIndex > last.logIndex);
    if (!follows || block > range.to)
      throw new LedgerContradiction(block, 'Events must be in ledger order, each once, within their range.');
    applyEvent(handlers, unit, { block, timestamp, logIndex, transactionHash }, event);
    last = event;
    await pace();
  }
}

async function writeRows(tx: Tx, unit: UnitOfWork, pace: Pace): Promise<void> {
  const statements = statementsOf(tx);
  const queries = [
    statements.endVersions('listings', unit.listings.ended()),
    statements.endVersions('bookings', unit.bookings.ended()),
    statements.insert('terms', unit.newTerms()),
    statements.insert('listings', unit.listings.made()),
    statements.insert('bookings', unit.bookings.made()),
    statements.insert('accountMoves', unit.moves),
  ];
  for (const batches of queries) {
    for (const query of batches) {
      await run(tx, query);
      await pace();
    }
  }
}
