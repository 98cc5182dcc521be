import { availableParallelism } from 'node:os';
import type { StageResult } from './stage.ts';

/** A stage that ended, and what it took. Processor seconds are 0 where the system does not say them. */
export type Outcome = { name: string; result: StageResult; wallSec: number; cpuSec: number };

const SLOWEST_FILES = 10;

/** Seconds as they are read in a column. */
const column = (seconds: number): string => `${seconds.toFixed(1)} s`.padStart(10);

/** Time per stage, the slowest test files, and how much of the machine was waiting. */
export function summaryLines(
  outcomes: readonly Outcome[],
  whole: { wallSec: number; cpuSec: number },
  cores = availableParallelism(),
): string[] {
  const isMeasured = !Number.isNaN(whole.cpuSec);
  const stages = outcomes.map(
    ({ name, wallSec, cpuSec }) => `${name.padEnd(10)}${column(wallSec)}${isMeasured ? column(cpuSec) : ''}`,
  );
  const files = outcomes.flatMap(({ result }) => result.files ?? []);
  const slowest = files.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST_FILES);
  return [
    '',
    `stage     ${'time'.padStart(10)}${isMeasured ? 'processor'.padStart(10) : ''}`,
    ...stages,
    `${'all'.padEnd(10)}${column(whole.wallSec)}${isMeasured ? column(whole.cpuSec) : ''}`,
    ...(slowest.length === 0 ? [] : ['', 'slowest test files']),
    ...slowest.map(({ file, seconds }) => `${column(seconds)}  ${file}`),
    ...(isMeasured ? ['', waitingLine(whole, cores)] : []),
  ];
}

function waitingLine({ wallSec, cpuSec }: { wallSec: number; cpuSec: number }, cores: number): string {
  const share = Math.max(0, 1 - cpuSec / (wallSec * cores));
  return (
    `waiting: ${(100 * share).toFixed(0)} % of the time of ${cores} cores ` +
    `(wall clock is ${(wallSec / cpuSec).toFixed(2)} of processor time)`
  );
}
