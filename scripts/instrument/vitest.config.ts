import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { ROOT } from '../lib/paths.ts';
import { RUNS_DIR } from './folders.ts';

/** Runs of contract tests over instrumented contracts; modules stay loaded from run to run. */
export default defineConfig({
  root: ROOT,
  test: {
    include: [`${RUNS_DIR}/*.test.ts`],
    setupFiles: [join(import.meta.dirname, 'setup.ts')],
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    retry: 0,
  },
});
