import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach } from 'vitest';
import { ROOT } from '../lib/paths.ts';
import { noteMarks } from './note-marks.ts';

/** One run of a test file, with these contracts, under one block gas limit. */
export interface Run {
  /** File with the contracts' artifacts by source, as JSON. */
  artifacts: string;
  /** Path of the test file from the root. */
  testFile: string;
  gasLimit: number;
  /** Names of the tests to run; all without it. Tests after the first failure are skipped: one failure is enough. */
  only?: readonly string[];
  /** File for the marks that each test reached, if they are wanted. */
  marksFile?: string;
}

/** Marks by the name of the test that reached them; `''` for those reached before any test. */
export type MarksByTest = Record<string, number[]>;

const holder = globalThis as { plugpactRun?: Run };

/** The run whose tests this worker runs. */
export function currentRun(): Run {
  if (!holder.plugpactRun) throw new Error('These are no tests of a generated run: see scripts/instrument/.');
  return holder.plugpactRun;
}

type Task = { name: string; suite?: Task | undefined };

const nameOf = ({ name, suite }: Task): string => (suite?.name ? `${nameOf(suite)} > ${name}` : name);

function narrow(only: readonly string[]): void {
  let failed = false;
  beforeEach((context) => {
    if (failed || !only.includes(nameOf(context.task))) context.skip();
    context.onTestFailed(() => {
      failed = true;
    });
  });
}

function note(marksFile: string): void {
  const { marks, end } = noteMarks();
  const found: MarksByTest = {};
  const keep = (name: string) => {
    found[name] = [...new Set([...(found[name] ?? []), ...marks])].sort((a, b) => a - b);
    marks.clear();
  };
  beforeEach((context) => {
    keep('');
    context.onTestFinished(() => keep(nameOf(context.task)));
  });
  afterAll(() => {
    end();
    writeFileSync(marksFile, JSON.stringify(found));
  });
}

/** All that a generated test file does. The query makes the test file a new module in each run. */
export async function runTestFile(run: Run): Promise<void> {
  holder.plugpactRun = run;
  if (run.only) narrow(run.only);
  if (run.marksFile !== undefined) note(run.marksFile);
  await import(/* @vite-ignore */ `${join(ROOT, run.testFile)}?limit=${run.gasLimit}`);
}
