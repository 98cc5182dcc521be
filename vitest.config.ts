import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/checks/vitest-sequencer.ts';
import { type TestProject, testFiles, WORKERS } from './scripts/lib/test-projects.ts';

/** The same order of files on every machine; another one is tried with `npx vitest --sequence.seed=N`. */
const SEQUENCE_SEED = 20_261_122;

const files = testFiles();

/** Full counts take a hundred times as long as samples. */
const isDeep = process.env.PLUGPACT_DEEP !== undefined;

/** Finite and generous: the cores may be shared by many. */
const TIMEOUT_MS = isDeep ? 1_800_000 : 120_000;

const project = (name: TestProject, groupOrder: number, timeoutMs: number) => ({
  name,
  environment: 'node' as const,
  pool: 'forks' as const,
  include: files[name],
  maxWorkers: WORKERS[name],
  sequence: { groupOrder },
  testTimeout: timeoutMs,
  hookTimeout: 1.5 * timeoutMs,
  teardownTimeout: 20_000,
  // Programs that tests start keep what Node compiled of them: they are started many times.
  env: {
    NODE_COMPILE_CACHE: join(import.meta.dirname, 'cache/node-compile'),
    // The machine of a German speaks English to the tests.
    PLUGPACT_LANG: 'en',
  },
  retry: 0,
  // A worker takes one file after the other: loading the modules again for each would cost a second of processor
  // time per file. So a test leaves no module, global or environment variable changed.
  isolate: false,
  restoreMocks: true,
  unstubEnvs: true,
  unstubGlobals: true,
});

const postgres = project('postgres', 4, TIMEOUT_MS);

export default defineConfig({
  test: {
    sequence: { seed: SEQUENCE_SEED, sequencer: LongestFirst },
    passWithNoTests: false,
    allowOnly: false,
    globalSetup: [join(import.meta.dirname, 'test/support/postgres-setup.ts')],
    projects: [
      {
        test: {
          ...project('pure', 0, TIMEOUT_MS),
          setupFiles: [join(import.meta.dirname, 'test/support/pure.ts')],
        },
      },
      { test: project('live', 1, TIMEOUT_MS) },
      { test: project('compiled', 2, TIMEOUT_MS) },
      { test: { ...project('web', 3, 180_000), isolate: true } },
      {
        test: {
          ...postgres,
          env: { ...postgres.env, PLUGPACT_TEST_DATABASE: 'postgres' },
        },
      },
    ],
  },
});
