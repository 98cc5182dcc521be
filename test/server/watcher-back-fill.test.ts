import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Progress } from '../../server/chain/progress.ts';
import { openDatabase } from '../../server/db/open.ts';
import type { Services } from '../../server/services.ts';
import { startWatcher } from '../../server/watcher/watch.ts';
import { waitFor } from './support.ts';

test('the watcher looks at no bookings during a back-fill, and does after it', async () => {
  let looks = 0;
  let ticks = 0;
  const database = await openDatabase(
    { databaseFile: ':memory:' },
    { onStatement: (text) => (looks += Number(text.includes('"bookings"'))) },
  );
  onTestFinished(() => database.close());
  let progress: Progress | null = { blocksLeft: 5_000, secondsLeft: 9 };
  const services = {
    ...{ db: database.db, log: pino({ enabled: false }), relayer: {}, now: () => 1_000 },
    head: () => ({ blockNumber: 9_000, blockTimestamp: 1_000 }),
    progress: () => {
      ticks += 1;
      return progress;
    },
    hub: { linkedAt: async () => new Set() },
  };
  const watcher = startWatcher(services as unknown as Services, 5);
  onTestFinished(() => watcher.stop());
  await waitFor('some ticks', () => ticks > 3);
  expect(looks).toBe(0);
  progress = null;
  await waitFor('a look', () => looks > 0);
});
