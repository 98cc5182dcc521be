import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ended, hasEnded } from '../../scripts/lib/child.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { endAll } from '../../scripts/start/end-all.ts';
import { isRunning } from '../../scripts/start/process-id.ts';
import { type RunRecord, readRunRecord } from '../../scripts/start/run-record.ts';

/** A folder for one test, removed after it. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-house-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export type TestRun = {
  process: ChildProcess;
  output: () => string;
  /** Waits until the output matches; throws with the output when it does not. */
  says: (pattern: RegExp) => Promise<string>;
  exit: () => Promise<number>;
};

/** Starts `fixtures/run.ts` with a channel to it, as the bootstrap does; what is left of it is ended after the test. */
export function startRun(dataDir: string, plan: string, extra: string[] = []): TestRun {
  const args = [join(ROOT, 'test/house/fixtures/run.ts'), dataDir, plan, ...extra];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  onTestFinished(async () => {
    const record = readRunRecord(recordFile(dataDir));
    if (!hasEnded(child)) child.kill('SIGKILL');
    if (record !== undefined)
      await endAll([...record.children, ...(record.guard ? [record.guard] : [])], 100);
  });
  const says = (pattern: RegExp) =>
    waitFor(`the run to say ${pattern}`, () => pattern.exec(output)?.[0]).catch((error: unknown) => {
      throw new Error(`It said:\n${output}`, { cause: error });
    });
  return { process: child, output: () => output, says, exit: () => ended(child) };
}

export const recordFile = (dataDir: string): string => join(dataDir, 'run.json');

/** The record of a run that is up. */
export function recordOf(dataDir: string): RunRecord {
  const record = readRunRecord(recordFile(dataDir));
  if (record === undefined)
    throw new Error(`No run record in ${dataDir}: ${existsSync(recordFile(dataDir))}`);
  return record;
}

/** Waits until no process of the run is left: neither child nor guard. */
export const nothingLeft = (record: RunRecord): Promise<true> =>
  waitFor('all processes of the run to be gone', () =>
    [...record.children, record.guard!].some(isRunning) ? undefined : true,
  );
