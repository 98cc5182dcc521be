import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isAlive } from '../lib/child.ts';

/** Identifies a process for ever: systems reuse ids, but not with the same start time. */
export type ProcessId = { pid: number; startedAt: string };

/** Start time of a process in the system's unit, `undefined` if there is no such process. */
function startTime(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // proc(5): field 22 is the start time; the name in field 2 may contain spaces and brackets.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const isZombie = fields[0] === 'Z';
      return isZombie ? undefined : fields[19];
    }
    if (process.platform === 'win32') return isAlive(pid) ? '' : undefined;
    const output = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return output === '' ? undefined : output;
  } catch {
    return undefined;
  }
}

/** Identity of a running process, `undefined` if it has ended. */
export function identify(pid: number): ProcessId | undefined {
  const startedAt = startTime(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** True while this process runs; a zombie does not run. */
export const isRunning = (id: ProcessId): boolean => startTime(id.pid) === id.startedAt;

/** Sends a signal to the process and to those it started in its group, if it is still the same one. */
export function signalGroup(id: ProcessId, signal: NodeJS.Signals): void {
  if (!isRunning(id)) return;
  for (const target of process.platform === 'win32' ? [id.pid] : [-id.pid, id.pid]) {
    try {
      process.kill(target, signal);
      return;
    } catch {
      // There is no group of that id, or it just ended: tries the process itself.
    }
  }
}
