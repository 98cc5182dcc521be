import { type ChildProcess, spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { ended, hasEnded } from './child.ts';
import { makeDataFolder, type PostgresFolder } from './postgres-folder.ts';
import { waitFor } from './wait.ts';

/**
 * Runs the server until the pipe to its parent closes, whatever ended that one, then ends the server without waiting for
 * its clients, and removes its folder. Signals to the whole group reach the server by itself.
 */
const GUARD = `
trap : INT TERM HUP
program=$1; folder=$2; shift 2
"$program" -D "$folder/data" "$@" </dev/null &
cat >/dev/null
kill -QUIT $! 2>/dev/null
wait $!
rm -rf "$folder"
`;

/** Nothing that is in it outlives it, so that nothing is written through to the disk. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // Shared memory that a kill would leave behind lies in the data folder.
  dynamic_shared_memory_type: 'mmap',
  max_connections: '300',
  shared_buffers: '64MB',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum: 'off',
  jit: 'off',
  io_method: 'sync',
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

const IS_READY = 'database system is ready to accept connections';
const IS_TAKEN = /could not bind|Address already in use/;

/** Tries with another port each; a free port may be taken before the server has it. */
const TRIES = 5;

export interface Postgres {
  /** Address of its database `postgres`, as a user that may do everything. */
  url: string;
  port: number;
  /** Its data, removed at its end. */
  folder: string;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** In addition to, or instead of, those for tests. */
  settings?: Readonly<Record<string, string>>;
}

/** Address of a database on a server. */
export const postgresUrl = (port: number, database: string): string =>
  `postgres://postgres:postgres@127.0.0.1:${port}/${database}`;

/**
 * Starts an empty PostgreSQL server on a free port, for tests and benches, in a new folder. It ends with this process,
 * however that ends. Root starts it as the user `nobody`.
 */
export async function startPostgres({ settings = {} }: PostgresOptions = {}): Promise<Postgres> {
  const folder = await makeDataFolder();
  for (let left = TRIES; ; left--) {
    const port = await freePort();
    const child = launch(folder, { ...SETTINGS, ...settings, port: String(port) });
    const said = await firstWords(child);
    if (said === IS_READY)
      return { url: postgresUrl(port, 'postgres'), port, folder: folder.path, stop: () => stop(child) };
    if (left > 1 && IS_TAKEN.test(said)) child.kill('SIGKILL');
    else {
      await stop(child);
      throw new Error(`PostgreSQL did not start: ${said.trim()}`);
    }
  }
}

function launch(folder: PostgresFolder, settings: Readonly<Record<string, string>>): ChildProcess {
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return spawn('/bin/sh', ['-c', GUARD, 'guard', folder.program, folder.path, ...args], {
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['pipe', 'ignore', 'pipe'],
    ...folder.user,
  });
}

/** The line that says that the server is ready, else what it said before it ended. */
async function firstWords(child: ChildProcess): Promise<string> {
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_000);
  });
  const look = () => {
    if (said.includes(IS_READY)) return IS_READY;
    return (hasEnded(child) || /FATAL|could not|cannot/.test(said)) && said;
  };
  return waitFor('PostgreSQL to be ready', look, { pollMs: 10, timeoutMs: 60_000 });
}

async function stop(child: ChildProcess): Promise<void> {
  child.stdin!.end();
  await ended(child);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
