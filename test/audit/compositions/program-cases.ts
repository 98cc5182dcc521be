import { vi } from 'vitest';
import type * as own from '../../../audit/program.ts';
import { mutatedAudit } from '../rules/mutated-audit.ts';
import { type ComposedCase, inFile } from './describe-compositions.ts';

const inProgram = inFile('program.ts');

/** What a program is made of. */
interface Made {
  node: string;
  files: readonly string[];
  content: string;
  manifest: { version: string; dependencies: object };
  abi: readonly string[];
}

const BEFORE: Made = {
  node: 'v24.0.0',
  files: ['b.ts', 'a.json'],
  content: 'text',
  manifest: { version: '1.0.0', dependencies: { viem: '2.0.0' } },
  abi: ['an event'],
};

/** Changes of a program; the last two are none. */
const CHANGES: Readonly<Record<string, Partial<Made>>> = {
  'another Node': { node: 'v24.0.1' },
  'a file more': { files: [...BEFORE.files, 'c.mjs'] },
  'a file of another name': { files: ['c.ts', 'a.json'] },
  'another content': { content: 'other text' },
  'another version': { manifest: { ...BEFORE.manifest, version: '1.0.1' } },
  'another package': { manifest: { ...BEFORE.manifest, dependencies: { viem: '2.0.1' } } },
  'another ABI': { abi: ['another event'] },
  'another order of files': { files: BEFORE.files.toReversed() },
  'a file beside the code': { files: [...BEFORE.files, 'notes.md'] },
};

let made = BEFORE;

const around = {
  'node:fs': () => ({ readdirSync: () => [...made.files], readFileSync: () => made.content }),
  '../package.json': () => ({
    get version() {
      return made.manifest.version;
    },
    get dependencies() {
      return made.manifest.dependencies;
    },
  }),
  'rules/abi.ts': () => ({ MARKET_ABI: { toJSON: () => made.abi } }),
};

function digestOf({ programDigest }: typeof own, change: Partial<Made>): string {
  made = { ...BEFORE, ...change };
  vi.stubGlobal('process', { version: made.node });
  try {
    return programDigest();
  } finally {
    vi.unstubAllGlobals();
  }
}

/** What makes a program another one, so that it does not go on from what the first one left. */
export const PROGRAM_CASES: readonly ComposedCase[] = [
  {
    what: 'a program that was changed',
    says: Object.keys(CHANGES).slice(0, -2),
    misses: [
      inProgram('[process.version, version,', '[version,'),
      inProgram('[process.version, version,', '[process.version,'),
      inProgram('dependencies, MARKET_ABI]', 'MARKET_ABI]'),
      inProgram('dependencies, MARKET_ABI]', 'dependencies]'),
      inProgram('hash.update(`', "hash.update('a name' || `"),
      inProgram('.update(readFileSync(join(import.meta.dirname, file)))'),
      inProgram('.filter((name) => CODE.test(name))'),
      inProgram('.sort()'),
    ],
    loader: (mutant) => mutatedAudit(mutant, { fetch, around }),
    run: (load) => {
      const program = load<typeof own>('program.ts');
      const before = digestOf(program, {});
      const changed = Object.entries(CHANGES).filter(([, change]) => digestOf(program, change) !== before);
      return changed.map(([what]) => what);
    },
  },
];
