import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';
import { type Sources, solc } from './solc.ts';

/** A node of the compiler's syntax tree, for Solidity and Yul: a kind, a position, and the fields of the kind. */
export interface Node {
  nodeType: string;
  /** `offset:length:file`, in bytes. */
  src: string;
  [field: string]: unknown;
}

/** A source file with its tree. A buffer, since offsets of nodes count bytes. */
export interface Parsed {
  file: string;
  bytes: Buffer;
  root: Node;
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'nodeType' in value && 'src' in value;

export const rangeOf = (node: Node): { from: number; to: number } => {
  const [offset = 0, length = 0] = node.src.split(':').map(Number);
  return { from: offset, to: offset + length };
};

/** The children of this node, in the order of the text. */
export function childrenOf(node: Node): Node[] {
  const found = Object.values(node)
    .flat()
    .filter(isNode)
    .filter((child) => !child.src.startsWith('-1'));
  return found.sort((a, b) => rangeOf(a).from - rangeOf(b).from);
}

/** Name of the Solidity type of an expression, `''` for other nodes. */
export const typeOf = (node: Node): string =>
  (node.typeDescriptions as { typeString?: string | null } | undefined)?.typeString ?? '';

/** All contracts and, except for mocks and interfaces, their trees. */
export function parseContracts(): { sources: Sources; parsed: Parsed[] } {
  const files = globSync('contracts/**/*.sol', { cwd: ROOT }).sort();
  const sources: Sources = Object.fromEntries(
    files.map((file) => [file, { content: readFileSync(join(ROOT, file), 'utf8') }]),
  );
  const output = solc(sources, { '*': { '': ['ast'] } });
  const parsed = files
    .filter((file) => !file.startsWith('contracts/mocks/') && !file.startsWith('contracts/interfaces/'))
    .map((file) => ({
      file,
      bytes: Buffer.from(sources[file]?.content ?? ''),
      root: output.sources[file]?.ast as Node,
    }));
  return { sources, parsed };
}

/** Line of a byte offset, from 1. */
export const lineOf = (bytes: Buffer, offset: number): number =>
  bytes.subarray(0, offset).toString().split('\n').length;
