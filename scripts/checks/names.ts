import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../lib/paths.ts';
import type { Stage } from '../lib/stage.ts';
import { collectNames, type FoundName } from './collect-names.ts';
import {
  type Exception,
  FORBIDDEN_NAMES,
  type ForbiddenName,
  SAME_IN_EACH_ROOM,
  SAME_NAME_LIMIT,
} from './forbidden-names.ts';

/** The files whose names count, and whose text is searched where it can declare one. */
const FOLDERS = [
  'audit',
  'contracts',
  'docs',
  'meter-agent',
  'packaging',
  'protocol',
  'scripts',
  'server',
  'test',
];
const WITH_NAMES = /\.(?:tsx?|mjs|sol|json)$/;
/** Made from the operations, whose names are read where they are written. */
const GENERATED = ['protocol/api/generated.ts', 'protocol/api/openapi.json'];

const wordsOf = (name: string): string[] =>
  (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map((word) => word.toLowerCase());

const isBelow = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);

const excuses = (exception: Exception, { name, path }: FoundName): boolean =>
  isBelow(exception.in, path) && (exception.names?.includes(name) ?? true);

function breaks(rule: ForbiddenName, { kind, name, path }: FoundName): boolean {
  if (rule.kinds !== undefined && !rule.kinds.includes(kind)) return false;
  if (rule.in !== undefined && !rule.in.some((folder) => isBelow(folder, path))) return false;
  const words = wordsOf(name).join(' ');
  return rule.words.some((word) => (rule.isWhole ? words === word : ` ${words} `.includes(` ${word} `)));
}

/** Each name that a rule forbids, with what to use, and each exception that excuses nothing. */
function ruleFaults(rule: ForbiddenName, names: readonly FoundName[]): string[] {
  const broken = names.filter((name) => breaks(rule, name));
  const exceptions = rule.except ?? [];
  const faults = broken
    .filter((name) => !exceptions.some((exception) => excuses(exception, name)))
    .map(
      ({ kind, name, path, line }) =>
        `${path}${line === 0 ? '' : `:${line}`}: ${kind} "${name}": use ${rule.use}`,
    );
  const idle = exceptions
    .filter((exception) => !broken.some((name) => excuses(exception, name)))
    .map(
      (exception) => `scripts/checks/forbidden-names.ts: the exception in ${exception.in} excuses nothing`,
    );
  return [...new Set([...faults, ...idle])];
}

/** File names that say too little, since many files have them. */
function sameNames(paths: readonly string[]): string[] {
  const sources = paths.filter((path) => /\.tsx?$/.test(path));
  return [...Map.groupBy(sources, (path) => basename(path)).entries()]
    .filter(
      ([name, same]) => same.length > SAME_NAME_LIMIT && !SAME_IN_EACH_ROOM.includes(name.split('.')[0]!),
    )
    .map(([name, same]) => `${same.length} files are called ${name}: ${same.join(', ')}`);
}

/** What is wrong with the names of these files and in them, a line for each; empty when all are the field's words. */
export function nameFaults(files: ReadonlyMap<string, string>, rules: readonly ForbiddenName[]): string[] {
  const names = collectNames(files);
  return [...rules.flatMap((rule) => ruleFaults(rule, names)), ...sameNames([...files.keys()])];
}

/** All files of the product by path, with their text if it can declare a name. */
export function readFiles(root: string): ReadonlyMap<string, string> {
  const entries = FOLDERS.flatMap((folder) =>
    globSync(`${folder}/**/*`, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile()),
  );
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1));
  return new Map(
    paths
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => !GENERATED.includes(path))
      .toSorted()
      .map((path) => [path, WITH_NAMES.test(path) ? readFileSync(join(root, path), 'utf8') : '']),
  );
}

/** No file, folder, export, table, key or code has a name that the field does not know; prose is not searched. */
export const NAMES_STAGE: Stage = {
  name: 'names',
  what: 'names are those of the field (scripts/checks/forbidden-names.ts)',
  run: async (say) => {
    const files = readFiles(ROOT);
    const faults = nameFaults(files, FORBIDDEN_NAMES);
    for (const fault of faults) say(`${fault}\n`);
    return { passed: faults.length === 0 ? 1 : 0, failed: faults.length };
  },
};
