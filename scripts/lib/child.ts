import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Time a child gets between the polite signal and the one it cannot refuse. */
export const STOP_GRACE_MS = 5_000;

/** True while a process of this id exists, also one of another user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** True once the child has ended, by itself or by a signal. */
export const hasEnded = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null;

/**
 * Resolves with the exit code when the child has ended and all that it wrote to pipes was read; a death by signal counts as
 * 128 + its number would.
 */
export async function ended(child: ChildProcess): Promise<number> {
  if (!hasEnded(child)) await once(child, 'exit');
  for (const pipe of [child.stdout, child.stderr]) if (pipe?.closed === false) await once(pipe, 'close');
  return child.exitCode ?? 128;
}

/** Sends SIGTERM, after the grace SIGKILL, and resolves when the child is gone. */
export async function stopChild(child: ChildProcess, graceMs = STOP_GRACE_MS): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}

/**
 * Runs a program to its end, with its output passed through, and returns its exit code. SIGINT and SIGTERM of
 * this process are handed to it, and it does not outlive an exit of this process.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; stdout?: 'inherit' | 'stderr' } = {},
): Promise<number> {
  const stdout = options.stdout === 'stderr' ? 2 : 'inherit';
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', stdout, 'inherit'],
  });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  const killAtExit = () => child.kill('SIGKILL');
  process.on('SIGINT', forward).on('SIGTERM', forward).once('exit', killAtExit);
  try {
    await once(child, 'spawn');
    return await ended(child);
  } finally {
    process.off('SIGINT', forward).off('SIGTERM', forward).off('exit', killAtExit);
  }
}
