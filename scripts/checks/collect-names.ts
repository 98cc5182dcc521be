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
  [...text.matchAll(pattern)].map((match) => ({
    kind,
    name: match[1] ?? '',
    line: lineAt(text, match.index),
  }));

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

const STATEMENTS = [
  /CREATE TABLE (?:IF NOT EXISTS )?(?<made>\w+)|\.createTable\('(?<built>\w+)'\)/gi,
  /ALTER TABLE (?<from>\w+)\s+RENAME TO (?<to>\w+)/gi,
  /\.alterTable\('(?<from>\w+)'\)\s*\.renameTo\('(?<to>\w+)'\)/gi,
  /DROP TABLE (?:IF EXISTS )?(?<dropped>\w+)|\.dropTable\('(?<removed>\w+)'\)/gi,
];

/** The tables that are left when the statements of these files have run in this order, as migrations do. */
function tablesIn(files: readonly (readonly [path: string, text: string])[]): FoundName[] {
  const tables = new Map<string, FoundName>();
  for (const [path, text] of files) {
    const statements = STATEMENTS.flatMap((pattern) => [...text.matchAll(pattern)]);
    for (const { index, groups = {} } of statements.toSorted((a, b) => a.index - b.index)) {
      const { made, built, from, to, dropped, removed } = groups;
      const gone = from ?? dropped ?? removed;
      if (gone !== undefined) tables.delete(gone);
      const name = made ?? built ?? to;
      if (name !== undefined) tables.set(name, { kind: 'table', name, path, line: lineAt(text, index) });
    }
  }
  return [...tables.values()];
}

const inTypeScript = (text: string): InText[] => [
  ...found(text, 'export', DECLARED),
  ...listedExports(text),
  ...schemaKeys(text),
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

/** A name counts once for each file and kind. */
function firstMentions(names: readonly InText[]): InText[] {
  return [...Map.groupBy(names, ({ kind, name }) => `${kind} ${name}`).values()].map(([first]) => first!);
}

/** Programs that each have a database. */
const WITH_TABLES = ['meter-agent/', 'server/'];

/** All names in these files, and those of the files and folders themselves. */
export function collectNames(files: ReadonlyMap<string, string>): FoundName[] {
  const entries = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...inPaths(entries.map(([path]) => path)),
    ...WITH_TABLES.flatMap((program) => tablesIn(entries.filter(([path]) => path.startsWith(program)))),
    ...entries.flatMap(([path, text]) =>
      firstMentions(inText(path, text)).map((name) => ({ ...name, path })),
    ),
  ];
}
