import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, run } from './lib/child.ts';
import { isMain } from './lib/main.ts';
import { packageDir, ROOT } from './lib/paths.ts';
import { waitFor } from './lib/wait.ts';

/** The built page, as the server serves it. */
export const WEB_DIR = join(ROOT, 'dist', 'web');

/** Beside the folder, which each build empties. */
const STAMP = join(ROOT, 'dist', 'web.sources-sha256');
const LOCK = join(ROOT, 'dist', 'web.lock');

/** What decides the page: its own sources, what it shares, and the locked versions of the rest. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  const sources = globSync(['server/web/**/*', 'protocol/**/*'], { cwd: ROOT }).sort();
  for (const file of [...sources, 'package-lock.json']) {
    if (!statSync(join(ROOT, file)).isFile()) continue;
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

const isBuilt = (hash: string): boolean =>
  existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash && existsSync(join(WEB_DIR, 'index.html'));

/** One build at a time per clone: each empties the folder that the other fills. */
async function withLock(use: () => Promise<void>): Promise<void> {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const take = () => {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = Number(existsSync(LOCK) ? readFileSync(LOCK, 'utf8') : Number.NaN);
      if (owner > 0 && !isAlive(owner)) rmSync(LOCK, { force: true });
      return false;
    }
  };
  await waitFor('another build of the page to end', take, { timeoutMs: 300_000, pollMs: 200 });
  try {
    await use();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/** Builds the page into `WEB_DIR` if its sources changed since the last time; else returns at once. */
export async function ensureWebBuilt(): Promise<void> {
  if (isBuilt(sourcesHash())) return;
  await withLock(async () => {
    const hash = sourcesHash();
    if (isBuilt(hash)) return;
    rmSync(STAMP, { force: true });
    // A process of its own: the bundler's memory is given back when it ends.
    const vite = join(packageDir('vite'), 'bin', 'vite.js');
    const args = [vite, 'build', '--config', 'server/web/vite.config.ts', '--logLevel', 'warn'];
    const code = await run(process.execPath, args, { cwd: ROOT, stdout: 'stderr' });
    if (code !== 0) throw new Error('The page does not build: correct what is named above.');
    writeFileSync(STAMP, hash);
  });
}

if (isMain(import.meta)) await ensureWebBuilt();
