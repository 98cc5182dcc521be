import fc from 'fast-check';
import type { BlockRange } from '../../../protocol/ledger/range.ts';
import { applyRange } from '../../../server/chain/apply-range.ts';
import type { Touched } from '../../../server/chain/events.ts';
import { storedBlocksDown } from '../../../server/chain/ledger-blocks.ts';
import { readLedger, rollBack } from '../../../server/chain/versions.ts';
import type { Db } from '../../../server/db.ts';
import { INDEX_RULES } from '../../../server/index-rules.ts';
import { type Choice, History } from './history.ts';
import { applyRowByRow, rollBackRowByRow } from './row-by-row/apply.ts';

/** One step of a ledger and of who follows it. */
export interface Act {
  kind: 'publish' | 'changeStatus' | 'book' | 'change' | 'move' | 'mine' | 'reorganise' | 'index';
  /** Which of several events, how many blocks, or how deep. */
  n: number;
  choice: Choice;
}

const kind = fc.oneof(
  { weight: 3, arbitrary: fc.constant('publish' as const) },
  { weight: 1, arbitrary: fc.constant('changeStatus' as const) },
  { weight: 3, arbitrary: fc.constant('book' as const) },
  { weight: 24, arbitrary: fc.constant('change' as const) },
  { weight: 2, arbitrary: fc.constant('move' as const) },
  { weight: 8, arbitrary: fc.constant('mine' as const) },
  { weight: 1, arbitrary: fc.constant('reorganise' as const) },
  { weight: 3, arbitrary: fc.constant('index' as const) },
);
const upTo = (max: number) => fc.integer({ min: 0, max });

/** Histories of a ledger with reorganisations, and the moments at which an index follows them. */
export const histories = (maxActs: number): fc.Arbitrary<Act[]> =>
  fc.array(fc.record({ kind, n: upTo(60), choice: fc.record({ a: upTo(999), b: upTo(999) }) }), {
    minLength: Math.floor(maxActs / 4),
    maxLength: maxActs,
    size: 'max',
  });

/** Does an act. What was indexed is over: another block follows it. */
export function extend(history: History, { kind, n, choice }: Act): void {
  if (kind === 'publish') history.publish(choice);
  else if (kind === 'changeStatus') history.changeStatus(choice);
  else if (kind === 'book') history.book(choice);
  else if (kind === 'change') history.change(n, choice);
  else if (kind === 'move') history.move(n, choice);
  else if (kind === 'mine' || kind === 'index') history.mine(1 + (n % 3));
  else if (kind === 'reorganise') history.reorganise(n < 50 ? n % 6 : n);
}

/** How an index is written. */
export interface Writer {
  apply(db: Db, range: BlockRange): Promise<Touched>;
  rollBack(db: Db, toBlock: number): Promise<unknown>;
}

export const FOLD: Writer = {
  apply: (db, range) => applyRange(db, range, INDEX_RULES),
  rollBack: (db, toBlock) => rollBack(db, toBlock, INDEX_RULES),
};

export const ROW_BY_ROW: Writer = { apply: applyRowByRow, rollBack: rollBackRowByRow };

export const indexedTo = async (db: Db): Promise<number> => (await readLedger(db))!.indexedTo;

/**
 * Brings an index to the head of a ledger: back to the newest block that both have, then on in ranges of a length.
 * Returns the ids of what changed on the way on.
 */
export async function followTo(
  db: Db,
  history: History,
  writer: Writer,
  rangeBlocks: number,
  common?: number,
): Promise<Touched> {
  const touched: Touched = { listings: new Set(), bookings: new Set() };
  await writer.rollBack(db, common ?? (await commonBlock(db, history)));
  for (let from = (await indexedTo(db)) + 1; from <= history.head; from += rangeBlocks) {
    const range = history.range(from, Math.min(history.head, from + rangeBlocks - 1));
    const { listings, bookings } = await writer.apply(db, range);
    for (const id of listings) touched.listings.add(id);
    for (const id of bookings) touched.bookings.add(id);
  }
  return touched;
}

/** The newest block that the index stored and the ledger has. */
export async function commonBlock(db: Db, history: History): Promise<number> {
  const stored = await storedBlocksDown(db, history.head, 1_000);
  const common = stored.find(({ number, hash }) => history.hasBlock(number, hash));
  return common?.number ?? history.deployBlock - 1;
}

/** A history of so many draws, each of about a hundred acts; the same for each seed. */
export function sampleHistory(seed: number, draws = 10): History {
  const history = new History();
  for (const acts of fc.sample(histories(150), { seed, numRuns: draws }))
    for (const act of acts) extend(history, act);
  history.mine();
  return history;
}
