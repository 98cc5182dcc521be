import { describe, expect, it } from 'vitest';
import { PARTS } from '../../scripts/checks/rooms.ts';
import { entriesOf, filesBelow, textOf } from './markdown.ts';

/**
 * The folders in README's tree, as paths. A line names one folder or several (`stages/ types/`), then what they are
 * for; two blanks more are one level further down.
 */
function foldersOfTree(markdown: string): string[] {
  const tree = /^## The tree\n[\s\S]*?```\n([\s\S]*?)```/m.exec(markdown)?.[1] ?? '';
  const parents: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', names = ''] = /^( *)((?:[\w.-]+\/ ?)+)/.exec(line) ?? [];
    const depth = indent.length / 2;
    const paths = names
      .trim()
      .split(/ +/)
      .filter(Boolean)
      .map((name) => [...parents.slice(0, depth), name.slice(0, -1)].join('/'));
    if (paths.length > 0) parents[depth] = names.trim().split('/')[0] ?? '';
    return paths;
  });
}

/** Folders of the repository, to the depth that README shows: the top level and the rooms in it. */
function foldersOfRepository(): string[] {
  const top = entriesOf('').folders;
  const rooms = top.flatMap((folder) => entriesOf(folder).folders.map((room) => `${folder}/${room}`));
  return [...top, ...rooms].filter((folder) => filesBelow(folder).length > 0);
}

describe("README's tree", () => {
  it('names each folder at the top and each room, and none that does not exist', () => {
    expect(foldersOfTree(textOf('README.md')).sort()).toEqual(foldersOfRepository().sort());
  });

  it("lists the agent's rooms in the order of their floors", () => {
    const agent = PARTS.find(({ folder }) => folder === 'meter-agent');
    const rooms = new Set(entriesOf('meter-agent').folders);
    const inOrder = agent?.rooms.flat().filter((room) => rooms.has(room)) ?? [];
    const listed = foldersOfTree(textOf('README.md')).filter((path) => path.startsWith('meter-agent/'));
    expect(listed).toEqual(inOrder.map((room) => `meter-agent/${room}`));
  });

  it('is read by indentation', () => {
    const tree = '## The tree\n\n```\na/    first\n  b/ c/  second\nd/  third\n  e/\n```\n';
    expect(foldersOfTree(tree)).toEqual(['a', 'a/b', 'a/c', 'd', 'd/e']);
    expect(foldersOfTree('no tree')).toEqual([]);
  });
});
