import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlugpactError } from '../../protocol/errors.ts';
import { ROOT } from '../lib/paths.ts';

/** A program that is packed as one archive; `packaging/NAME.json` describes it. */
export interface Program {
  /** Of its npm package and of its command. */
  name: string;
  description: string;
  /** The files that are run, as patterns from the root. The archive is bundled from the first one. */
  entries: string[];
  /** File with the flags that its Node is started with. */
  nodeFlags?: string;
  /** Its environment, where nobody has set it; a value that begins with `./` is a path in the archive. */
  environment?: Record<string, string>;
  /** Files of the archive beside the bundle, by their path in it. */
  files: Record<string, string>;
  /** Whether the built page belongs to it. */
  hasPage?: boolean;
  /** The packages that its files import, each with what it is for. */
  packages: Record<string, string>;
  /** Packages that no import shows: read by the path of a file in them, or wanted by another package. */
  unimported?: Record<string, string>;
}

const FOLDER = join(ROOT, 'packaging');

const PACKED = ['agent', 'server', 'audit'] as const;
export type PackedName = (typeof PACKED)[number];

const described = (name: string): Program => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));

/** The descriptions of everything that needs packages, by name: also of the page and the tools, which have no archive. */
export const allPrograms = (): Record<string, Program> =>
  Object.fromEntries(
    globSync('*.json', { cwd: FOLDER })
      .sort()
      .map((file) => file.slice(0, -'.json'.length))
      .map((name) => [name, described(name)]),
  );

/** @throws PlugpactError `pack.unknown`. */
export function packedName(name: string | undefined): PackedName {
  const found = PACKED.find((one) => one === name);
  if (found !== undefined) return found;
  throw new PlugpactError({
    code: 'pack.unknown',
    value: name ?? 'no name',
    rule: `A program to pack is one of ${PACKED.join(', ')}.`,
    remedy: 'For instance: npm run pack -- agent.',
  });
}

export const programOf = (name: PackedName): Program => described(name);

/** Where a program's archive is made, from the root. */
export const outputOf = (name: PackedName): string => `dist/${name}`;

export function archiveFile(name: PackedName): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return join(ROOT, outputOf(name), `${programOf(name).name}-${version}.tgz`);
}
