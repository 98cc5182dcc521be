import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as secp256k1 from 'tiny-secp256k1';
import * as viem from 'viem';
import abi from '../../../protocol/abi.json' with { type: 'json' };
import type { Mutant } from './mutants.ts';

type Exports = Record<string, unknown>;

/** The same answer to the same arguments: every mutant hashes and recovers what the one before it did. */
function remembered<Arguments extends unknown[], Result>(
  compute: (...given: Arguments) => Result,
  keyOf: (...given: Arguments) => string,
): (...given: Arguments) => Result {
  const known = new Map<string, Result>();
  return (...given) => {
    const key = keyOf(...given);
    if (!known.has(key)) known.set(key, compute(...given));
    return known.get(key) as Result;
  };
}

const textOf = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value);

/** What the audit's rules import beside each other. */
const OUTSIDE: Readonly<Record<string, Exports>> = {
  viem: { ...viem, keccak256: remembered((value: viem.Hex) => viem.keccak256(value), textOf) },
  'tiny-secp256k1': {
    recover: remembered(secp256k1.recover, (...given) => given.map(textOf).join()),
  },
  'node:timers/promises': { setImmediate },
};

const AUDIT = join(import.meta.dirname, '../../../audit');

const sources = new Map<string, string>();

function sourceOf(file: string): string {
  const known = sources.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(join(AUDIT, file), 'utf8');
  sources.set(file, text);
  return text;
}

const IMPORT = /^import\s+\{([^}]*)\}\s+from\s+'([^']+)';/gm;
const DATA = /^import\s+(\w+)\s+from\s+'([^']+\.json)'[^;]*;/gm;
const EXPORT = /^export\s+((?:async\s+)?function|const|class)\s+(\w+)/gm;

/** The module as the body of a function; the formatter writes every import and export in one form. */
function bodyOf(text: string): string {
  const plain = stripTypeScriptTypes(text);
  const names = [...plain.matchAll(EXPORT)].map(([, , name]) => name);
  const body = plain
    .replace(
      IMPORT,
      (_, list: string, path: string) => `const {${list.replaceAll(' as ', ': ')}} = load('${path}');`,
    )
    .replace(DATA, (_, name: string, path: string) => `const ${name} = load('${path}');`)
    .replace(EXPORT, '$1 $2');
  return `${body}\nreturn { ${names.join(', ')} };`;
}

const bodies = new Map<string, string>();

function compiled(file: string, mutant: Mutant | undefined): (load: (path: string) => Exports) => Exports {
  const isMutated = mutant?.file === file;
  const text = isMutated ? sourceOf(file).replace(mutant.from, () => mutant.to) : sourceOf(file);
  const body = (isMutated ? undefined : bodies.get(file)) ?? bodyOf(text);
  if (!isMutated) bodies.set(file, body);
  return new Function('load', body) as (load: (path: string) => Exports) => Exports;
}

/** How often a mutant's text occurs in its file: once, or it is no mutant. */
export const occurrences = ({ file, from }: Mutant): number => sourceOf(file).split(from).length - 1;

/** The audit's modules, of which one has an error: a loader of `rules/cost.ts` and the like. */
export function mutatedAudit(mutant?: Mutant): <Module>(file: string) => Module {
  const loaded = new Map<string, Exports>();
  const load = (file: string): Exports => {
    const known = loaded.get(file);
    if (known !== undefined) return known;
    const made = compiled(
      file,
      mutant,
    )((path) => {
      if (path.endsWith('abi.json')) return abi as Exports;
      return OUTSIDE[path] ?? load(join(dirname(file), path).replaceAll('\\', '/'));
    });
    loaded.set(file, made);
    return made;
  };
  return (file) => load(file) as never;
}
