import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageDir } from '../lib/paths.ts';
import { runNode, type Stage, type StageResult } from '../lib/stage.ts';
import { type TestProject, testFiles } from '../lib/test-projects.ts';

type VitestReport = { numPassedTests: number; numFailedTests: number; numFailedTestSuites: number };

/** Reads vitest's report; a failure outside the tests (a file that does not load, no report) is one more. */
export function vitestResult(code: number, report: VitestReport | undefined): StageResult {
  const passed = report?.numPassedTests ?? 0;
  const failed = report?.numFailedTests ?? 0;
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}

/** A project of `vitest.config.ts`, narrowed to the files whose path contains one of `filters`. */
export const vitestStage = (project: TestProject, what: string, filters: readonly string[] = []): Stage => ({
  name: project,
  what,
  run: async (say) => {
    const files = testFiles()[project].filter(
      (file) => filters.length === 0 || filters.some((filter) => file.includes(filter)),
    );
    if (files.length === 0) return { passed: 0, failed: 0, note: 'no tests' };
    const folder = mkdtempSync(join(tmpdir(), 'plugpact-vitest-'));
    const reportFile = join(folder, 'report.json');
    const args = ['run', '--project', project, '--reporter=default', '--reporter=json'];
    args.push(`--outputFile.json=${reportFile}`, ...filters);
    const { code } = await runNode([join(packageDir('vitest'), 'vitest.mjs'), ...args], say);
    const report = existsSync(reportFile)
      ? (JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport)
      : undefined;
    rmSync(folder, { recursive: true });
    return vitestResult(code, report);
  },
});
