import { lineOf, type Node, type Parsed, rangeOf } from '../instrument/ast.ts';
import { markSources } from '../instrument/mark-sources.ts';
import type { Sources } from '../instrument/solc.ts';
import type { Numbering } from './numbering.ts';
import { mutant } from './operators.ts';

/** One fault in the contracts. */
export interface Mutant {
  /** From 1, in the order of files and text. */
  number: number;
  file: string;
  line: number;
  /** The function around it, `''` outside of any. */
  within: string;
  /** What the mutant changes: `guard never`, `< to <=`, `dropped` … */
  what: string;
  /** The expression or statement, on one line. */
  code: string;
  /** For a guard, the error that the mutant never throws. */
  refusal?: string;
  /** All of that without the line, so that a list of mutants stays valid after changes elsewhere in the file. */
  key: string;
}

const FUNCTIONS = new Set(['FunctionDefinition', 'ModifierDefinition']);

/** Ranges of a file's functions, to find the one around a position. */
function functionsOf(root: Node): { name: string; from: number; to: number }[] {
  const contracts = (root.nodes as Node[]).filter(({ nodeType }) => nodeType === 'ContractDefinition');
  const all = [...(root.nodes as Node[]), ...contracts.flatMap((contract) => contract.nodes as Node[])];
  return all
    .filter(({ nodeType }) => FUNCTIONS.has(nodeType))
    .map((node) => ({ name: String(node.name || node.kind), ...rangeOf(node) }));
}

/** Sources in which each mutant can be switched on from outside: one compilation serves all. */
export function mutate(sources: Sources, parsed: readonly Parsed[]): { sources: Sources; mutants: Mutant[] } {
  const mutants: Mutant[] = [];
  const seen = new Map<string, number>();
  const marked = markSources(sources, parsed, (one) => {
    const functions = functionsOf(one.root);
    const number: Numbering = (node, what, refusal) => {
      const { from, to } = rangeOf(node);
      const within = functions.find((candidate) => candidate.from <= from && to <= candidate.to)?.name ?? '';
      const code = one.bytes.subarray(from, to).toString().replace(/\s+/g, ' ');
      const line = lineOf(one.bytes, from);
      const key = `${one.file} ${within}: ${what}: ${code}`;
      const nth = (seen.get(key) ?? 0) + 1;
      seen.set(key, nth);
      const unique = nth === 1 ? key : `${key} #${nth}`;
      mutants.push({
        number: mutants.length + 1,
        file: one.file,
        line,
        within,
        what,
        code,
        key: unique,
        ...(refusal && { refusal }),
      });
      return mutants.length;
    };
    return (node, text) => mutant(node, text, number);
  });
  return { sources: marked, mutants };
}
