import { spawnSync } from 'node:child_process';
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { importsIn, reaching } from '../../scripts/lib/imports.ts';
import { LONG_FILES, longestFirst } from '../../scripts/lib/long-files.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { testFiles } from '../../scripts/lib/test-projects.ts';
import { tempFolder } from './support.ts';

test('imports are found in every form that loads a module, and types load none', () => {
  const source = `
import { a,
  b } from './b.ts';
import type { C } from './c.ts';
import './d.ts';
export * from './e.ts';
export type { F } from './f.ts';
const g = await import('./g.ts');
import h, { type I } from 'h';
`;
  expect(importsIn(source)).toEqual(['./b.ts', './d.ts', './e.ts', './g.ts', 'h']);
});

test('a module is reached through others, also where these import each other', () => {
  const folder = tempFolder();
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write('far.ts', "import './middle.ts';");
  write('middle.ts', "import { near } from './near.ts';");
  write('near.ts', "import './middle.ts';\nimport { WebSocket } from 'ws';");
  write('apart.ts', "import type { WebSocket } from 'ws';\nimport { z } from 'zod';");
  const files = ['far.ts', 'apart.ts'].map((name) => join(folder, name));
  expect(reaching(files, (name) => name === 'ws')).toEqual([join(folder, 'far.ts')]);
});

/** Of others' records, which lie beside the repository on some machines. */
const WITH_RECORDS = ['test/contracts/ocmf.test.ts', 'test/vectors/ocpiTariffs.test.ts'];

test('each test file belongs to one project, by what it has', () => {
  vi.stubEnv('PLUGPACT_DEEP', '1');
  const { pure, live, compiled, web } = testFiles();
  const mine = [...pure, ...live, ...compiled, ...web];
  expect(new Set(mine).size).toBe(mine.length);
  const all = globSync('test/**/*.test.ts', { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
  expect([...mine, ...WITH_RECORDS]).toEqual(expect.arrayContaining(all));
  expect(pure).toContain('test/protocol/idTag.test.ts');
  expect(live).toEqual(expect.arrayContaining(['test/house/projects.test.ts', 'test/server/http.test.ts']));
  expect(compiled).toContain('test/contracts/wallets.test.ts');
  expect(web).toContain('test/journey/journey.test.ts');
});

test('what is deep alone is left out elsewhere', () => {
  const deep = /\.deep\.test\.ts$/;
  vi.stubEnv('PLUGPACT_DEEP', undefined);
  expect(
    Object.values(testFiles())
      .flat()
      .filter((file) => deep.test(file)),
  ).toEqual([]);
  vi.stubEnv('PLUGPACT_DEEP', '1');
  expect(
    Object.values(testFiles())
      .flat()
      .some((file) => deep.test(file)),
  ).toBe(true);
});

test('long files begin first; the seed decides the order of the others', () => {
  const { live, web } = testFiles();
  expect([...live, ...web]).toEqual(expect.arrayContaining([...LONG_FILES]));
  const order = longestFirst(live, 1);
  const long = LONG_FILES.filter((file) => live.includes(file));
  expect(order.slice(0, long.length)).toEqual(long);
  expect(order.toSorted()).toEqual(live.toSorted());
  expect(longestFirst(live.toReversed(), 1)).toEqual(order);
  expect(longestFirst(live, 2)).not.toEqual(order);
});

test.each([
  ['listens', "(await import('node:net')).createServer().listen(0)"],
  ['connects', "(await import('node:net')).connect(1)"],
  ['fetches', "await fetch('http://127.0.0.1:4242').catch(({ cause }) => { throw cause; })"],
  ['starts a program', "(await import('node:child_process')).spawn('true')"],
])('a pure test that %s fails and is told where its kind is said', (_what, act) => {
  const script = `await import('./test/support/pure.ts'); ${act}`;
  const args = ['--input-type=module', '--eval', script];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  expect(stderr).toContain('A test of the project "pure"');
  expect(status).toBe(1);
});
