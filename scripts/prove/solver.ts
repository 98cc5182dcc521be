import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';

/** Answers a query of the SMTChecker; it waits for it, since the compiler does. */
export interface Solver {
  name: string;
  answer(query: string): string;
}

/** Fetched for this stage alone: 34 MB that nobody else needs. */
const PACKAGE = 'z3-solver';
const VERSION = '4.16.0';
const FOLDER = join(ROOT, '.runtime', PACKAGE);
const ENTRY = join(FOLDER, 'node_modules', PACKAGE, 'build/node.js');

/** A query that takes longer counts as not proven. */
const QUERY_MS = 60_000;

/** The program's words, or nothing when it failed: the compiler then reports the target as not proven. */
function ask(command: string, args: readonly string[], query: string): string {
  const { stdout, error } = spawnSync(command, args, { input: query, timeout: QUERY_MS, encoding: 'utf8' });
  return error === undefined ? stdout : '';
}

/** npm is run by the Node that runs this program: the launcher of another version would look elsewhere. */
function fetchPackage(): boolean {
  if (existsSync(ENTRY)) return true;
  mkdirSync(FOLDER, { recursive: true });
  const args = [
    'install',
    '--prefix',
    FOLDER,
    '--no-save',
    '--no-audit',
    '--no-fund',
    `${PACKAGE}@${VERSION}`,
  ];
  spawnSync('npm', args, { stdio: 'ignore', shell: process.platform === 'win32' });
  return existsSync(ENTRY);
}

/** z3 of the npm registry, else one that is installed; undefined where there is neither. */
export function findSolver(): Solver | undefined {
  if (fetchPackage()) {
    const runner = join(import.meta.dirname, 'z3.mjs');
    const args = ['--no-warnings', runner, ENTRY];
    return { name: `${PACKAGE} ${VERSION}`, answer: (query) => ask(process.execPath, args, query) };
  }
  const { status, stdout } = spawnSync('z3', ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return { name: stdout.trim(), answer: (query) => ask('z3', ['-in'], query) };
}
