import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { hasEnded } from './child.ts';
import { whenParentGone } from './parent.ts';

/** Time that a program and all it started get to end in order. Some compilers are deaf to the polite signal. */
const GRACE_MS = 2_000;

const POLL_MS = 50;

/** Windows has no process groups: there, only the program itself is ended. */
const HAS_GROUPS = process.platform !== 'win32';

/** The programs under way, each with its grace in milliseconds. */
const running = new Map<ChildProcess, number>();

let isEndingAll = false;

/** True once this process was told to end: what its programs say from then on is about their own end. */
export const isEnding = (): boolean => isEndingAll;

/**
 * Starts a program as the head of a process group, so that what it starts can be ended with it, whatever became of
 * the program itself. The terminal's Ctrl-C does not reach the group: see `endOnSignals`.
 */
export function spawnGroup(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
  graceMs = GRACE_MS,
): ChildProcess {
  const child = spawn(command, args, { ...options, detached: HAS_GROUPS });
  running.set(child, graceMs);
  child.once('exit', () => running.delete(child));
  return child;
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(HAS_GROUPS ? -child.pid : child.pid, name);
  } catch {
    // Gone already.
  }
}

/** Fields of /proc/PID/stat that follow the program's name, which may itself hold spaces and brackets (proc(5)). */
const statOf = (pid: string): string[] => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

/** A process that ended and that nobody has waited for is still listed, in the state Z. */
function isMember(pid: string, group: number): boolean {
  try {
    const [state, , processGroup] = statOf(pid);
    return state !== 'Z' && Number(processGroup) === group;
  } catch {
    return false;
  }
}

function isGone(child: ChildProcess): boolean {
  const { pid } = child;
  if (pid === undefined) return true;
  if (!HAS_GROUPS) return hasEnded(child);
  try {
    process.kill(-pid, 0);
  } catch {
    return true;
  }
  return process.platform === 'linux' && !readdirSync('/proc').some((name) => isMember(name, pid));
}

/** Waits until nothing of the group runs, at most `timeoutMs`; true if all are gone. */
async function allGone(child: ChildProcess, timeoutMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + timeoutMs;
  while (!isGone(child)) {
    if (performance.now() > giveUpAt) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Ends a program with what it started: politely first, after its grace for good. */
async function endGroup(child: ChildProcess, graceMs: number): Promise<void> {
  signal(child, 'SIGTERM');
  if (await allGone(child, graceMs)) return;
  signal(child, 'SIGKILL');
  await allGone(child, GRACE_MS);
}

/** Exit code of a program that was ended by Ctrl-C, as shells count. */
const INTERRUPTED = 130;

/**
 * Ends the groups and then this process when it is told to end, or when the program that started it is gone. Signals
 * may come more than once: through npm and its shell, each of them hands on its own.
 */
export function endOnSignals(): void {
  const end = async () => {
    if (isEndingAll) return;
    isEndingAll = true;
    await Promise.all([...running].map(([child, graceMs]) => endGroup(child, graceMs)));
    process.exit(INTERRUPTED);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => void end());
  whenParentGone(() => void end());
}
