import { runNoting, runPlain } from '../instrument/contract-tests.ts';
import type { MarksByTest } from '../instrument/run-test-file.ts';

/** A test file, the tests in it that pass when nothing is switched on, and the marks that each of them reaches. */
export interface Reach {
  testFile: string;
  tests: { name: string; marks: Set<number> }[];
}

/** What each test reaches. A mark reached before the first test of a file counts for all of its tests. */
function testsOf(passed: readonly string[], found: MarksByTest = {}): Reach['tests'] {
  return passed.map((name) => ({ name, marks: new Set([...(found[''] ?? []), ...(found[name] ?? [])]) }));
}

const hasMarks = (found: MarksByTest = {}): boolean => Object.values(found).some(({ length }) => length > 0);

/**
 * Runs all tests twice over contracts in which nothing is switched on: as they are, and traced. Tests that fail as they are
 * (they measure gas) are left out.
 */
export async function findReach(artifacts: string): Promise<{ reach: Reach[]; leftOut: string[] }> {
  const plain = await runPlain(artifacts);
  const marks = await runNoting(artifacts);
  const traced = plain.filter(({ run }) => hasMarks(marks.get(run.testFile)));
  if (traced.length < plain.length / 2)
    throw new Error(
      `Only ${traced.length} of ${plain.length} test files show in their traces what they run.`,
    );
  const reach = plain.map(({ run, passed }) => ({
    testFile: run.testFile,
    tests: testsOf(passed, marks.get(run.testFile)),
  }));
  const leftOut = plain.flatMap(({ run, failed }) => failed.map((name) => `${run.testFile}: ${name}`));
  return { reach, leftOut };
}
