import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.ts';
import { openDatabase } from '../../server/db/open.ts';
import { configOf } from './support/database-config.ts';
import { FOLD, followTo, indexedTo, sampleHistory } from './support/follow-history.ts';
import { indexRows, resetIndex } from './support/index-rows.ts';
import { newDatabase } from './support.ts';

const KILLS = process.env.PLUGPACT_DEEP ? 40 : 3;
const SEED = 11;
const RANGE_BLOCKS = 9;

/** Indexes on in a process of its own, which is killed without warning after it has written so many ranges. */
async function indexUntilKilled(config: object, ranges: number): Promise<void> {
  const program = join(ROOT, 'test/server/fixtures/index-history.ts');
  const args = [program, JSON.stringify(config), String(SEED), String(RANGE_BLOCKS)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  let written = 0;
  for await (const _ of createInterface({ input: child.stdout })) {
    written++;
    if (written === ranges) child.kill('SIGKILL');
  }
  await gone;
}

test('killed at any moment, the index is at the end of a range, and goes on from there', async () => {
  const history = sampleHistory(SEED);
  const { env, remove } = await newDatabase();
  onTestFinished(remove);
  const config = configOf(env);
  const scratch = await openDatabase({ databaseFile: ':memory:' });
  onTestFinished(scratch.close);
  for (let kill = 1; kill <= KILLS; kill++) {
    await indexUntilKilled(config, 1 + (kill % 3));
    const found = await openDatabase(config);
    const [to, rows] = [await indexedTo(found.db), await indexRows(found.db)];
    await found.close();
    expect(to === history.head || (to + 1 - history.deployBlock) % RANGE_BLOCKS === 0).toBe(true);
    await resetIndex(scratch.db, history.deployBlock - 1);
    await FOLD.apply(scratch.db, history.range(history.deployBlock, to));
    expect(rows).toEqual(await indexRows(scratch.db));
  }
  const found = await openDatabase(config);
  await followTo(found.db, history, FOLD, 1_000);
  await resetIndex(scratch.db, history.deployBlock - 1);
  await followTo(scratch.db, history, FOLD, 1_000);
  expect(await indexRows(found.db)).toEqual(await indexRows(scratch.db));
  await found.close();
});
