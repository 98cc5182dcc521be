import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OFF_GAS_LIMIT } from '../instrument/marker.ts';
import type { Run } from '../instrument/run-test-file.ts';
import { runTests } from '../instrument/run-tests.ts';
import { ROOT } from '../lib/paths.ts';
import type { Reach } from './reach.ts';
import type { Mutant } from './schemata.ts';

/** Runs in one process of the test runner; progress is reported after each. */
const RUNS_AT_ONCE = 120;

/** A test file that reaches a mutant, and the tests in it that do. */
interface Chance {
  testFile: string;
  only: string[];
}

export interface Verdict {
  mutant: Mutant;
  /** The test that failed, with its file; undefined when none did. */
  killedBy?: string;
  /** How many tests reach it. */
  reachedBy: number;
}

/** The error that a guard throws is quoted in the tests that assert it. */
const names = (testFile: string, { refusal }: Mutant): boolean =>
  refusal !== undefined && readFileSync(join(ROOT, testFile), 'utf8').includes(`'${refusal}'`);

/** The tests that may kill a mutant, most likely first: those of its error, then those that reach the least. */
function chancesOf(mutant: Mutant, reach: readonly Reach[]): Chance[] {
  const ranked = reach.flatMap(({ testFile, tests }) => {
    const reaching = tests.filter(({ marks }) => marks.has(mutant.number));
    if (reaching.length === 0) return [];
    const least = Math.min(...reaching.map(({ marks }) => marks.size));
    const rank = (names(testFile, mutant) ? 0 : 1_000_000) + least;
    return [{ testFile, only: reaching.map(({ name }) => name), rank }];
  });
  return ranked.sort((a, b) => a.rank - b.rank);
}

interface Case {
  mutant: Mutant;
  chances: Chance[];
  killedBy?: string;
}

async function tryNext(cases: readonly Case[], artifacts: string): Promise<void> {
  const tried = cases.map((one) => {
    const { testFile, only } = one.chances.shift() as Chance;
    const run: Run = { artifacts, testFile, only, gasLimit: OFF_GAS_LIMIT + one.mutant.number };
    return { one, run };
  });
  const results = await runTests(tried.map(({ run }) => run));
  for (const [index, { one, run }] of tried.entries()) {
    const failure = results[index]?.failure;
    if (failure !== undefined) one.killedBy = `${run.testFile}: ${failure}`;
  }
}

/** Switches one mutant on after the other and runs the tests that reach it, until one of them fails. */
export async function kill(
  mutants: readonly Mutant[],
  reach: readonly Reach[],
  artifacts: string,
  say: (text: string) => void,
): Promise<Verdict[]> {
  const cases = mutants.map((mutant): Case => ({ mutant, chances: chancesOf(mutant, reach) }));
  const reachedBy = cases.map(({ chances }) => chances.reduce((sum, { only }) => sum + only.length, 0));
  for (let round = 1; ; round++) {
    const left = cases.filter(({ killedBy, chances }) => killedBy === undefined && chances.length > 0);
    if (left.length === 0) break;
    for (let at = 0; at < left.length; at += RUNS_AT_ONCE) {
      await tryNext(left.slice(at, at + RUNS_AT_ONCE), artifacts);
      const killed = cases.filter(({ killedBy }) => killedBy !== undefined).length;
      const tried = Math.min(at + RUNS_AT_ONCE, left.length);
      say(`round ${round}: ${tried} of ${left.length} tried, ${killed} of ${cases.length} killed`);
    }
  }
  return cases.map(({ mutant, killedBy }, index) => ({
    mutant,
    reachedBy: reachedBy[index] ?? 0,
    ...(killedBy === undefined ? {} : { killedBy }),
  }));
}
