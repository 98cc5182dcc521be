import { existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MarksByTest, Run } from '../instrument/enter.ts';
import { INSTRUMENTED_DIR } from '../instrument/folders.ts';
import { NOTING_GAS_LIMIT, OFF_GAS_LIMIT } from '../instrument/marker.ts';
import { runTests } from '../instrument/tests.ts';
import { ROOT } from '../lib/paths.ts';

/** Tests that run contracts on a node. The model's walk (test/model/) would be one long chance for each mutant. */
const TEST_FILES = ['test/contracts/*.test.ts', 'test/attacks/*.test.ts', 'test/vectors/*.test.ts'];

/** A test file, the tests in it that pass when nothing is switched on, and the marks that each of them passes. */
export interface Reach {
  testFile: string;
  tests: { name: string; marks: Set<number> }[];
}

const marksFileOf = (testFile: string): string =>
  join(ROOT, INSTRUMENTED_DIR, 'marks', `${testFile.replaceAll('/', '-')}.json`);

/** What each test reaches. A mark passed before the first test of a file counts for all of its tests. */
function reachOf(testFile: string, passed: readonly string[]): Reach {
  const file = marksFileOf(testFile);
  const found = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as MarksByTest) : {};
  const tests = passed.map((name) => ({
    name,
    marks: new Set([...(found[''] ?? []), ...(found[name] ?? [])]),
  }));
  return { testFile, tests };
}

/**
 * Runs all tests twice over contracts in which nothing is switched on: as they are, and traced. Tests that fail as they are
 * (they measure gas) tell nothing and are left out; tracing costs gas too, and what fails by that is of no matter.
 */
export async function findReach(artifacts: string): Promise<{ reach: Reach[]; leftOut: string[] }> {
  mkdirSync(join(ROOT, INSTRUMENTED_DIR, 'marks'), { recursive: true });
  const runs = globSync(TEST_FILES, { cwd: ROOT })
    .sort()
    .map((testFile): Run => ({ artifacts, testFile, gasLimit: OFF_GAS_LIMIT }));
  const plain = await runTests(runs);
  await runTests(
    runs.map((run) => ({ ...run, gasLimit: NOTING_GAS_LIMIT, marksFile: marksFileOf(run.testFile) })),
  );
  const leftOut = plain.flatMap(({ run, failed }) => failed.map((name) => `${run.testFile}: ${name}`));
  return { reach: plain.map(({ run, passed }) => reachOf(run.testFile, passed)), leftOut };
}
