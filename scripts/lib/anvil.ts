import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasEnded, stopChild } from './child.ts';
import { rpc } from './json-rpc.ts';
import { packageDir } from './paths.ts';
import { freePort, tryPort } from './port.ts';
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
  port: number;
  /** Folder for the states of the last blocks, of no use after the node's end. */
  cachePath: string;
  /** Seconds between blocks; without it each transaction is mined at once. */
  blockTimeSec?: number;
  /** File that holds the state across restarts, written every `STATE_INTERVAL_S` and at the end. */
  statePath?: string;
  mnemonic?: string;
  /** More arguments for the node. */
  more?: readonly string[];
};

/** Arguments of a local node of our kind. */
export function anvilArgs(options: AnvilOptions): string[] {
  const args = ['--host', '127.0.0.1', '--port', String(options.port)];
  args.push('--hardfork', 'osaka', '--chain-id', String(LOCAL_CHAIN_ID));
  args.push('--mnemonic', options.mnemonic ?? LOCAL_MNEMONIC, '--silent');
  args.push('--cache-path', options.cachePath, '--max-persisted-states', String(KEPT_STATES));
  if (options.blockTimeSec !== undefined) args.push('--block-time', String(options.blockTimeSec));
  if (options.statePath !== undefined) {
    args.push('--state', options.statePath, '--state-interval', String(STATE_INTERVAL_S));
  }
  return [...args, ...(options.more ?? [])];
}

const answers = async (url: string): Promise<boolean> =>
  Number(await rpc<string>(url, 'eth_chainId')) === LOCAL_CHAIN_ID;

export type Anvil = { url: string; port: number; child: ChildProcess; stop: () => Promise<void> };

/**
 * Starts a local node and waits until it answers. It ends with this process, except when this process is
 * killed outright: long-lived ones stand under the supervisor's guard instead.
 */
export async function startAnvil(options: Partial<AnvilOptions> = {}): Promise<Anvil> {
  const port = options.port ?? (await freePort());
  // Otherwise the one who listens there already would answer in place of the new node.
  if ((await tryPort(port)) === undefined) throw new Error(`Port ${port} is taken: choose another one.`);
  const cachePath = options.cachePath ?? mkdtempSync(join(tmpdir(), 'plugpact-anvil-'));
  const args = anvilArgs({ ...options, port, cachePath });
  const child = spawn(anvilBinary(), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  child.once('exit', () => {
    process.off('exit', killAtExit);
    rmSync(cachePath, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await waitFor('the local ledger to answer', async () => hasEnded(child) || (await answers(url)));
    if (hasEnded(child)) throw new Error(`anvil ended with code ${child.exitCode}: ${complaint.trim()}`);
  } catch (error) {
    await stopChild(child);
    throw error;
  }
  return { url, port, child, stop: () => stopChild(child) };
}
