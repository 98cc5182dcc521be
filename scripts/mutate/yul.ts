import { type Node, rangeOf } from '../instrument/ast.ts';
import { CURRENT, MARKER } from '../instrument/marker.ts';
import { Text } from '../instrument/rewrite.ts';
import type { Numbering } from './numbering.ts';

/** Calls that only end the code or discard a value: leaving them out is not a separate mutant. */
const ENDS = new Set(['revert', 'return', 'pop', 'invalid', 'stop']);

const nameOf = (call: Node): string => (call.functionName as Node).name as string;

/** Gives a mutant its number, and returns its switch inside assembly, where no Solidity function can be called. */
type Switch = (node: Node, what: string) => string;

function call(node: Node, text: Text, on: Switch): string | undefined {
  const name = nameOf(node);
  const args = node.arguments as Node[];
  if (name === 'or' || name === 'and') {
    const kept = args.map((arg) => {
      const off = on(arg, `${name} without`);
      const inner = text.of(arg);
      return name === 'or' ? `mul(${inner}, iszero(${off}))` : `or(${inner}, sub(0, ${off}))`;
    });
    return `${name}(${kept.join(', ')})`;
  }
  if (name === 'lt' || name === 'gt') {
    const off = on(node, `${name} or equal`);
    const [left, right] = args.map((arg) => text.of(arg));
    return `or(${name}(${left}, ${right}), and(${off}, eq(${left}, ${right})))`;
  }
  return undefined;
}

function visit(node: Node, text: Text, on: Switch): string | undefined {
  switch (node.nodeType) {
    case 'YulFunctionCall':
      return call(node, text, on);
    case 'YulIf': {
      const [never, always] = ['never', 'always'].map((word) => on(node, `if ${word}`));
      const test = `and(iszero(${never}), or(${always}, iszero(iszero(${text.of(node.condition as Node)}))))`;
      return `if ${test} ${text.of(node.body as Node)}`;
    }
    case 'YulExpressionStatement':
      if (ENDS.has(nameOf(node.expression as Node))) return undefined;
      return `if iszero(${on(node, 'dropped')}) { ${text.below(node)} }`;
    default:
      return undefined;
  }
}

/** Rewrites a block of assembly. Its marks are noted before it, all at once. */
export function assembly(node: Node, text: Text, number: Numbering): string {
  const current = `on$${rangeOf(node).from}`;
  let marks = '';
  const on: Switch = (mutated, what) => {
    const given = number(mutated, what);
    marks += `${MARKER}(${given}); `;
    return `eq(${current}, ${given})`;
  };
  const inside = Text.within(text, (inner, within) => visit(inner, within, on));
  const body = inside.of(node.AST as Node);
  const whole = text.around(node, node.AST as Node, body);
  return marks === '' ? whole : `${marks}uint256 ${current} = ${CURRENT}(); ${whole}`;
}
