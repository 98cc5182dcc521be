import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyRange } from '../../server/chain/apply-range.ts';
import type { IndexRules } from '../../server/chain/events.ts';
import { rollBack } from '../../server/chain/versions.ts';
import { type Database, openDatabase } from '../../server/db/open.ts';
import type { Db } from '../../server/db.ts';
import { INDEX_RULES } from '../../server/index-rules.ts';
import { configOf } from './support/database-config.ts';
import {
  type Act,
  commonBlock,
  extend,
  FOLD,
  followTo,
  histories,
  indexedTo,
  ROW_BY_ROW,
  sampleHistory,
} from './support/follow-history.ts';
import { History } from './support/history.ts';
import { indexRows, resetIndex } from './support/index-rows.ts';
import { newDatabase, ON_POSTGRES, type TestDatabase } from './support.ts';

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
/** A failing history is shown as it was drawn: to shrink it takes longer than a test may. */
const RUNS = { seed: 20_261_129, numRuns: DEEP ? 1_000 : ON_POSTGRES ? 8 : 25, endOnFailure: !DEEP };
const MOST_ACTS = 150;

let ownDatabase: TestDatabase;
let database: Database;
let inMemory: Database;
let folded: Db;
let oracle: Db;
beforeAll(async () => {
  ownDatabase = await newDatabase();
  database = await openDatabase(configOf(ownDatabase.env));
  inMemory = await openDatabase({ databaseFile: ':memory:' });
  folded = database.db;
  oracle = inMemory.db;
});
afterAll(async () => {
  await inMemory?.close();
  await database?.close();
  await ownDatabase?.remove();
});

describe('the index of a history of events', () => {
  test('has the rows that one event after the other writes, and those of an index from scratch', async () => {
    let bookings = 0;
    await fc.assert(
      fc.asyncProperty(histories(MOST_ACTS), fc.integer({ min: 1, max: 40 }), async (acts, cut) => {
        const history = new History();
        for (const db of [folded, oracle]) await resetIndex(db, history.deployBlock - 1);
        for (const act of acts) {
          if (act.kind === 'index') await followBoth(history, act);
          extend(history, act);
        }
        await followBoth(history, acts[0]!);
        const found = await indexRows(folded);
        bookings += found.bookings.length;
        expect(found).toEqual(await indexRows(oracle));
        await resetIndex(folded, history.deployBlock - 1);
        await followTo(folded, history, FOLD, cut);
        expect(await indexRows(folded)).toEqual(found);
      }),
      RUNS,
    );
    expect(bookings).toBeGreaterThan(5 * RUNS.numRuns);
  });

  /** Brings both to the head, each in ranges of its own length. */
  async function followBoth(history: History, { n, choice }: Act): Promise<void> {
    const common = await commonBlock(folded, history);
    const touched = await followTo(oracle, history, ROW_BY_ROW, 1 + (n % 7), common);
    expect(await followTo(folded, history, FOLD, 1 + (choice.a % 25), common)).toEqual(touched);
  }

  test('is rolled back by what it says changed, and never moved on by it', async () => {
    const history = sampleHistory(7);
    await resetIndex(folded, history.deployBlock - 1);
    await followTo(folded, history, FOLD, 50);
    const { listings, bookings } = await indexRows(folded);
    const toBlock = history.head - 60;
    const marked = new Set<string>();
    const rules: IndexRules = {
      ...INDEX_RULES,
      markChargers: async (_, ids) => {
        for (const id of ids) marked.add(id);
      },
    };
    const touched = await rollBack(folded, toBlock, rules);
    const gone = <Row extends { fromBlock: number }>(rows: Row[]) =>
      rows.filter((row) => row.fromBlock > toBlock);
    expect(touched.bookings).toEqual(new Set(gone(bookings).map((row) => row.bookingId)));
    expect(touched.listings).toEqual(
      new Set([...gone(bookings), ...gone(listings)].map((row) => row.listingId)),
    );
    expect(marked).toEqual(touched.listings);
    expect(marked.size).toBeGreaterThan(0);
    const none = await rollBack(folded, history.head, rules);
    expect([none.listings.size, await indexedTo(folded)]).toEqual([0, toBlock]);
  });
});

describe('a range that does not fit the index', () => {
  const history = new History();
  const [choice, other] = [
    { a: 1, b: 1 },
    { a: 1, b: 3 },
  ];
  history.publish(choice);
  history.book(choice);
  history.mine();
  history.change(0, choice);
  history.book(other);
  history.mine();
  history.changeStatus(choice);
  const { deployBlock, head } = history;
  const whole = history.range(deployBlock, head);
  const without = (name: string) => ({
    ...whole,
    events: whole.events.filter((event) => event.name !== name),
  });
  const [first, second] = whole.events;

  test.each([
    ['a booking that was never booked', without('Booked'), deployBlock + 1],
    ['a booking of a listing that was never published', without('ListingPublished'), deployBlock],
    [
      'an offer with another tariff',
      {
        ...whole,
        events: whole.events.map((event) =>
          event.name === 'OfferTaken' ? { ...event, args: { ...event.args, tariff: 99n } } : event,
        ),
      },
      deployBlock + 1,
    ],
    ['an event twice', { ...whole, events: [first!, first!, ...whole.events.slice(1)] }, deployBlock],
    ['events out of order', { ...whole, events: [second!, first!] }, deployBlock],
    ['an event behind its end', { ...whole, to: head - 1 }, head],
    [
      'an event before its beginning',
      { ...history.range(deployBlock + 1, head), events: [first!] },
      deployBlock,
    ],
  ])('is refused for %s, and nothing of it is written', async (_, range, block) => {
    await resetIndex(folded, range.from - 1);
    const before = await indexRows(folded);
    await expect(applyRange(folded, range, INDEX_RULES)).rejects.toMatchObject({
      code: 'index.contradiction',
      retry: 'later',
      block,
    });
    expect([await indexRows(folded), await indexedTo(folded)]).toEqual([before, range.from - 1]);
  });

  test('is refused where another process has written it', async () => {
    await resetIndex(folded, deployBlock - 1);
    const both = await Promise.allSettled([1, 2].map(() => applyRange(folded, whole, INDEX_RULES)));
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'index.moved' },
    });
    expect(await indexedTo(folded)).toBe(head);
  });
});

test('while a range is written the event loop has turns', async () => {
  const history = sampleHistory(3, 60);
  await resetIndex(folded, history.deployBlock - 1);
  let turns = 0;
  let isWriting = true;
  const count = () => {
    turns++;
    if (isWriting) setImmediate(count);
  };
  setImmediate(count);
  const touched = await applyRange(folded, history.range(history.deployBlock, history.head), INDEX_RULES);
  isWriting = false;
  expect(touched.bookings.size).toBeGreaterThan(50);
  expect(turns).toBeGreaterThan(2);
});
