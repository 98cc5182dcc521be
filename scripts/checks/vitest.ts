import { join } from 'node:path';
import { memoryFolder } from '../lib/memory-folder.ts';
import { packageDir } from '../lib/paths.ts';
import { type FileTime, runNode, type Say, type Stage, type StageResult } from '../lib/stage.ts';
import { type TestProject, testFiles } from '../lib/test-projects.ts';
import type { VitestMessage } from './vitest-reporter.ts';

/** Some tests run the whole product, whose ledger ends after all else has. */
const GRACE_MS = 12_000;

const REPORTER = join(import.meta.dirname, 'vitest-reporter.ts');

/**
 * What tests write through to the disk would wait there for all that others write: for many seconds after an install.
 * A folder that was chosen for temporary files is left as it is.
 */
function testEnv(): NodeJS.ProcessEnv {
  const folder = process.env.TMPDIR === undefined ? memoryFolder() : undefined;
  return folder === undefined ? process.env : { ...process.env, TMPDIR: folder };
}

/** What vitest told of a run so far. */
export class VitestRun {
  #fileCount = 0;
  #passed = 0;
  #failed = 0;
  readonly #files: FileTime[] = [];

  take(message: VitestMessage): void {
    if (message.type === 'files') this.#fileCount = message.count;
    else {
      this.#passed += message.passed;
      this.#failed += message.failed;
      this.#files.push({ file: message.file, seconds: message.seconds });
    }
  }

  progress(): string {
    const failed = this.#failed === 0 ? '' : `, ${this.#failed} failed`;
    return `${this.#files.length} of ${this.#fileCount} files${failed}`;
  }

  /** A failure outside the tests (a file that does not load, a run that broke) is one more. */
  result(code: number): StageResult {
    const failed = code !== 0 && this.#failed === 0 ? 1 : this.#failed;
    return { passed: this.#passed, failed, files: this.#files };
  }
}

async function runVitest(args: readonly string[], say: Say, progress: Say): Promise<StageResult> {
  const run = new VitestRun();
  const vitest = join(packageDir('vitest'), 'vitest.mjs');
  const reporters = ['--reporter=default', `--reporter=${REPORTER}`];
  const onMessage = (message: unknown) => {
    run.take(message as VitestMessage);
    progress(run.progress());
  };
  const more = { onMessage, graceMs: GRACE_MS };
  const { code } = await runNode([vitest, 'run', ...args, ...reporters], say, testEnv(), more);
  return run.result(code);
}

/** A whole project of `vitest.config.ts`. */
export const vitestStage = (project: TestProject, what: string, needs: readonly string[] = []): Stage => ({
  name: project,
  what,
  needs,
  run: (say, progress) => runVitest(['--project', project], say, progress),
});

/** The test files whose path contains one of `parts`, of all projects in one run. */
export const partsStage = (parts: readonly string[], needs: readonly string[]): Stage => ({
  name: 'tests',
  what: `test files with ${parts.join(' or ')} in their path`,
  needs,
  run: async (say, progress) => {
    const isNamed = (file: string) => parts.some((part) => file.includes(part));
    const projects = Object.entries(testFiles()).filter(([, files]) => files.some(isNamed));
    if (projects.length === 0) return { passed: 0, failed: 0, note: 'no tests' };
    const args = projects.flatMap(([project]) => ['--project', project]);
    return runVitest([...args, ...parts], say, progress);
  },
});
