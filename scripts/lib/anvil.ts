import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasEnded, stopChild } from './child.ts';
import { rpc } from './json-rpc.ts';
import { packageDir } from './paths.ts';
import { waitFor } from './wait.ts';

export { rpc } from './json-rpc.ts';

/** The public test mnemonic of Ethereum's tools. Its keys are known to everyone: local ledgers only. */
export const LOCAL_MNEMONIC = 'test test test test test test test test test test test junk';

/** Chain id of the local ledger, anvil's own default. */
export const LOCAL_CHAIN_ID = 31_337;

/** How often the local ledger writes its state to disk: what a kill can lose at most. */
export const STATE_INTERVAL_S = 2;

const CPU: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Package that carries anvil for this machine; the package `@foundry-rs/anvil` itself is only a launcher. */
export function anvilPackage(): string {
  const cpu = CPU[process.arch];
  if (cpu === undefined || !['linux', 'darwin', 'win32'].includes(process.platform)) {
    throw new Error(
      `There is no anvil for ${process.platform}-${process.arch}: use Linux, macOS or Windows on x64 or arm64.`,
    );
  }
  return `@foundry-rs/anvil-${process.platform}-${cpu}`;
}

/** The program itself, so that a signal to its process reaches the node and nothing in between. */
export const anvilBinary = (): string =>
  join(packageDir(anvilPackage()), 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil');

/**
 * Blocks whose state can still be asked for. Each one may be a megabyte: with a block each second, the node's
 * own limits would fill gigabytes of memory or disk within hours.
 */
const KEPT_STATES = 128;

export type AnvilOptions = {
  /** Without it a free one is taken; the node says which (`ANVIL_LISTENS`). */
  port?: number;
  /** Folder for the states of the last blocks, of no use after the node's end. */
  cachePath: string;
  /** Seconds between blocks; without it each transaction is mined at once. */
  blockTimeSec?: number;
  /** File that holds the state across restarts, written every `STATE_INTERVAL_S` and at the end. */
  statePath?: string;
  mnemonic?: string;
  /** Those of the local ledger, unless a test stands for another network. */
  hardfork?: string;
  chainId?: number;
  /** More arguments for the node. */
  more?: readonly string[];
};

/** The line by which the node says that it listens, and on which port. */
export const ANVIL_LISTENS = /^Listening on [\d.]+:(\d+)$/m;

/** Arguments of a local node of our kind. */
export function anvilArgs(options: AnvilOptions): string[] {
  const args = ['--host', '127.0.0.1', '--port', String(options.port ?? 0)];
  args.push(
    '--hardfork',
    options.hardfork ?? 'osaka',
    '--chain-id',
    String(options.chainId ?? LOCAL_CHAIN_ID),
  );
  args.push('--mnemonic', options.mnemonic ?? LOCAL_MNEMONIC);
  args.push('--cache-path', options.cachePath, '--max-persisted-states', String(KEPT_STATES));
  if (options.blockTimeSec !== undefined) args.push('--block-time', String(options.blockTimeSec));
  if (options.statePath !== undefined) {
    args.push('--state', options.statePath, '--state-interval', String(STATE_INTERVAL_S));
  }
  return [...args, ...(options.more ?? [])];
}

/** From its start on the node logs each call: from now on no more. */
export const silence = (url: string): Promise<null> => rpc(url, 'anvil_setLoggingEnabled', [false]);

export type Anvil = { url: string; port: number; child: ChildProcess; stop: () => Promise<void> };

/**
 * Starts a local node and waits until it listens. It ends with this process, except when this process is
 * killed outright: long-lived ones stand under the supervisor's guard instead.
 */
export async function startAnvil(options: Partial<AnvilOptions> = {}): Promise<Anvil> {
  const cachePath = options.cachePath ?? mkdtempSync(join(tmpdir(), 'plugpact-anvil-'));
  const child = spawn(anvilBinary(), anvilArgs({ ...options, cachePath }), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => {
    process.off('exit', killAtExit);
    rmSync(cachePath, { recursive: true, force: true });
  });
  try {
    const port = await portOf(child);
    const url = `http://127.0.0.1:${port}`;
    await silence(url);
    return { url, port, child, stop: () => stopChild(child) };
  } catch (error) {
    await stopChild(child);
    throw error;
  }
}

/** Waits until the node says where it listens; throws with what it said when it ends before. */
async function portOf(child: ChildProcess): Promise<number> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000);
    });
  }
  const look = () => ANVIL_LISTENS.exec(said)?.[1] ?? (hasEnded(child) && 'none');
  const port = await waitFor('the local ledger to listen', look, { pollMs: 10 });
  if (port === 'none') throw new Error(`anvil ended with code ${child.exitCode}: ${said.trim()}`);
  return Number(port);
}
