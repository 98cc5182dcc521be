import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../scripts/lib/paths.ts';

const BOOTSTRAP = join(ROOT, 'scripts/bootstrap.mjs');

const { isNodeUsable } = (await import(BOOTSTRAP)) as { isNodeUsable: (version: string) => boolean };

test.each([
  ['18.20.0', false],
  ['20.20.2', false],
  ['22.17.1', false],
  ['22.18.0', true],
  ['23.11.0', false],
  ['24.0.0', true],
  ['25.1.0', false],
  ['26.10.0', true],
])('Node %s is usable: %s', (version, usable) => {
  expect(isNodeUsable(version)).toBe(usable);
});

test.each(['nonsense', '../scripts/start', ''])(
  'the unknown command "%s" is refused with a remedy',
  (command) => {
    const { status, stderr, stdout } = spawnSync(process.execPath, [BOOTSTRAP, command], {
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stderr).toContain('see the scripts in package.json');
    expect(stdout).toBe('');
  },
);

test('the bootstrap and its own files need nothing but Node itself', () => {
  const importsOf = (file: string): string[] =>
    [...readFileSync(file, 'utf8').matchAll(/from '([^']+)'/g)].map(([, name]) => name ?? '');
  const own = importsOf(BOOTSTRAP).filter((name) => name.startsWith('./'));
  expect(own.every((name) => name.endsWith('.mjs'))).toBe(true);
  const imports = [BOOTSTRAP, ...own.map((name) => join(ROOT, 'scripts', name))].flatMap(importsOf);
  expect(imports.length).toBeGreaterThan(own.length);
  expect(imports.filter((name) => !name.startsWith('node:'))).toEqual(own);
});

const LOCK = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { resolved?: string; dependencies?: object; optionalDependencies?: object }>;
};

/** Where Node looks for a package needed by the one at `from`: its own folder first, then outwards. */
function isLocked(from: string, name: string): boolean {
  for (let base = from; ; ) {
    if (LOCK.packages[`${base === '' ? '' : `${base}/`}node_modules/${name}`] !== undefined) return true;
    if (base === '') return false;
    const cut = base.lastIndexOf('/node_modules/');
    base = cut < 0 ? '' : base.slice(0, cut);
  }
}

test('the lock file names no host to download from', () => {
  expect(Object.entries(LOCK.packages).filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
});

test('the lock file has an entry for every package of every platform, as npm ci demands', () => {
  const missing = Object.entries(LOCK.packages).flatMap(([path, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
      .filter((name) => !isLocked(path, name))
      .map((name) => `${path} needs ${name}`),
  );
  expect(missing).toEqual([]);
});
