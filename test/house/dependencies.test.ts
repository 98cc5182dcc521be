import { expect, test } from 'vitest';
import { textOf } from './markdown.ts';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const { dependencies, devDependencies } = JSON.parse(textOf('package.json')) as Manifest;

const rows = [
  ...textOf('docs/dependencies.md').matchAll(/^\| `([^`]+)` *\| ([^|]+?) *\| ([^|]+?) *\|$/gm),
].map(([, name = '', licence = '', reason = '']) => ({ name, licence, reason }));

/** What allows use and distribution under this project's licence, each as SPDX has it. */
const ALLOWED = /^(?:MIT|ISC|BSD-[23]-Clause|Apache-2\.0|MPL-2\.0|CC0-1\.0)$/;

test('docs/dependencies.md has each dependency once, with a reason', () => {
  const names = rows.map(({ name }) => name);
  expect(names).toEqual([...Object.keys(dependencies), ...Object.keys(devDependencies)]);
  for (const { reason, name } of rows) expect(reason, name).toMatch(/^[A-Z].{4,}\.$/);
});

test.each(rows)('$name has the licence that the page says, and one that may be used', ({ name, licence }) => {
  const manifest = JSON.parse(textOf(`node_modules/${name}/package.json`)) as { license: string };
  expect(manifest.license).toBe(licence);
  expect(licence.split(' OR ').some((one) => ALLOWED.test(one))).toBe(true);
});

test('each version is exact', () => {
  for (const version of Object.values({ ...dependencies, ...devDependencies }))
    expect(version).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
});
