import { childrenOf, lineOf, type Node, type Parsed, rangeOf } from '../instrument/ast.ts';
import { markSources } from '../instrument/mark-sources.ts';
import { noteInAssembly } from '../instrument/marker.ts';
import type { Text } from '../instrument/rewrite.ts';
import type { Sources } from '../instrument/solc.ts';

/** A statement, or an outcome of a condition, that tests should reach. */
export interface CoveragePoint {
  /** From 1, in the order of files and text. */
  number: number;
  file: string;
  line: number;
  /** `statement`, or the outcome of a condition: `true`, `false`. */
  kind: 'statement' | 'true' | 'false';
  /** The statement or condition, on one line. */
  code: string;
}

type Add = (node: Node, kind: CoveragePoint['kind']) => number;

const LISTS = new Set(['Block', 'UncheckedBlock']);
/** Nodes whose body may be a single statement without braces. */
const LOOPS = new Set(['ForStatement', 'WhileStatement']);

const child = (node: Node, field: string): Node => node[field] as Node;

const branch = (condition: Node, text: Text, add: Add): string =>
  `branch$(${add(condition, 'true')}, ${add(condition, 'false')}, ${text.of(condition)})`;

function ifStatement(node: Node, text: Text, add: Add): string {
  const otherwise = node.falseBody ? ` else ${text.of(child(node, 'falseBody'))}` : '';
  const body = child(node, 'trueBody');
  const test = child(node, 'condition');
  return `if (${branch(test, text, add)}) ${text.of(body)}${otherwise}`;
}

/** In assembly a variable holds the condition, so that both outcomes can be noted before the body runs. */
function ifInAssembly(node: Node, text: Text, add: Add): string {
  const test = child(node, 'condition');
  const kept = `way$${rangeOf(node).from}`;
  const [yes, no] = [add(test, 'true'), add(test, 'false')];
  const notes = `if ${kept} { ${noteInAssembly(yes)} } if iszero(${kept}) { ${noteInAssembly(no)} }`;
  return `let ${kept} := ${text.of(test)} ${notes} if ${kept} ${text.of(child(node, 'body'))}`;
}

/** Marks the statements and branches of one file. */
function pointMarker(add: Add): (node: Node, text: Text) => string | undefined {
  const listed = new WeakSet<Node>();
  const bodies = new WeakSet<Node>();
  const rewritten = (node: Node, text: Text): string | undefined => {
    switch (node.nodeType) {
      case 'IfStatement':
        return ifStatement(node, text, add);
      case 'YulIf':
        return ifInAssembly(node, text, add);
      case 'Conditional': {
        const [yes, no] = [child(node, 'trueExpression'), child(node, 'falseExpression')];
        return `(${branch(child(node, 'condition'), text, add)} ? ${text.of(yes)} : ${text.of(no)})`;
      }
      default:
        return undefined;
    }
  };
  return (node, text) => {
    if (LISTS.has(node.nodeType)) for (const statement of childrenOf(node)) listed.add(statement);
    if (LOOPS.has(node.nodeType) && !LISTS.has(child(node, 'body').nodeType)) bodies.add(child(node, 'body'));
    const mark = LISTS.has(node.nodeType)
      ? ''
      : listed.has(node)
        ? `mark$(${add(node, 'statement')}); `
        : bodies.has(node)
          ? `if (passed$(${add(node, 'statement')})) `
          : '';
    return mark + (rewritten(node, text) ?? text.below(node));
  };
}

/** Sources in which each point notes that it was reached. */
export function markCoveragePoints(
  sources: Sources,
  parsed: readonly Parsed[],
): { sources: Sources; places: CoveragePoint[] } {
  const places: CoveragePoint[] = [];
  const marked = markSources(sources, parsed, (one) =>
    pointMarker((node, kind) => {
      const { from, to } = rangeOf(node);
      const code = one.bytes.subarray(from, to).toString().replace(/\s+/g, ' ');
      const line = lineOf(one.bytes, from);
      places.push({ number: places.length + 1, file: one.file, line, kind, code });
      return places.length;
    }),
  );
  return { sources: marked, places };
}
