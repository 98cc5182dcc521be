import { existsSync, globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { reaching } from './imports.ts';
import { ROOT } from './paths.ts';

/**
 * How a test file runs. `pure`: computes only, a worker for each core. `live`: has sockets, processes or a ledger
 * and waits for them, so that there are more workers than cores. `compiled`: the same, with contracts of the compiler's
 * making beside the committed ones. `web`: a browser, one file at a time, since it fills a core. `postgres`: those live
 * files of the server that open its database, once more, on PostgreSQL.
 */
export type TestProject = 'pure' | 'live' | 'compiled' | 'web' | 'postgres';

const CORES = availableParallelism();

export const WORKERS: Record<TestProject, number> = {
  pure: CORES,
  live: 2 * CORES,
  compiled: 2 * CORES,
  web: 1,
  postgres: Math.ceil(CORES / 2),
};

/**
 * What a test file of a project imports, itself or by way of what it imports; the first that fits counts, and a file
 * that imports none of it is pure. A pure test that opens a socket or starts a program all the same fails
 * (test/support/pure.ts).
 */
const REACHES: [TestProject, RegExp][] = [
  ['web', /^playwright-core$/],
  ['compiled', /[\\/]scripts[\\/]lib[\\/]artifacts\.ts$/],
  ['live', /^node:(child_process|cluster|dgram|http2?|https|net|tls|worker_threads)$/],
  ['live', /^(aedes|express|hardhat|mqtt|ocpp-rpc|vite|ws)$/],
];

/** Suites over records that others made, each by what it reads: they exist only where those records do. */
const RECORDS: Record<string, string> = {
  'test/audit/ocmf/real-records.test.ts': 'ocmf/records.json',
  'test/contracts/ocmf.test.ts': 'ocmf/records.json',
  'test/meter-agent/field/field.test.ts': 'field',
  'test/server/ocpi/records.test.ts': 'ocpi',
  'test/vectors/ocpiTariffs.test.ts': 'ocpi-tariffs',
};

const hasItsRecords = (file: string): boolean => {
  const records = RECORDS[file];
  return records === undefined || existsSync(join(ROOT, '../shared/data', records));
};

/** `NAME.deep.test.ts`: takes its full count or nothing, in `npm run test:deep` alone. */
const isDue = (file: string): boolean =>
  process.env.PLUGPACT_DEEP !== undefined || !file.endsWith('.deep.test.ts');

/** How a test's server or database comes to be of the project's kind. */
const OF_THE_PROJECT = /\b(?:startServer|newDatabase|fixtureForAllTests|feedReaderForEachTest)\b/;

/** Whether a test file of the server takes its database from the project. One that names PostgreSQL itself does not. */
function opensDatabase(file: string): boolean {
  if (!file.startsWith('test/server/')) return false;
  const text = readFileSync(join(ROOT, file), 'utf8');
  return OF_THE_PROJECT.test(text) && !/\bfreshPostgres\b/.test(text);
}

/** All test files of this run by the project that runs them, as paths from the root with forward slashes. */
export function testFiles(): Record<TestProject, string[]> {
  const all = globSync('test/**/*.test.ts', { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
  const files = all.filter((file) => hasItsRecords(file) && isDue(file)).sort();
  const projects: Record<TestProject, string[]> = { pure: [], live: [], compiled: [], web: [], postgres: [] };
  const left = new Set(files.map((file) => join(ROOT, file)));
  for (const [project, pattern] of REACHES) {
    for (const path of reaching([...left], (name) => pattern.test(name))) {
      projects[project].push(relative(ROOT, path).replaceAll('\\', '/'));
      left.delete(path);
    }
  }
  projects.pure = files.filter((file) => left.has(join(ROOT, file)));
  projects.postgres = projects.live.filter(opensDatabase);
  return projects;
}
