import { describe, expect, it } from 'vitest';
import { floorFaults } from '../../scripts/checks/floors.ts';
import type { Part } from '../../scripts/checks/rooms.ts';

const PARTS: readonly Part[] = [
  { name: 'shared', folder: 'shared', mayImport: [], rooms: ['words.ts'] },
  {
    name: 'program',
    folder: 'program',
    mayImport: ['shared'],
    rooms: ['config', ['drivers', 'session'], 'main.ts'],
  },
  { name: 'page', folder: 'program/page', mayImport: ['shared'], rooms: ['main.tsx'] },
];

/** Holds every listed room; each import goes down. */
const SOUND = {
  'shared/words.ts': 'export const A = 1;\n',
  'program/config/config.ts': "import { A } from '../../shared/words.ts';\nexport type Config = typeof A;\n",
  'program/config/read.ts': "export type { Config } from './config.ts';\n",
  'program/drivers/driver.ts':
    "import { readFileSync } from 'node:fs';\nimport type { Config } from '../config/read.ts';\n",
  'program/session/state.ts': '',
  'program/main.ts': "const { A } = await import('./drivers/driver.ts');\n",
  'program/page/main.tsx': "import { A } from '../../shared/words.ts';\n",
};

/** What the check says when these files are added to the sound ones, or written over them. */
const faultsWith = (planted: Record<string, string>): string[] =>
  floorFaults(new Map(Object.entries({ ...SOUND, ...planted })), PARTS);

describe('the check of the floors', () => {
  it('has nothing to say when every import goes down', () => {
    expect(faultsWith({})).toEqual([]);
  });

  it.each([
    ['a value', "import { Driver } from '../drivers/driver.ts';"],
    ['a type', "import type { Driver } from '../drivers/driver.ts';"],
    ['a re-export', "export * from '../drivers/driver.ts';"],
    ['a side effect', "import '../drivers/driver.ts';"],
    ['a dynamic import', "  return await import('../drivers/driver.ts');"],
    ['a type by import()', "type Driver = import('../drivers/driver.ts').Driver;"],
    ['several lines', "import {\n  type A,\n  B,\n} from '../drivers/driver.ts';"],
  ])('names an import that goes up: %s', (_how, statement) => {
    const line = 2 + statement.split('\n').length - 1;
    expect(faultsWith({ 'program/config/other.ts': `// 'A' from above\n${statement}\n` })).toEqual([
      `program/config/other.ts:${line} → program/drivers/driver.ts: room drivers is above room config`,
    ]);
  });

  it('names an import between rooms of one floor', () => {
    expect(faultsWith({ 'program/session/state.ts': "import { B } from '../drivers/driver.ts';\n" })).toEqual(
      ['program/session/state.ts:1 → program/drivers/driver.ts: room drivers is beside room session'],
    );
  });

  it('names an import of another part that the list does not allow', () => {
    expect(
      faultsWith({ 'shared/words.ts': "import type { C } from '../program/config/config.ts';\n" }),
    ).toContain('shared/words.ts:1 → program/config/config.ts: shared must not import program');
    expect(faultsWith({ 'program/page/main.tsx': "import { A } from '../config/read.ts';\n" })).toEqual([
      'program/page/main.tsx:1 → program/config/read.ts: page must not import program',
    ]);
    expect(faultsWith({ 'program/main.ts': "import { page } from './page/main.tsx';\n" })).toEqual([
      'program/main.ts:1 → program/page/main.tsx: program must not import page',
    ]);
  });

  it('names an import that leaves all parts', () => {
    expect(faultsWith({ 'program/main.ts': "import { help } from '../test/support/help.ts';\n" })).toEqual([
      'program/main.ts:1 → test/support/help.ts: program imports a file outside of all parts',
    ]);
  });

  it('names a circle of files inside a room once, by its path', () => {
    const planted = {
      'program/drivers/driver.ts': "import { b } from './b.ts';\n",
      'program/drivers/b.ts': "import type { C } from './c.ts';\n",
      'program/drivers/c.ts': "import { driver } from './driver.ts';\n",
    };
    const [driver, b, c] = Object.keys(planted);
    expect(faultsWith(planted)).toEqual([`circle of files: ${driver} → ${b} → ${c} → ${driver}`]);
  });

  it('names a file in a room that is not listed, imported or not', () => {
    expect(faultsWith({ 'program/attic/box.ts': "import { A } from '../main.ts';\n" })).toEqual([
      'program/attic/box.ts: in no room of program (scripts/checks/rooms.ts)',
    ]);
    expect(
      faultsWith({ 'program/main.ts': "import flags from './flags.json' with { type: 'json' };\n" }),
    ).toEqual(['program/flags.json: in no room of program (scripts/checks/rooms.ts)']);
  });

  it('names a listed room that has no file', () => {
    const { 'program/session/state.ts': _gone, ...rest } = SOUND;
    expect(floorFaults(new Map(Object.entries(rest)), PARTS)).toEqual([
      'room session of program has no file (scripts/checks/rooms.ts)',
    ]);
  });
});
