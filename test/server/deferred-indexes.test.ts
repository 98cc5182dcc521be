import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { LedgerNodes } from '../../protocol/ledger/nodes.ts';
import { MARKET } from '../../scripts/bench/generated/chain.ts';
import { serveLedger } from '../../scripts/bench/generated/start.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { DeferredIndexes } from '../../server/chain/deferred-indexes.ts';
import type { IndexRules } from '../../server/chain/events.ts';
import { startFollower } from '../../server/chain/follow.ts';
import { createOutage } from '../../server/chain/outage.ts';
import { type Database, openDatabase } from '../../server/db/open.ts';
import type { Db } from '../../server/db.ts';
import { createLog } from '../../server/http/log.ts';
import { INDEX_RULES } from '../../server/index-rules.ts';
import { configOf } from './support/database-config.ts';
import { extend, FOLD, followTo, histories } from './support/follow-history.ts';
import { History } from './support/history.ts';
import { indexCatalog } from './support/index-catalog.ts';
import { indexRows, resetIndex } from './support/index-rows.ts';
import { newDatabase, waitFor } from './support.ts';

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
const NEVER = new AbortController().signal;

async function ownDatabase(): Promise<Database & { config: ReturnType<typeof configOf> }> {
  const { env, remove } = await newDatabase();
  onTestFinished(remove);
  const config = configOf(env);
  return { ...(await openDatabase(config)), config };
}

const deferredCount = async (db: Db): Promise<number> =>
  (await db.selectFrom('deferredIndexes').selectAll().execute()).length;

test('what readers alone need is taken away, and comes back as it was', async () => {
  const { db, close } = await ownDatabase();
  onTestFinished(close);
  const before = await indexCatalog(db);
  const indexes = new DeferredIndexes(db);
  await indexes.defer();
  const left = await indexCatalog(db);
  const gone = before.filter(({ name }) => left.every((index) => index.name !== name));
  expect(gone.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['bookings_of_driver', 'terms_of_host']),
  );
  expect(left.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['bookings_from_block', 'listings_current']),
  );
  expect(gone.every(({ definition }) => !/unique|from_block/i.test(definition))).toBe(true);
  const aborted = AbortSignal.abort();
  await indexes.build(aborted);
  expect(await indexCatalog(db)).toEqual(left);
  await indexes.build(NEVER);
  expect([await indexCatalog(db), await deferredCount(db)]).toEqual([before, 0]);
});

test('an index that is noted and there, since a migration made it again, is left as it is', async () => {
  const { db, close } = await ownDatabase();
  onTestFinished(close);
  const before = await indexCatalog(db);
  await db
    .insertInto('deferredIndexes')
    .values({ name: 'terms_of_host', definition: 'as of before' })
    .execute();
  await new DeferredIndexes(db).build(NEVER);
  expect([await indexCatalog(db), await deferredCount(db)]).toEqual([before, 0]);
});

test('the rows are the same, whenever indexes are taken away and built', async () => {
  const { db, close } = await ownDatabase();
  const plain = await openDatabase({ databaseFile: ':memory:' });
  onTestFinished(() => Promise.all([close(), plain.close()]).then(() => undefined));
  const indexes = new DeferredIndexes(db);
  let bookings = 0;
  await fc.assert(
    fc.asyncProperty(histories(100), async (acts) => {
      const history = new History();
      for (const each of [db, plain.db]) await resetIndex(each, history.deployBlock - 1);
      for (const act of acts) {
        if (act.kind === 'index') {
          await (act.choice.b % 2 === 0 ? indexes.defer() : indexes.build(NEVER));
          await followTo(db, history, FOLD, 1 + (act.choice.a % 25));
        }
        extend(history, act);
      }
      await followTo(db, history, FOLD, 20);
      await followTo(plain.db, history, FOLD, 20);
      const rows = await indexRows(db);
      bookings += rows.bookings.length;
      expect(rows).toEqual(await indexRows(plain.db));
    }),
    { seed: 20_261_130, numRuns: DEEP ? 200 : 5, endOnFailure: true },
  );
  expect(bookings).toBeGreaterThan(20);
});

/** A process that changes indexes all the time, killed without warning after it has said so many lines. */
async function changeUntilKilled(config: object, lines: number): Promise<void> {
  const program = join(ROOT, 'test/server/fixtures/defer-indexes.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  let said = 0;
  for await (const _ of createInterface({ input: child.stdout })) if (++said === lines) child.kill('SIGKILL');
  await gone;
  expect(said).toBeGreaterThanOrEqual(lines);
}

test('killed while indexes are taken away or built, each is there or noted', async () => {
  const { db, config, close } = await ownDatabase();
  const before = await indexCatalog(db);
  await close();
  for (let kill = 1; kill <= (DEEP ? 30 : 2); kill++) {
    await changeUntilKilled(config, kill);
    const found = await openDatabase(config);
    const present = await indexCatalog(found.db);
    const noted = await found.db.selectFrom('deferredIndexes').selectAll().execute();
    const both = [...present, ...noted].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(both).toEqual(before);
    await new DeferredIndexes(found.db).build(NEVER);
    expect(await indexCatalog(found.db)).toEqual(before);
    await found.close();
  }
});

test('a long ledger is followed without them, and with them near its head, also after a kill', async () => {
  const ledger = await serveLedger({
    seed: 1,
    listings: 40,
    bookings: 60,
    eventsPerBlock: 0.1,
    keyedListings: 0,
  });
  onTestFinished(() => ledger.end());
  const { db, close } = await ownDatabase();
  onTestFinished(close);
  const before = await indexCatalog(db);
  const counts: number[] = [];
  const rules: IndexRules = {
    ...INDEX_RULES,
    async markIndexed(tx, ids) {
      counts.push(await deferredCount(tx));
      await INDEX_RULES.markIndexed(tx, ids);
    },
  };
  const log = createLog('silent');
  const follow = async () => {
    const follower = startFollower({
      ...{ db, rules, nodes: new LedgerNodes([ledger.url]), market: MARKET },
      ...{ deployBlock: 1, pollMs: 100, log, outage: createOutage('ledger unreachable', log) },
      onContact: async () => {},
      onChange: () => {},
      onFatal: (error) => expect.unreachable(error.message),
    });
    await waitFor('the head', () => follower.isNearHead());
    await follower.stop();
  };
  await follow();
  expect(counts[0]).toBeGreaterThan(5);
  expect([await indexCatalog(db), await deferredCount(db)]).toEqual([before, 0]);
  await new DeferredIndexes(db).defer();
  await follow();
  expect([await indexCatalog(db), await deferredCount(db)]).toEqual([before, 0]);
});
