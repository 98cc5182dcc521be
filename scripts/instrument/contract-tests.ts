import { existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';
import { INSTRUMENTED_DIR } from './folders.ts';
import { NOTING_GAS_LIMIT, OFF_GAS_LIMIT } from './marker.ts';
import type { MarksByTest, Run } from './run-test-file.ts';
import { type RunResult, runTests } from './run-tests.ts';

/** Tests that run contracts on a node. */
const TEST_FILES = ['test/contracts/*.test.ts', 'test/attacks/*.test.ts', 'test/vectors/*.test.ts'];

/** Left out: they draw thousands of calls, which would take long for each mutant. */
const DRAWN = [
  'test/contracts/arguments.test.ts',
  'test/contracts/calldata.test.ts',
  'test/vectors/cost.test.ts',
];

const filesOf = (): string[] => globSync(TEST_FILES, { cwd: ROOT, exclude: DRAWN }).sort();

/** Runs all contract tests with no mark switched on. */
export const runPlain = (artifacts: string): Promise<RunResult[]> =>
  runTests(filesOf().map((testFile): Run => ({ artifacts, testFile, gasLimit: OFF_GAS_LIMIT })));

/** Runs all contract tests traced, and returns for each file the marks of its tests. Tests that fail because tracing
 * costs gas do not matter. */
export async function runNoting(artifacts: string): Promise<Map<string, MarksByTest>> {
  const folder = join(ROOT, INSTRUMENTED_DIR, 'marks');
  mkdirSync(folder, { recursive: true });
  const runs = filesOf().map((testFile) => {
    const marksFile = join(folder, `${testFile.replaceAll('/', '-')}.json`);
    return { artifacts, testFile, gasLimit: NOTING_GAS_LIMIT, marksFile };
  });
  await runTests(runs);
  const found = runs.filter(({ marksFile }) => existsSync(marksFile));
  return new Map(
    found.map(({ testFile, marksFile }) => [testFile, JSON.parse(readFileSync(marksFile, 'utf8'))]),
  );
}
