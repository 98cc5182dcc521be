import { describe, expect, it } from 'vitest';
import type { ForbiddenName } from '../../scripts/checks/forbidden-names.ts';
import { nameFaults } from '../../scripts/checks/names.ts';

const SOFA: ForbiddenName = { words: ['sofa'], use: 'central system' };

const faultsOf = (files: Record<string, string>, ...rules: ForbiddenName[]): string[] =>
  nameFaults(new Map(Object.entries(files)), rules);

describe('the check of the names', () => {
  it.each([
    ['a file', 'agent/host-sofa.ts', '', 'agent/host-sofa.ts: file "host-sofa"'],
    ['a folder', 'agent/sofa/main.ts', '', 'agent/sofa: folder "sofa"'],
    ['a component', 'page/HostSofa.tsx', '', 'page/HostSofa.tsx: file "HostSofa"'],
    ['a constant', 'a.ts', '\nexport const SOFA_ID = 1;\n', 'a.ts:2: export "SOFA_ID"'],
    ['a function', 'a.ts', 'export async function openSofa() {}\n', 'a.ts:1: export "openSofa"'],
    ['a class', 'a.ts', 'export abstract class AgentSofa {}\n', 'a.ts:1: export "AgentSofa"'],
    ['a type', 'a.ts', 'export type Sofa = string;\n', 'a.ts:1: export "Sofa"'],
    [
      'an export under a new name',
      'a.ts',
      "export { A as sofa2, b } from './b.ts';\n",
      'a.ts:1: export "sofa2"',
    ],
    ['an export by destructuring', 'a.ts', 'export const { sofa } = parts;\n', 'a.ts:1: export "sofa"'],
    ['a contract', 'a.sol', 'contract SofaToken is ERC20 {}\n', 'a.sol:1: export "SofaToken"'],
    [
      'a key of a schema',
      'a.ts',
      'const s = z.strictObject({\n  a: z.int(),\n  sofaPort: port,\n});\n',
      'a.ts:3: key "sofaPort"',
    ],
    [
      'a key inside of another',
      'a.ts',
      'const s = z.object({ a: z.object({ sofa: b }) });\n',
      'a.ts:1: key "sofa"',
    ],
    ['a key in JSON', 'a.json', '{ "sofa": 1 }\n', 'a.json:1: key "sofa"'],
    [
      'the code of a notice',
      'messages/en.json',
      '{\n  "notice.SOFA_BUSY": "…"\n}\n',
      'messages/en.json:2: key "notice.SOFA_BUSY"',
    ],
    [
      'the code of an error',
      'a.ts',
      "throw new PlugpactError({ code: 'sofa.busy' });\n",
      'a.ts:1: code "sofa.busy"',
    ],
    ['a table in SQL', 'server/a.ts', '`CREATE TABLE sofa (id INTEGER)`;\n', 'server/a.ts:1: table "sofa"'],
    [
      'a table of a builder',
      'server/a.ts',
      "schema.createTable('hostSofas2sofa');\n",
      'server/a.ts:1: table "hostSofas2sofa"',
    ],
    [
      'a renamed table',
      'server/a.ts',
      "schema.alterTable('a').renameTo('sofa');\n",
      'server/a.ts:1: table "sofa"',
    ],
  ])('names %s', (_kind, path, text, fault) => {
    expect(faultsOf({ [path]: text }, SOFA)).toEqual([`${fault}: use central system`]);
  });

  it('does not search prose, local names or longer words', () => {
    const text = "/** The sofa. */\nconst sofa = 'sofa';\nexport const sofatop = sofa; // exports the sofa\n";
    expect(faultsOf({ 'a.ts': text, 'a.md': '# The sofa\n', 'sofatop.md': '' }, SOFA)).toEqual([]);
  });

  it('looks for several words only where they follow each other', () => {
    const rule = { words: ['own gas'], use: 'direct sender' };
    const text = 'export const ownGasLimit = 1;\nexport const gasOfOwn = 1;\n';
    expect(faultsOf({ 'a.ts': text }, rule)).toEqual(['a.ts:1: export "ownGasLimit": use direct sender']);
  });

  it('keeps a rule to whole names, to kinds and to folders', () => {
    const files = { 'a/publish/due.ts': 'export const due = 1;\nexport const isDue = 2;\n', 'b/due.ts': '' };
    expect(faultsOf(files, { words: ['due'], isWhole: true, in: ['a'], use: 'next action' })).toEqual([
      'a/publish/due.ts: file "due": use next action',
      'a/publish/due.ts:1: export "due": use next action',
    ]);
    expect(faultsOf(files, { words: ['publish'], kinds: ['file'], use: 'settlement' })).toEqual([]);
  });

  it('leaves out a table that a later migration renames or drops', () => {
    const files = {
      'server/1.ts': "schema.createTable('sofa'); schema.createTable('sofa_log');\n",
      'server/2.ts': "schema.alterTable('sofa').renameTo('people'); schema.dropTable('sofa_log');\n",
    };
    expect(faultsOf(files, SOFA)).toEqual([]);
  });

  it('accepts an exception, and names one that excuses nothing', () => {
    const rule = (except: ForbiddenName['except']) => ({ ...SOFA, except: except ?? [] });
    const files = { 'a/sofa.ts': 'export const sofa = 1;\n' };
    expect(faultsOf(files, rule([{ in: 'a', why: '…' }]))).toEqual([]);
    expect(faultsOf(files, rule([{ in: 'a/sofa.ts', names: ['sofa'], why: '…' }]))).toEqual([]);
    expect(
      faultsOf(
        files,
        rule([
          { in: 'a', why: '…' },
          { in: 'b', why: '…' },
        ]),
      ),
    ).toEqual(['scripts/checks/forbidden-names.ts: the exception in b excuses nothing']);
  });

  it('names files that share a name with too many others', () => {
    const same = Object.fromEntries(['a', 'b', 'c', 'd'].map((room) => [`${room}/ledger.ts`, '']));
    const inEachRoom = Object.fromEntries(['a', 'b', 'c', 'd'].map((room) => [`${room}/routes.ts`, '']));
    expect(faultsOf({ ...same, ...inEachRoom })).toEqual([
      '4 files are called ledger.ts: a/ledger.ts, b/ledger.ts, c/ledger.ts, d/ledger.ts',
    ]);
  });
});
