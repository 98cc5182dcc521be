import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** The same order of tests on every machine; another one is tried with `npx vitest --sequence.seed=N`. */
const SEQUENCE_SEED = 20_261_122;

/** What every project shares. Timeouts are finite and generous: two cores may be shared by all of them. */
const shared = {
  environment: 'node',
  testTimeout: 60_000,
  hookTimeout: 90_000,
  teardownTimeout: 20_000,
  retry: 0,
} as const;

/** Suites over records that others made, each by what it reads: they exist only where those records do. */
const RECORDS = {
  'test/contracts/ocmf.test.ts': 'ocmf/records.json',
  'test/vectors/ocpiTariffs.test.ts': 'ocpi-tariffs',
};
const WITHOUT_RECORDS = Object.entries(RECORDS)
  .filter(([, records]) => !existsSync(join(import.meta.dirname, '../shared/data', records)))
  .map(([suite]) => suite);

export default defineConfig({
  test: {
    sequence: { seed: SEQUENCE_SEED, shuffle: { tests: false, files: true } },
    passWithNoTests: false,
    allowOnly: false,
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/web/**', 'test/journey/**', ...WITHOUT_RECORDS],
        },
      },
      // Each of these owns a browser or the whole product: one file at a time, so that they get the machine.
      {
        test: {
          ...shared,
          name: 'web',
          include: ['test/web/**/*.test.ts', 'test/journey/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
