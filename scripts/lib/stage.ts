import { AsyncLocalStorage } from 'node:async_hooks';
import { constants, getPriority, setPriority } from 'node:os';
import { ended } from './child.ts';
import { endedChildrenCpuSec } from './cpu.ts';
import { isEnding, spawnGroup } from './group.ts';
import { ROOT } from './paths.ts';

/** A test file and how long its tests took. */
export type FileTime = { file: string; seconds: number };

/** What a stage found. A stage that has nothing to look at counts nothing and says so in its note. */
export type StageResult = { passed: number; failed: number; note?: string; files?: readonly FileTime[] };

/** Where a stage's output goes: kept until it fails when stages run side by side, shown at once when alone. */
export type Say = (text: string) => void;

export type Stage = {
  name: string;
  what: string;
  /** Stages that must have passed before, where they run at all. */
  needs?: readonly string[];
  /** Waits most of its time, for sockets and programs: it runs beside the others and takes no core from their count. */
  waits?: boolean;
  /** `progress` takes where the stage is: it is said from time to time, and replaces what was handed in before. */
  run: (say: Say, progress: Say) => Promise<StageResult>;
};

export const PASSED: StageResult = { passed: 1, failed: 0 };
export const FAILED: StageResult = { passed: 0, failed: 1 };

/** The programs of one stage. */
export type StageUsage = {
  /** What they used; `undefined` where the system does not say it. */
  cpuSec: number | undefined;
  /** They leave the cores to the programs of stages that wait, whose tests watch the time. */
  givesWay?: boolean;
};

const usageOfStage = new AsyncLocalStorage<StageUsage>();

/** Runs `act`; the programs that it starts are those of `usage`. */
export const measured = <T>(usage: StageUsage, act: () => Promise<T>): Promise<T> =>
  usageOfStage.run(usage, act);

let countedSec = endedChildrenCpuSec();

/** Books what has been used since the last program ended. Of two that end at once, the first one gets both. */
function count(): void {
  const totalSec = endedChildrenCpuSec();
  const usage = usageOfStage.getStore();
  if (usage?.cpuSec !== undefined) usage.cpuSec += (totalSec ?? 0) - (countedSec ?? 0);
  countedSec = totalSec;
}

/** Lets others have the cores first. This process itself may have been started that way, and cannot go back. */
function giveWay(pid: number | undefined): void {
  const { PRIORITY_BELOW_NORMAL } = constants.priority;
  if (pid !== undefined) setPriority(pid, Math.max(getPriority(), PRIORITY_BELOW_NORMAL));
}

/** Runs a program of this repository under this Node, its output to `say`, and returns code and output. */
export async function runNode(
  args: readonly string[],
  say: Say,
  env: NodeJS.ProcessEnv = process.env,
  { onMessage, graceMs }: { onMessage?: (message: unknown) => void; graceMs?: number } = {},
): Promise<{ code: number; output: string }> {
  const channel = onMessage === undefined ? [] : ['ipc' as const];
  const stdio = ['ignore' as const, 'pipe' as const, 'pipe' as const, ...channel];
  const child = spawnGroup(process.execPath, args, { cwd: ROOT, env, stdio }, graceMs);
  if (usageOfStage.getStore()?.givesWay) giveWay(child.pid);
  if (onMessage !== undefined) child.on('message', onMessage);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      say(text);
    });
  }
  const code = await ended(child);
  // The process ends as soon as all programs have: nobody is to judge them.
  if (isEnding()) await new Promise(() => {});
  count();
  return { code, output };
}

/** A stage that is one program: it passes with exit code 0. */
export const programStage = (name: string, what: string, args: () => readonly string[]): Stage => ({
  name,
  what,
  run: async (say) => ((await runNode(args(), say)).code === 0 ? PASSED : FAILED),
});

/** Sum of the results; its line is the last one that `npm test` prints. */
export function total(results: readonly StageResult[]): { passed: number; failed: number; line: string } {
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  return { passed, failed, line: `${passed} passed, ${failed} failed` };
}
