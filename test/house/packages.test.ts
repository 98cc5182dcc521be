import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packagesOf } from '../../scripts/lib/imports.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { allPrograms, type Program } from '../../scripts/pack/program.ts';

const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const programs = Object.entries(allPrograms());

/** Packages of an installation without development that the program's files import. */
function importedBy({ entries }: Program): string[] {
  const files = globSync(entries, { cwd: ROOT }).map((file) => join(ROOT, file));
  expect(files.length).toBeGreaterThan(0);
  return packagesOf(files).filter((name) => Object.hasOwn(dependencies, name));
}

test.each(programs)(
  'packaging/%s.json names the packages that the program imports, and no other',
  (_, program) => {
    expect(Object.keys(program.packages).sort()).toEqual(importedBy(program));
    for (const reason of Object.values(program.packages)) expect(reason).not.toBe('');
  },
);

test('each dependency belongs to a program', () => {
  const named = programs.flatMap(([, { packages, unimported }]) =>
    Object.keys({ ...packages, ...unimported }),
  );
  expect(Object.keys(dependencies).filter((name) => !named.includes(name))).toEqual([]);
  expect(named.filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
});

test('files in an archive are in the repository', () => {
  const sources = programs.flatMap(([, { files, nodeFlags = [] }]) =>
    [Object.values(files), nodeFlags].flat(),
  );
  expect(sources.length).toBeGreaterThan(4);
  for (const source of sources) expect(() => readFileSync(join(ROOT, source))).not.toThrow();
});
