import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageDir, ROOT } from '../lib/paths.ts';
import { runNode } from '../lib/stage.ts';
import { RUNS_DIR } from './folders.ts';
import type { Run } from './run-test-file.ts';

/** How a run ended; `failure` is the first test that failed, or another problem. */
export interface RunResult {
  run: Run;
  failure?: string;
  /** Names of the tests that passed, and of those that failed. */
  passed: string[];
  failed: string[];
}

type Assertion = { status: string; ancestorTitles: string[]; title: string };
type FileReport = {
  name: string;
  status: string;
  message: string;
  assertionResults: Assertion[];
};

const RUN_TEST_FILE = join(ROOT, 'scripts/instrument/run-test-file.ts');

const nameOf = ({ ancestorTitles, title }: Assertion): string =>
  [...ancestorTitles, title].filter((name) => name !== '').join(' > ');

function failureOf(report: FileReport | undefined): string | undefined {
  if (!report) return 'did not run';
  const failed = report.assertionResults.find(({ status }) => status === 'failed');
  if (failed) return nameOf(failed);
  return report.status === 'failed' ? `setup: ${report.message.split('\n')[0]}` : undefined;
}

/** Runs these test files, two at a time in one process. */
export async function runTests(runs: readonly Run[]): Promise<RunResult[]> {
  const folder = join(ROOT, RUNS_DIR);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const fileOf = (index: number) => join(folder, `run-${index}.test.ts`);
  for (const [index, run] of runs.entries()) {
    const text = `import { runTestFile } from ${JSON.stringify(RUN_TEST_FILE)};\nawait runTestFile(${JSON.stringify(run)});\n`;
    writeFileSync(fileOf(index), text);
  }
  const reportFile = join(folder, 'report.json');
  const config = join(ROOT, 'scripts/instrument/vitest.config.ts');
  const args = [join(packageDir('vitest'), 'vitest.mjs'), 'run', '--config', config, '--reporter=json'];
  const { output } = await runNode([...args, `--outputFile.json=${reportFile}`], () => {});
  if (!existsSync(reportFile)) throw new Error(`The tests did not run: ${output.slice(-2_000)}`);
  const { testResults } = JSON.parse(readFileSync(reportFile, 'utf8')) as { testResults: FileReport[] };
  return runs.map((run, index) => {
    const report = testResults.find(({ name }) => name === fileOf(index));
    const failure = failureOf(report);
    const named = (wanted: string) =>
      (report?.assertionResults ?? []).filter(({ status }) => status === wanted).map(nameOf);
    const result = { run, passed: named('passed'), failed: named('failed') };
    return failure === undefined ? result : { ...result, failure };
  });
}
