import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isAlive } from './child.ts';
import { ROOT } from './paths.ts';
import { waitFor } from './wait.ts';

export type Build = {
  /** What is built, as the messages name it. */
  what: string;
  /** Patterns, from the root, of all files that decide the result; the lock file always does. */
  sources: readonly string[];
  /** Folder, from the root, that the build fills. */
  output: string;
  build: () => Promise<void>;
  /** Hears that a build begins. */
  say?: ((text: string) => void) | undefined;
};

/** Hash of everything that decides the result. */
export function sourcesHash(patterns: readonly string[]): string {
  const hash = createHash('sha256');
  const files = globSync([...patterns], { cwd: ROOT }).sort();
  for (const file of [...files, 'package-lock.json']) {
    const path = join(ROOT, file);
    if (statSync(path).isFile()) hash.update(`${file}\0`).update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

const stampOf = (output: string): string => join(ROOT, output, '.sources-sha256');

/** Notes that `output` holds what was built from the sources of this hash. */
export function markBuilt(output: string, hash: string): void {
  mkdirSync(join(ROOT, output), { recursive: true });
  writeFileSync(stampOf(output), hash);
}

function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const owner = Number(existsSync(lock) ? readFileSync(lock, 'utf8') : Number.NaN);
    if (owner > 0 && !isAlive(owner)) rmSync(lock, { force: true });
    return false;
  }
}

/**
 * Builds if the sources changed since the last build that succeeded; else returns at once. One builder at a
 * time per clone: two of them would clean up each other's output.
 */
export async function buildOnce({ what, sources, output, build, say }: Build): Promise<void> {
  const stamp = stampOf(output);
  const isFresh = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesHash(sources);
  if (isFresh()) return;
  const lock = join(ROOT, 'cache', `${output.replaceAll('/', '-')}.lock`);
  mkdirSync(dirname(lock), { recursive: true });
  const options = { timeoutMs: 300_000, pollMs: 200 };
  await waitFor(`another build of ${what} in this clone to end`, () => takeLock(lock), options);
  try {
    if (isFresh()) return;
    const hash = sourcesHash(sources);
    rmSync(stamp, { force: true });
    say?.(`Building ${what} …`);
    await build();
    markBuilt(output, hash);
  } finally {
    rmSync(lock, { force: true });
  }
}
