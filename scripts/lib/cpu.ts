import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Clock ticks per second in /proc, the same on every Linux that Node runs on. */
const TICKS_PER_SEC = 100;

/**
 * Processor seconds of all programs that this process started and that have ended, with what they started and waited
 * for themselves; nobody waits for most processes of a browser. Only Linux says so (proc(5): fields 16 and 17);
 * `undefined` elsewhere.
 */
export function endedChildrenCpuSec(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SEC;
}

/** Seconds that the cores of this machine spent, by all processes. */
export type MachineTime = { busySec: number; idleSec: number };

/** Since the machine's start. */
export function machineTime(): MachineTime {
  const times = cpus().map((core) => core.times);
  const seconds = (of: (core: (typeof times)[number]) => number) =>
    times.reduce((sum, core) => sum + of(core), 0) / 1_000;
  return {
    busySec: seconds(({ user, nice, sys, irq }) => user + nice + sys + irq),
    idleSec: seconds(({ idle }) => idle),
  };
}
