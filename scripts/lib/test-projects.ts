import { existsSync, globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { reaching } from './imports.ts';
import { ROOT } from './paths.ts';

/**
 * How a test file runs. `pure`: computes only, a worker for each core. `live`: has sockets, processes or a ledger
 * and waits for them, so that there are more workers than cores. `web`: a browser, one file at a time, since it fills
 * a core.
 */
export type TestProject = 'pure' | 'live' | 'web';

const CORES = availableParallelism();

export const WORKERS: Record<TestProject, number> = { pure: CORES, live: 2 * CORES, web: 1 };

/** Modules that open sockets or start programs. A pure test that does so by other means fails (test/support/pure.ts). */
const LIVE_MODULES =
  /^(node:(child_process|cluster|dgram|http2?|https|net|tls|worker_threads)|aedes|express|hardhat|mqtt|ocpp-rpc|playwright-core|vite|ws)$/;

/** The browser. */
const WEB_MODULES = /^playwright-core$/;

/** Suites over records that others made, each by what it reads: they exist only where those records do. */
const RECORDS: Record<string, string> = {
  'test/contracts/ocmf.test.ts': 'ocmf/records.json',
  'test/vectors/ocpiTariffs.test.ts': 'ocpi-tariffs',
};

const hasItsRecords = (file: string): boolean => {
  const records = RECORDS[file];
  return records === undefined || existsSync(join(ROOT, '../shared/data', records));
};

/** `NAME.deep.test.ts`: takes its full count or nothing, in `npm run test:deep` alone. */
const isDue = (file: string): boolean =>
  process.env.PLUGPACT_DEEP !== undefined || !file.endsWith('.deep.test.ts');

/** All test files of this run by the project that runs them, as paths from the root with forward slashes. */
export function testFiles(): Record<TestProject, string[]> {
  const all = globSync('test/**/*.test.ts', { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
  const files = all.filter((file) => hasItsRecords(file) && isDue(file)).sort();
  const paths = files.map((file) => join(ROOT, file));
  const live = new Set(reaching(paths, (name) => LIVE_MODULES.test(name)));
  const web = new Set(reaching(paths, (name) => WEB_MODULES.test(name)));
  const projectOf = (file: string): TestProject => {
    const path = join(ROOT, file);
    if (web.has(path)) return 'web';
    return live.has(path) ? 'live' : 'pure';
  };
  const named = (project: TestProject) => files.filter((file) => projectOf(file) === project);
  return { pure: named('pure'), live: named('live'), web: named('web') };
}
