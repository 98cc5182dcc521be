import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A statement that loads a module when the program runs; `import type` and `export type` leave no trace. */
const IMPORT =
  /^(?:import|export)\s(?!type\b)[^;'"]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm;

/** What a TypeScript source names in its imports when it runs: files by relative path, packages by name. */
export const importsIn = (source: string): string[] =>
  [...source.matchAll(IMPORT)].map(([, named, bare, dynamic]) => named ?? bare ?? dynamic ?? '');

/** What the file at `path` imports when it runs: files of this repository by their absolute path, the rest as written. */
export const importsOf = (path: string): string[] =>
  importsIn(readFileSync(path, 'utf8')).map((name) => {
    const file = name.startsWith('.') ? resolve(dirname(path), name) : undefined;
    return file !== undefined && existsSync(file) ? file : name;
  });

const SOURCE = /\.[cm]?tsx?$/;
const isFile = (name: string): boolean => name.startsWith('/') || /^[A-Za-z]:/.test(name);

/** All imports that a run of these files can come to, each with the files that import it. */
function importersFrom(files: readonly string[]): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  const seen = new Set(files);
  for (const file of seen) {
    if (!SOURCE.test(file)) continue;
    for (const name of importsOf(file)) {
      importers.set(name, [...(importers.get(name) ?? []), file]);
      // A set that grows while it is walked is walked to its new end.
      if (isFile(name)) seen.add(name);
    }
  }
  return importers;
}

/** Those of `files` that import something of `wanted`, themselves or by way of what they import. */
export function reaching(files: readonly string[], wanted: (name: string) => boolean): string[] {
  const importers = importersFrom(files);
  const found = new Set([...importers.keys()].filter(wanted));
  for (const name of found) for (const importer of importers.get(name) ?? []) found.add(importer);
  return files.filter((file) => found.has(file));
}

/** Names of the packages that these files import, themselves or by way of what they import, in order. */
export function packagesOf(files: readonly string[]): string[] {
  const names = [...importersFrom(files).keys()].filter((name) => !isFile(name) && /^[@\w]/.test(name));
  const packages = names
    .filter((name) => !name.startsWith('node:'))
    .map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
  return [...new Set(packages)].sort();
}
