import type { Parsed } from './ast.ts';
import { MARKER_FILE, MARKER_IMPORT, MARKER_SOURCE } from './marker.ts';
import { rewrite, type Visit } from './rewrite.ts';
import type { Sources } from './solc.ts';

/** Nodes that run no code, or none that could read a mark. */
const LEFT_ALONE = new Set([
  'ImportDirective',
  'UsingForDirective',
  'StructDefinition',
  'EventDefinition',
  'ErrorDefinition',
  'UserDefinedValueTypeDefinition',
  'InheritanceSpecifier',
  'ModifierInvocation',
  'ParameterList',
  'StructuredDocumentation',
]);

/** Operators of a type must be pure, so they cannot read a mark. */
const HAS_OPERATORS = /^using \{[^}]*\bas\b/m;

/** A mark is read from the block, so functions with one, and their callers, are no longer pure. */
const asView = (source: string): string =>
  HAS_OPERATORS.test(source) ? source : source.replace(/\bpure\b/g, 'view');

/** The sources with marks where `visitOf` a file puts them, and the functions that marks call. */
export function markSources(
  sources: Sources,
  parsed: readonly Parsed[],
  visitOf: (one: Parsed) => Visit,
): Sources {
  const marked: Sources = { [MARKER_FILE]: { content: MARKER_SOURCE } };
  for (const [file, { content }] of Object.entries(sources)) {
    const one = HAS_OPERATORS.test(content) ? undefined : parsed.find((candidate) => candidate.file === file);
    marked[file] = { content: asView(one ? rewrite(one, marking(visitOf(one))) : content) };
  }
  return marked;
}

const marking =
  (visit: Visit): Visit =>
  (node, text) => {
    if (node.nodeType === 'PragmaDirective') return text.raw(node) + MARKER_IMPORT;
    const alone = LEFT_ALONE.has(node.nodeType) || node.stateVariable === true || node.constant === true;
    return alone ? text.raw(node) : visit(node, text);
  };
