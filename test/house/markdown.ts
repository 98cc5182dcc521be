import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/lib/paths.ts';

/** What `.gitignore` names as folders, and git's own: nothing in them is part of the repository. */
const IGNORED = new Set([
  '.git',
  ...readFileSync(join(ROOT, '.gitignore'), 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('/'))
    .map((line) => line.slice(0, -1)),
]);

/** Files and folders of a folder of the repository (`''` is the root), in order. */
export function entriesOf(folder: string): { folders: string[]; files: string[] } {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  const named = (wanted: boolean) =>
    entries
      .filter((entry) => entry.isDirectory() === wanted && !IGNORED.has(entry.name))
      .map(({ name }) => name)
      .sort();
  return { folders: named(true), files: named(false) };
}

/** All files below a folder, as paths from the root. A folder without any is not part of the repository. */
export function filesBelow(folder: string): string[] {
  const { folders, files } = entriesOf(folder);
  const path = (name: string) => (folder === '' ? name : `${folder}/${name}`);
  return [...files.map(path), ...folders.flatMap((name) => filesBelow(path(name)))];
}

export const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** A line of a Markdown text that is not inside a code block. */
interface Line {
  number: number;
  text: string;
}

export function proseLines(markdown: string): Line[] {
  let fence: string | undefined;
  return markdown.split('\n').flatMap((text, index) => {
    const mark = /^\s*(```|~~~)/.exec(text)?.[1];
    if (mark !== undefined && (fence === undefined || fence === mark)) {
      fence = fence === undefined ? mark : undefined;
      return [];
    }
    return fence === undefined ? [{ number: index + 1, text }] : [];
  });
}

/** The cells of all tables. A bar that is escaped, or inside code, does not end a cell. */
export const tableCells = (markdown: string): (Line & { cell: string })[] =>
  proseLines(markdown)
    .filter(({ text }) => text.trim().startsWith('|'))
    .flatMap((line) => cellsOf(line.text).map((cell) => ({ ...line, cell })));

function cellsOf(row: string): string[] {
  const inner = row.trim().replace(/^\|/, '').replace(/\|$/, '');
  const parts = inner.match(/(?:\\.|`[^`]*`|[^|])+/g) ?? [];
  return parts.map((part) => part.trim());
}

/** Targets of all links and pictures. */
export const linksOf = (markdown: string): (Line & { target: string })[] =>
  proseLines(markdown).flatMap((line) =>
    [...line.text.replaceAll(/`[^`]*`/g, 'code').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({
      ...line,
      target,
    })),
  );

/** The anchors of a text's headings, as GitHub makes them. */
export const anchorsOf = (markdown: string): Set<string> =>
  new Set(
    proseLines(markdown)
      .map(({ text }) => /^#{1,6} (.+)$/.exec(text)?.[1])
      .filter((heading) => heading !== undefined)
      .map((heading) =>
        heading
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
          .trim()
          .replaceAll(/\s/g, '-'),
      ),
  );
