import { existsSync, globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { reaching } from './imports.ts';
import { ROOT } from './paths.ts';

/**
 * How a test file runs. `pure`: computes only, a worker for each core. `live`: has sockets, processes or a ledger
 * and waits for them, so that there are more workers than cores. `web`: a browser or the whole product, one file
 * at a time.
 */
export type TestProject = 'pure' | 'live' | 'web';

const CORES = availableParallelism();

export const WORKERS: Record<TestProject, number> = { pure: CORES, live: 2 * CORES, web: 1 };

/** Modules that open sockets or start programs. A pure test that does so by other means fails (test/support/pure.ts). */
const LIVE_MODULES =
  /^(node:(child_process|cluster|dgram|http2?|https|net|tls|worker_threads)|aedes|express|hardhat|mqtt|ocpp-rpc|playwright-core|vite|ws)$/;

/** Suites over records that others made, each by what it reads: they exist only where those records do. */
const RECORDS: Record<string, string> = {
  'test/contracts/ocmf.test.ts': 'ocmf/records.json',
  'test/vectors/ocpiTariffs.test.ts': 'ocpi-tariffs',
};

const hasItsRecords = (file: string): boolean => {
  const records = RECORDS[file];
  return records === undefined || existsSync(join(ROOT, '../shared/data', records));
};

/** All test files by the project that runs them, as paths from the root with forward slashes. */
export function testFiles(): Record<TestProject, string[]> {
  const all = globSync('test/**/*.test.ts', { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
  const files = all.filter(hasItsRecords).sort();
  const web = files.filter((file) => /^test\/(web|journey)\//.test(file));
  const node = files.filter((file) => !web.includes(file));
  const paths = node.map((file) => join(ROOT, file));
  const isLive = new Set(reaching(paths, (name) => LIVE_MODULES.test(name)));
  return {
    pure: node.filter((file) => !isLive.has(join(ROOT, file))),
    live: node.filter((file) => isLive.has(join(ROOT, file))),
    web,
  };
}
