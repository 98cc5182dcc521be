import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { hasEnded } from '../lib/child.ts';
import { waitFor } from '../lib/wait.ts';
import type { ChildSpec, Ready } from './child-spec.ts';
import { identify, type ProcessId } from './process-id.ts';

const READY_TIMEOUT_MS = 60_000;

/** Lines of a child's log that are shown when it ends unexpectedly. */
const LOG_TAIL_LINES = 20;

export type RunningChild = { name: string; process: ChildProcess; id: ProcessId; logFile: string };

export const logTail = (logFile: string): string =>
  existsSync(logFile)
    ? readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n')
    : '';

function openLog(dataDir: string, name: string): { fd: number; logFile: string } {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, `${name}.log`);
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.previous`);
  return { fd: openSync(logFile, 'a'), logFile };
}

/**
 * Starts a child in its own process group, so that Ctrl-C reaches only the supervisor. Its output goes to a file,
 * which remains when both have ended.
 */
export async function spawnChild(spec: ChildSpec, dataDir: string): Promise<RunningChild> {
  const { fd, logFile } = openLog(dataDir, spec.name);
  const [command, args] =
    spec.command === undefined
      ? [process.execPath, ['--disable-warning=ExperimentalWarning', ...spec.args]]
      : [spec.command, spec.args];
  const child = spawn(command, args, {
    stdio: ['ignore', fd, fd],
    detached: process.platform !== 'win32',
    env: { ...process.env, ...spec.env },
  });
  closeSync(fd);
  // With a process id it already runs; without one, the event "error" has the reason.
  if (child.pid === undefined) await once(child, 'spawn');
  const id = identify(child.pid!);
  if (id === undefined) throw new Error(`${spec.name} ended at once:\n${logTail(logFile)}`);
  return { name: spec.name, process: child, id, logFile };
}

/** The port on which the child says that it listens, once it is up. */
async function portOf({ line, http }: Ready, { logFile }: RunningChild): Promise<number | undefined> {
  const said = line.exec(readFileSync(logFile, 'utf8'))?.[1];
  if (said === undefined || http === undefined) return said === undefined ? undefined : Number(said);
  const url = `http://127.0.0.1:${said}${http}`;
  return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok ? Number(said) : undefined;
}

/** Waits until the child is up and returns its port; throws with the end of its log if it ends before. */
export async function waitUntilUp(child: RunningChild, ready: Ready): Promise<number> {
  const look = async () => (hasEnded(child.process) ? 'ended' : portOf(ready, child));
  const options = { timeoutMs: READY_TIMEOUT_MS };
  const port = await waitFor(`${child.name} to be up (its log: ${child.logFile})`, look, options);
  if (port === 'ended') throw new Error(`${child.name} ended:\n${logTail(child.logFile)}`);
  return port;
}
