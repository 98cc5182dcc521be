import { availableParallelism } from 'node:os';
import type { MachineTime } from './cpu.ts';
import { LONG_FILES } from './long-files.ts';
import type { FileTime, StageResult } from './stage.ts';

/** A stage that ended, and what it took. Without processor time where the system does not say it. */
export type Outcome = { name: string; result: StageResult; wallSec: number; cpuSec: number | undefined };

const SLOWEST_FILES = 10;

/** A file that takes this share of a run of many files has to begin with the first ones. */
const LONG_SHARE = 0.25;

/** Seconds as they are read in a column. */
const column = (seconds: number | undefined): string =>
  (seconds === undefined ? '' : `${seconds.toFixed(1)} s`).padStart(10);

const row = (name: string, wallSec: number, cpuSec: number | undefined): string =>
  `${name.padEnd(10)}${column(wallSec)}${column(cpuSec)}`.trimEnd();

/** Time per stage, the slowest test files, and how much of the machine was waiting. */
export function summaryLines(
  outcomes: readonly Outcome[],
  wallSec: number,
  machine: MachineTime,
  cores = availableParallelism(),
): string[] {
  const isMeasured = outcomes.every(({ cpuSec }) => cpuSec !== undefined);
  const cpuSec = isMeasured ? outcomes.reduce((sum, outcome) => sum + (outcome.cpuSec ?? 0), 0) : undefined;
  const files = outcomes.flatMap(({ result }) => result.files ?? []);
  const slowest = files.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST_FILES);
  const longSec = files.length > SLOWEST_FILES ? LONG_SHARE * wallSec : Number.POSITIVE_INFINITY;
  return [
    '',
    `stage     ${'time'.padStart(10)}${isMeasured ? 'processor'.padStart(10) : ''}`,
    ...outcomes.map((outcome) => row(outcome.name, outcome.wallSec, outcome.cpuSec)),
    row('all', wallSec, cpuSec),
    ...(slowest.length === 0 ? [] : ['', 'slowest test files']),
    ...slowest.map((fileTime) => fileLine(fileTime, longSec)),
    '',
    waitingLine(wallSec, machine, cores),
  ];
}

function fileLine({ file, seconds }: FileTime, longSec: number): string {
  const isMissing = seconds > longSec && !LONG_FILES.includes(file);
  return `${column(seconds)}  ${file}${isMissing ? ' (missing in scripts/lib/long-files.ts: began late)' : ''}`;
}

/** Of the whole machine, since browsers and other programs use the same cores. */
function waitingLine(wallSec: number, { busySec, idleSec }: MachineTime, cores: number): string {
  const percent = ((100 * idleSec) / (busySec + idleSec)).toFixed(0);
  const share = (wallSec / busySec).toFixed(2);
  return (
    `waiting: ${percent} % of the time of ${cores} cores; they were busy for ${busySec.toFixed(0)} s, ` +
    `this run and all else (the wall clock is ${share} of that)`
  );
}
