import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { rpc } from '../lib/anvil.ts';
import { hasEnded } from '../lib/child.ts';
import { waitFor } from '../lib/wait.ts';
import type { ChildSpec, Ready } from './child-spec.ts';
import { listensOn } from './listens-on.ts';
import { identify, type ProcessId } from './process-id.ts';

const READY_TIMEOUT_MS = 60_000;

/** Lines of a child's log that are shown when it ends unasked. */
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
 * Starts a child in a process group of its own, so that Ctrl-C reaches the supervisor alone, and with a file
 * for its words, so that they survive both of them.
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
  // With a process id it runs already; without one, "error" says why not.
  if (child.pid === undefined) await once(child, 'spawn');
  const id = identify(child.pid!);
  if (id === undefined) throw new Error(`${spec.name} ended at once:\n${logTail(logFile)}`);
  return { name: spec.name, process: child, id, logFile };
}

async function isUp(ready: Ready, { id, logFile }: RunningChild): Promise<boolean> {
  if ('line' in ready) return ready.line.test(readFileSync(logFile, 'utf8'));
  const url = 'rpc' in ready ? ready.rpc : ready.http;
  if (!listensOn(id.pid, Number(new URL(url).port))) return false;
  if ('rpc' in ready) return Number(await rpc<string>(url, 'eth_chainId')) > 0;
  return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
}

/** Waits until the child is up; throws with its last words if it ends before. */
export async function waitUntilUp(child: RunningChild, ready: Ready): Promise<void> {
  const look = async () => hasEnded(child.process) || (await isUp(ready, child));
  await waitFor(`${child.name} to be up (its log: ${child.logFile})`, look, { timeoutMs: READY_TIMEOUT_MS });
  if (hasEnded(child.process)) throw new Error(`${child.name} ended:\n${logTail(child.logFile)}`);
}
