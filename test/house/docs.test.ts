import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NOTICES } from '../../protocol/notices.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { anchorsOf, entriesOf, filesBelow, linksOf, proseLines, tableCells, textOf } from './markdown.ts';

/** Beyond this a table cannot be read in a terminal or an editor. */
const CELL_MAX = 100;

const PAGES = filesBelow('').filter((path) => path.endsWith('.md'));
const DECISIONS = 'docs/decisions';

/** Why a link leads nowhere, or undefined. */
function brokenLink(page: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(ROOT, file))) return 'no such file';
  const isPage = anchor !== undefined && file.endsWith('.md');
  return isPage && !anchorsOf(textOf(file)).has(anchor) ? 'no such heading' : undefined;
}

const longCells = (markdown: string) => tableCells(markdown).filter(({ cell }) => cell.length > CELL_MAX);

describe('the documentation', () => {
  it('has pages at the root, in docs and in decisions', () => {
    expect(PAGES).toEqual(expect.arrayContaining(['README.md', 'docs/flow.md', `${DECISIONS}/README.md`]));
  });

  it('has no relative link that leads to no file, or to no heading of its page', () => {
    const broken = PAGES.flatMap((page) =>
      linksOf(textOf(page)).flatMap(({ number, target }) => {
        const reason = brokenLink(page, target);
        return reason === undefined ? [] : [`${page}:${number} ${target}: ${reason}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  it('has no table cell of more than 100 characters', () => {
    const long = PAGES.flatMap((page) =>
      longCells(textOf(page)).map(({ number, cell }) => `${page}:${number} ${cell}`),
    );
    expect(long).toEqual([]);
  });

  it('names no npm script that does not exist', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const named = PAGES.flatMap((page) => [...textOf(page).matchAll(/\bnpm run ([\w:]+)/g)]);
    expect(named.length).toBeGreaterThan(20);
    expect(named.map(([, name = '']) => name).filter((name) => !(name in scripts))).toEqual([]);
  });
});

it("the homeowner's guide has a row for each notice, with whom it is for", () => {
  const rows = [...textOf('docs/agent.md').matchAll(/^\| ([A-Z][A-Z_]+) +\| (driver|host|both) +\|/gm)];
  const named = Object.fromEntries(rows.map(([, code = '', to]) => [code, to]));
  expect(named).toEqual(Object.fromEntries(Object.entries(NOTICES).map(([code, { to }]) => [code, to])));
});

it('the guide to the tests names each file that only test:deep runs, or runs in full', () => {
  const own = 'test/house/docs.test.ts';
  const deep = filesBelow('test').filter(
    (file) =>
      file.endsWith('.deep.test.ts') ||
      (/\.ts$/.test(file) && file !== own && /\benv\.PLUGPACT_DEEP\b/.test(textOf(file))),
  );
  const linked = new Set(linksOf(textOf('docs/testing.md')).map(({ target }) => target));
  expect(deep.length).toBeGreaterThan(15);
  expect(deep.filter((file) => !linked.has(`../${file}`))).toEqual([]);
});

describe('the checks of the documentation', () => {
  it('see a broken link, a missing heading and a long cell', () => {
    expect(brokenLink('docs/flow.md', 'nowhere.md')).toBe('no such file');
    expect(brokenLink('docs/flow.md', '../README.md#no-such-heading')).toBe('no such heading');
    expect(brokenLink('docs/flow.md', '../README.md#the-tree')).toBeUndefined();
    expect(longCells(`| a | ${'b'.repeat(101)} |\n| - | - |`)).toHaveLength(1);
    expect(longCells(`| ${'a'.repeat(60)} \\| b | \`c | d\` |`)).toEqual([]);
    expect(tableCells('| `a | b` | c |').map(({ cell }) => cell)).toEqual(['`a | b`', 'c']);
  });

  it('leave code blocks alone', () => {
    expect(proseLines('a\n```md\n| [b](c) |\n```\nd').map(({ text }) => text)).toEqual(['a', 'd']);
    const links = linksOf('see `[a](b)`, [`c`](d.md), [`e`](f.md) and [g](h.md)');
    expect(links.map(({ target }) => target)).toEqual(['d.md', 'f.md', 'h.md']);
  });
});

describe('the decisions', () => {
  const index = textOf(`${DECISIONS}/README.md`);
  const pages = entriesOf(DECISIONS).files.filter((file) => file !== 'README.md');

  it('are all in the index, once, by number and file', () => {
    const listed = [...index.matchAll(/^- \[(\d+)\]\((\d{4}-[a-z0-9-]+\.md)\): \S/gm)];
    expect(listed.map(([, , file]) => file).sort()).toEqual(pages);
    for (const [, number, file = ''] of listed) expect(Number(file.slice(0, 4))).toBe(Number(number));
  });

  it('leave no number out without a line that says why', () => {
    const used = new Set(pages.map((file) => Number(file.slice(0, 4))));
    const gaps = Array.from({ length: Math.max(...used) }, (_, at) => at + 1).filter((n) => !used.has(n));
    for (const gap of gaps) expect(index).toMatch(new RegExp(`^- ${gap} was never used`, 'm'));
  });

  it('begin their titles with their numbers', () => {
    const untitled = pages.filter(
      (page) => !textOf(`${DECISIONS}/${page}`).startsWith(`# ${Number(page.slice(0, 4))}. `),
    );
    expect(untitled).toEqual([]);
  });
});

it('the newest version in the changelog is the one of package.json', () => {
  const { version } = JSON.parse(textOf('package.json')) as { version: string };
  const released = [...textOf('CHANGELOG.md').matchAll(/^## (\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}$/gm)];
  expect(released[0]?.[1]).toBe(version);
  expect(JSON.parse(textOf('package-lock.json'))).toMatchObject({ version, packages: { '': { version } } });
});
