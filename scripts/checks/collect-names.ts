import { posix } from 'node:path';

export type NameKind = 'file' | 'folder' | 'export' | 'table' | 'key' | 'code';

/** A name that readers meet outside of the code that it belongs to. */
export interface FoundName {
  kind: NameKind;
  name: string;
  /** Path from the root of the repository, with `/`. */
  path: string;
  /** Of its first mention, from 1; 0 for files and folders. */
  line: number;
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

type InText = Omit<FoundName, 'path'>;

const found = (text: string, kind: NameKind, pattern: RegExp): InText[] =>
  [...text.matchAll(pattern)].map((match) => ({ kind, name: match[1] ?? '', line: lineAt(text, match.index) }));

const DECLARED =
  /^export (?:default )?(?:declare )?(?:async )?(?:abstract )?(?:const|let|function\*?|class|interface|type) ([\w$]+)/gm;
const LISTED = /^export (?:type )?(?:const )?\{([^}]*)\}/gm;

/** Names in `export { a, type B as C }` and `export const { d }`. */
function listedExports(text: string): InText[] {
  return [...text.matchAll(LISTED)].flatMap((match) =>
    (match[1] ?? '').split(',').flatMap((entry): InText[] => {
      const name = /([\w$]+)\s*$/.exec(entry)?.[1];
      return name === undefined ? [] : [{ kind: 'export', name, line: lineAt(text, match.index) }];
    }),
  );
}

/** The text of each zod object's shape, from its opening brace to the one that closes it. */
function shapesOf(text: string): { shape: string; from: number }[] {
  return [...text.matchAll(/z\.(?:object|strictObject|looseObject)\(\{/g)].map((match) => {
    const from = match.index + match[0].length;
    let depth = 1;
    let to = from;
    for (; to < text.length && depth > 0; to++) depth += text[to] === '{' ? 1 : text[to] === '}' ? -1 : 0;
    return { shape: text.slice(from, to), from };
  });
}

/** Keys of what is read from files, requests and messages: they are declared as zod objects. */
const schemaKeys = (text: string): InText[] =>
  shapesOf(text).flatMap(({ shape, from }) =>
    [...shape.matchAll(/(?:^|[{,])\s*['"]?([\w-]+)['"]?\s*:/gm)].map((match) => ({
      kind: 'key' as const,
      name: match[1] ?? '',
      line: lineAt(text, from + match.index + match[0].length),
    })),
  );

const CREATED = /CREATE TABLE (?:IF NOT EXISTS )?(\w+)|\.createTable\('(\w+)'\)/gi;
const RENAMED = /ALTER TABLE (\w+)\s+RENAME TO (\w+)|\.alterTable\('(\w+)'\)\s*\.renameTo\('(\w+)'\)/gi;
const DROPPED = /DROP TABLE (?:IF EXISTS )?(\w+)|\.dropTable\('(\w+)'\)/gi;

/** The tables that are left when a file's statements have run: a migration may name what it renames or drops. */
function tablesOf(text: string): InText[] {
  const gone = new Set<string | undefined>();
  for (const match of text.matchAll(RENAMED)) gone.add(match[1] ?? match[3]);
  for (const match of text.matchAll(DROPPED)) gone.add(match[1] ?? match[2]);
  const made = [...text.matchAll(CREATED)].map((match) => ({ name: match[1] ?? match[2] ?? '', match }));
  const renamed = [...text.matchAll(RENAMED)].map((match) => ({ name: match[2] ?? match[4] ?? '', match }));
  return [...made.filter(({ name }) => !gone.has(name)), ...renamed].map(({ name, match }) => ({
    kind: 'table',
    name,
    line: lineAt(text, match.index),
  }));
}

const inTypeScript = (text: string): InText[] => [
  ...found(text, 'export', DECLARED),
  ...listedExports(text),
  ...schemaKeys(text),
  ...tablesOf(text),
  ...found(text, 'code', /\bcode: '([\w.]+)'/g),
];

const inSolidity = (text: string): InText[] =>
  found(text, 'export', /^(?:abstract )?(?:contract|library|interface|struct|enum) (\w+)/gm);

const inJson = (text: string): InText[] => found(text, 'key', /"([\w.-]+)"\s*:/g);

function inText(path: string, text: string): InText[] {
  if (/\.(?:tsx?|mjs)$/.test(path)) return inTypeScript(text);
  if (path.endsWith('.sol')) return inSolidity(text);
  return path.endsWith('.json') ? inJson(text) : [];
}

/** Each folder of these paths once, and each file, without their endings. */
function inPaths(paths: readonly string[]): FoundName[] {
  const folders = new Set(paths.flatMap((path) => ancestorsOf(path)));
  const named = (kind: NameKind) => (path: string) => ({
    kind,
    name: posix.basename(path).replace(/(?<=.)\..*$/, ''),
    path,
    line: 0,
  });
  return [...[...folders].map(named('folder')), ...paths.map(named('file'))];
}

function ancestorsOf(path: string): string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? [] : [...ancestorsOf(folder), folder];
}

/** All names in these files, and those of the files and folders themselves. */
export const collectNames = (files: ReadonlyMap<string, string>): FoundName[] => [
  ...inPaths([...files.keys()]),
  ...[...files].flatMap(([path, text]) => inText(path, text).map((name) => ({ ...name, path }))),
];
