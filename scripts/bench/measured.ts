import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import SERVER_FLAGS from '../../server/node-flags.json' with { type: 'json' };
import { ended, stopChild } from '../lib/child.ts';
import { ROOT } from '../lib/paths.ts';
import { waitFor } from '../lib/wait.ts';

/** What a measured program used since its start; freezes since they were last forgotten. */
export interface Usage {
  cpuMs: number;
  rssMb: number;
  peakMb: number;
  /** The longest time in which the event loop did nothing else, by the clock. */
  worstFreezeMs: number;
  /** The same in processor time of its thread: other programs cannot lengthen it. */
  worstFreezeCpuMs: number;
}

/** A program under measurement, in a process of its own. */
export interface Measured {
  child: ChildProcess;
  port: number;
  /** From its start until it listened. */
  startMs: number;
  /** Warnings and errors that it logged, the first hundred. */
  complaints: string[];
  usage(): Promise<Usage>;
  /** Freezes count from now on. */
  forgetFreezes(): void;
  stop(): Promise<void>;
}

const PROBE = join(ROOT, 'scripts/bench/probe.ts');
/** What those who start the program give its Node as well. */
const NODE_FLAGS: Readonly<Record<string, readonly string[]>> = { 'server/main.ts': SERVER_FLAGS };
const WARN = 40;
const COMPLAINTS_KEPT = 100;

interface LogLine {
  level?: number;
  msg?: string;
  port?: number;
}

const parsed = (text: string): LogLine => {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return {};
  }
};

/** Resolves with the port that the program's log names; keeps reading the log, so that its pipe never fills. */
function listening(child: ChildProcess, complaints: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (text) => {
      const { level = 0, port } = parsed(text);
      if (port !== undefined) resolve(port);
      if (level >= WARN && complaints.length < COMPLAINTS_KEPT) complaints.push(text);
    });
    child.once('exit', (code) => reject(new Error(`It ended with code ${code}: ${complaints.join('\n')}`)));
  });
}

/** What a program under the probe used. */
async function usageOf(child: ChildProcess): Promise<Usage> {
  const answered = once(child, 'message');
  child.send('usage');
  return (await answered)[0] as Usage;
}

/** Starts a program of this repository under the probe. It ends with this process. */
export async function measured(
  program: string,
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<Measured> {
  const began = performance.now();
  const flags = NODE_FLAGS[program] ?? [];
  const child = spawn(process.execPath, [...flags, '--import', PROBE, join(ROOT, program), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  const complaints: string[] = [];
  const port = await listening(child, complaints);
  return {
    ...{ child, port, complaints },
    startMs: performance.now() - began,
    usage: () => usageOf(child),
    forgetFreezes: () => void child.send('restart'),
    stop: () => stopChild(child),
  };
}

/** Starts a helper of a bench, which ends with this process, and gives it `input` as JSON. */
function startHelper(
  program: string,
  args: readonly string[],
  input?: object,
  nodeArgs: readonly string[] = [],
): ChildProcess {
  const child = spawn(process.execPath, [...nodeArgs, join(ROOT, program), ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  child.stdin!.end(input === undefined ? '' : JSON.stringify(input));
  return child;
}

/** A helper under the probe that serves, and that prints its port. */
export async function served(
  program: string,
  args: readonly string[],
  input?: object,
): Promise<{ url: string; port: number; usage(): Promise<Usage>; end(): Promise<void> }> {
  const child = startHelper(program, args, input, ['--import', PROBE]);
  child.stderr!.pipe(process.stderr);
  const port = await listening(child, []);
  const usage = () => usageOf(child);
  return { url: `http://127.0.0.1:${port}`, port, usage, end: () => stopChild(child) };
}

/** What a helper prints that runs to its end: one object of JSON. */
export async function printed<T>(program: string, args: readonly string[], input?: object): Promise<T> {
  const child = startHelper(program, args, input);
  const [said, complaint, code] = await Promise.all([text(child.stdout!), text(child.stderr!), ended(child)]);
  if (code !== 0) throw new Error(`${program} ended with code ${code}: ${complaint.trim()}`);
  return JSON.parse(said) as T;
}

/** Where the server's index stands. */
export type Health = { index: { indexedTo: number | null }; ledger: { head: number | null } };

const HEALTH_POLL_MS = 250;

/** Waits until the server has indexed this block. */
export async function indexedTo({ port, child }: Measured, block: number, timeoutMs: number): Promise<void> {
  const look = async () => {
    if (child.exitCode !== null) return 'ended';
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
    const { index } = (await answer.json()) as Health;
    return (index.indexedTo ?? -1) >= block && 'there';
  };
  const seen = await waitFor(`block ${block} to be indexed`, look, { timeoutMs, pollMs: HEALTH_POLL_MS });
  if (seen === 'ended') throw new Error(`The server ended before it had indexed block ${block}.`);
}
