import type { Node } from '../instrument/ast.ts';

/** Gives a mutant of this node its number; `refusal` is the error that the mutant never throws. */
export type Numbering = (node: Node, what: string, refusal?: string) => number;
