import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, run } from './child.ts';
import { packageDir, ROOT } from './paths.ts';
import { waitFor } from './wait.ts';

/** Environment for Hardhat: it asks nothing, reports to nobody. */
export const HARDHAT_ENV = { ...process.env, HARDHAT_DISABLE_TELEMETRY: 'true' };

export const hardhatCli = (): string => join(packageDir('hardhat'), 'dist/src/cli.js');

const ARTIFACTS_DIR = join(ROOT, 'artifacts');
const STAMP = join(ARTIFACTS_DIR, '.sources-sha256');
const LOCK = join(ROOT, 'cache', 'compile.lock');

/** What decides the bytecode: our sources, the compiler's settings, and the locked versions of the rest. */
export function sourcesHash(): string {
  const hash = createHash('sha256');
  const sources = globSync('contracts/**/*.sol', { cwd: ROOT }).sort();
  for (const file of [...sources, 'hardhat.config.ts', 'package-lock.json']) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

const stampIs = (hash: string): boolean => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash;

/** One compiler at a time per clone: two of them would clean up each other's output. */
async function withLock(use: () => Promise<void>): Promise<void> {
  mkdirSync(join(ROOT, 'cache'), { recursive: true });
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
  await waitFor('another compilation of this clone to end', take, { timeoutMs: 300_000, pollMs: 200 });
  try {
    await use();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/**
 * Compiles the contracts if their sources, settings or locked dependencies changed since the last time; else
 * returns at once. The compiler's words go to standard error.
 */
export async function ensureCompiled(): Promise<void> {
  if (stampIs(sourcesHash())) return;
  await withLock(async () => {
    const hash = sourcesHash();
    if (stampIs(hash)) return;
    rmSync(STAMP, { force: true });
    const code = await run(process.execPath, [hardhatCli(), 'build', '--no-tests'], {
      cwd: ROOT,
      env: HARDHAT_ENV,
      stdout: 'stderr',
    });
    if (code !== 0) throw new Error('The contracts do not compile: correct what the compiler names above.');
    mkdirSync(ARTIFACTS_DIR, { recursive: true });
    writeFileSync(STAMP, hash);
  });
}

export type Artifact = { abi: readonly unknown[]; bytecode: `0x${string}` };

/**
 * Artifact of a contract of ours, from the last compilation (see `ensureCompiled`).
 *
 * @param source file under `contracts/` without its ending: `mocks/DemoToken`; the contract has its name.
 */
export function readArtifact(source: string): Artifact {
  const name = source.split('/').at(-1);
  const file = join(ARTIFACTS_DIR, 'contracts', `${source}.sol`, `${name}.json`);
  if (!existsSync(file))
    throw new Error(`There is no artifact of contracts/${source}.sol: compile it first.`);
  const { abi, bytecode } = JSON.parse(readFileSync(file, 'utf8')) as Artifact;
  return { abi, bytecode };
}
