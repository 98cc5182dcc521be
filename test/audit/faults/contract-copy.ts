import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Abi, Hex } from 'viem';
import { type Sources, solc } from '../../../scripts/instrument/solc.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { compileOnce, jobKey } from '../../../scripts/lib/solc-cache.ts';
import { UserCache, userCacheDir } from '../../../scripts/lib/user-cache.ts';

/** One text of a contract's source, and what stands there in the copy; `FAULT` is true while the fault is on. */
export interface Patch {
  /** File under `contracts/`, without its ending. */
  file: string;
  from: string;
  to: string;
}

/** A contract of the copy, with the code that creates it. */
export interface CopiedContract {
  abi: Abi;
  bytecode: Hex;
}

export type ContractCopy = Record<'PlugpactExtension' | 'PlugpactMarket', CopiedContract>;

/** Block gas limit under which no fault is on; fault n is on under this plus n. */
export const HONEST_GAS_LIMIT = 60_000_000;

const MARK = 'contracts/Fault.sol';
const MARK_SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

function fault$(uint256 number) view returns (bool) {
    return block.gaslimit == ${HONEST_GAS_LIMIT} + number;
}
`;

/** A place in a text, and what stands there in the copy. */
interface Edit {
  at: number;
  from: string;
  to: string;
}

/** Where a patch applies: exactly one place in the honest text. */
function editOf(path: string, honest: string, { from, to }: Patch, number: number): Edit {
  const at = honest.indexOf(from);
  if (at < 0 || honest.indexOf(from, at + 1) >= 0) throw new Error(`${path} must hold once: ${from}`);
  return { at, from, to: to.replaceAll('FAULT', `fault$(${number})`) };
}

/** The text with all edits, of which no two may touch. */
function edited(path: string, honest: string, edits: readonly Edit[]): string {
  let [text, end] = ['', 0];
  for (const { at, from, to } of edits.toSorted((a, b) => a.at - b.at)) {
    if (at < end) throw new Error(`Two faults of ${path} change the same text: ${from}`);
    text += honest.slice(end, at) + to;
    end = at + from.length;
  }
  const import$ = `pragma solidity 0.8.37;\n\nimport {fault$} from "${MARK}";`;
  return (text + honest.slice(end)).replace('pragma solidity 0.8.37;', import$);
}

/** The sources with all faults, each behind its number: one compilation serves all. */
function patchedSources(faults: readonly (readonly Patch[])[]): Sources {
  const edits = new Map<string, Edit[]>();
  const texts = honestSources();
  for (const [index, patches] of faults.entries()) {
    for (const patch of patches) {
      const path = `contracts/${patch.file}.sol`;
      const one = editOf(path, texts.get(path) ?? '', patch, index + 1);
      edits.set(path, [...(edits.get(path) ?? []), one]);
    }
  }
  for (const [path, all] of edits) texts.set(path, edited(path, texts.get(path) ?? '', all));
  texts.set(MARK, MARK_SOURCE);
  return Object.fromEntries([...texts].map(([path, content]) => [path, { content }]));
}

function honestSources(): Map<string, string> {
  const files = globSync('contracts/**/*.sol', { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
  const ours = files.filter((file) => !file.includes('/mocks/'));
  return new Map(ours.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
}

const WANTED = ['abi', 'evm.bytecode.object'];
const SELECTION = {
  'contracts/PlugpactMarket.sol': { PlugpactMarket: WANTED },
  'contracts/PlugpactExtension.sol': { PlugpactExtension: WANTED },
};

/** Compiles the copy, or takes what was compiled of the same sources before. */
export async function contractCopy(faults: readonly (readonly Patch[])[]): Promise<ContractCopy> {
  const sources = patchedSources(faults);
  const cache = new UserCache({ folder: join(userCacheDir(), 'solc'), say: console.error });
  const key = jobKey('copies for the audit', { sources, SELECTION } as never);
  const { output } = await compileOnce(cache, key, async () => compiled(sources) as never);
  return output as unknown as ContractCopy;
}

/** Without the optimizer, which takes longer than all the rest. */
function compiled(sources: Sources): ContractCopy {
  const { contracts } = solc(sources, SELECTION, { enabled: false });
  const of = (name: keyof ContractCopy): CopiedContract => {
    const contract = contracts?.[`contracts/${name}.sol`]?.[name];
    if (contract === undefined) throw new Error(`The compiler gave no ${name}.`);
    return { abi: contract.abi as Abi, bytecode: `0x${contract.evm.bytecode.object}` };
  };
  return { PlugpactExtension: of('PlugpactExtension'), PlugpactMarket: of('PlugpactMarket') };
}
