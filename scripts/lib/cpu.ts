import { readFileSync } from 'node:fs';

/** Clock ticks per second in /proc, the same on every Linux that Node runs on. */
const TICKS_PER_SEC = 100;

/**
 * Processor seconds of all programs that this process started and that have ended, with what they started and waited
 * for themselves. Only Linux says so (proc(5): fields 16 and 17); `undefined` elsewhere.
 */
export function endedChildrenCpuSec(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SEC;
}

/** Processor seconds of this process itself. */
export function ownCpuSec(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
