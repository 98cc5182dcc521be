import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as h3 from 'h3-js';
import * as secp256k1 from 'tiny-secp256k1';
import * as viem from 'viem';
import * as accounts from 'viem/accounts';
import * as zod from 'zod';
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

/** Time for which the audit waits passes at once. */
let nowMs = 0;
const passed = async (ms: number): Promise<void> => {
  nowMs += ms;
};

/** What the audit's modules import beside each other. */
const OUTSIDE: Readonly<Record<string, Exports>> = {
  viem: { ...viem, keccak256: remembered((value: viem.Hex) => viem.keccak256(value), textOf) },
  'viem/accounts': accounts,
  'tiny-secp256k1': {
    recover: remembered(secp256k1.recover, (...given) => given.map(textOf).join()),
  },
  zod,
  'h3-js': h3,
  'node:timers/promises': { setImmediate, setTimeout: passed },
};

/** What every module finds without importing it. */
export interface Globals {
  fetch: typeof fetch;
}

/** What the modules of an audit run in. */
export interface LoaderOptions extends Globals {
  /** What others import of a module, a package or a file of data, made of what it has. */
  around?: Readonly<Record<string, (own: never) => object>>;
  /** Has the modules that neither an error nor another module's exports reach. */
  shared?: <Module>(file: string) => Module;
}

const performance = { now: () => nowMs };

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
const EXPORT = /^export\s+((?:async\s+)?function\*?|const|class)\s+(\w+)/gm;
const PASSED_ON = /^export\s+\{([^}]*)\};/gm;

/** The module as the body of a function; the formatter writes every import and export in one form. */
function bodyOf(file: string, text: string): string {
  const plain = stripTypeScriptTypes(text);
  const own = [...plain.matchAll(EXPORT)].map(([, , name]) => name);
  const names = [...own, ...[...plain.matchAll(PASSED_ON)].map(([, list]) => list)];
  const body = plain
    .replace(
      IMPORT,
      (_, list: string, path: string) => `const {${list.replaceAll(' as ', ': ')}} = load('${path}');`,
    )
    .replace(DATA, (_, name: string, path: string) => `const ${name} = load('${path}');`)
    .replace(PASSED_ON, '')
    .replace(EXPORT, '$1 $2')
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(join(AUDIT, file))));
  return `${body}\nreturn { ${names.join(', ')} };`;
}

const bodies = new Map<string, string>();

type Module = (load: (path: string) => Exports, clock: object, ask: Globals['fetch']) => Exports;

function plainBodyOf(file: string): string {
  const body = bodies.get(file) ?? bodyOf(file, sourceOf(file));
  bodies.set(file, body);
  return body;
}

/** Most texts have no types in them: then the types need not be taken out again. */
function mutatedBodyOf({ file, from, to }: Mutant): string {
  const plain = plainBodyOf(file);
  if (plain.split(from).length === 2) return plain.replace(from, () => to);
  return bodyOf(
    file,
    sourceOf(file).replace(from, () => to),
  );
}

function compiled(file: string, mutant: Mutant | undefined): Module {
  const body = mutant?.file === file ? mutatedBodyOf(mutant) : plainBodyOf(file);
  return new Function('load', 'performance', 'fetch', body) as Module;
}

/** How often a mutant's text occurs in its file: once, or it is no mutant. */
export const occurrences = ({ file, from }: Mutant): number => sourceOf(file).split(from).length - 1;

const reached = new Map<string, ReadonlySet<string>>();

/** A module of the audit, and all that it imports, directly or not. */
export function modulesOf(file: string): ReadonlySet<string> {
  const known = reached.get(file);
  if (known !== undefined) return known;
  const all = new Set([file]);
  for (const each of all)
    for (const [, , path] of sourceOf(each).matchAll(IMPORT))
      if (path!.startsWith('.')) all.add(join(dirname(each), path!).replaceAll('\\', '/'));
  reached.set(file, all);
  return all;
}

const jsons = new Map<string, Exports>();

/** A file of data, read once. */
function jsonOf(path: string): Exports {
  const known = jsons.get(path) ?? (JSON.parse(readFileSync(join(AUDIT, path), 'utf8')) as Exports);
  jsons.set(path, known);
  return known;
}

/** The audit's modules, of which one has an error: a loader of `rules/cost.ts` and the like. */
export function mutatedAudit(
  mutant?: Mutant,
  { fetch: ask, around = {}, shared }: LoaderOptions = globalThis,
): <Module>(file: string) => Module {
  const loaded = new Map<string, Exports>();
  const isShared = (file: string) =>
    !modulesOf(file).has(mutant?.file ?? '') &&
    Object.keys(around).every((other) => file === other || !modulesOf(file).has(other));
  const ofViem = { ...OUTSIDE.viem, http: (url: string) => viem.http(url, { fetchFn: ask }) };
  const exportsOf = (name: string): Exports => {
    if (name === 'viem') return ofViem;
    if (OUTSIDE[name] !== undefined) return OUTSIDE[name];
    if (name.startsWith('node:')) return process.getBuiltinModule(name) as unknown as Exports;
    return name.endsWith('.json') ? jsonOf(name) : load(name);
  };
  const load = (file: string): Exports => {
    const known = loaded.get(file);
    if (known !== undefined) return known;
    if (shared !== undefined && isShared(file)) return shared(file);
    const imported = (path: string): Exports => {
      const name = path.startsWith('.') ? join(dirname(file), path).replaceAll('\\', '/') : path;
      const own = exportsOf(name);
      return (around[name]?.(own as never) ?? own) as Exports;
    };
    const made = compiled(file, mutant)(imported, performance, ask);
    loaded.set(file, made);
    return made;
  };
  return (file) => load(file) as never;
}
