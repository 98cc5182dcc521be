import { type Node, typeOf } from '../instrument/ast.ts';
import { MARKER } from '../instrument/marker.ts';
import type { Text } from '../instrument/rewrite.ts';
import type { Numbering } from './numbering.ts';
import { assembly } from './yul.ts';

/** Comparisons, the mutant of each, and the marker's function for both. */
const COMPARISONS: Record<string, { other: string; by: string }> = {
  '<': { other: '<=', by: 'below$' },
  '<=': { other: '<', by: 'upTo$' },
  '>': { other: '>=', by: 'above$' },
  '>=': { other: '>', by: 'from$' },
};

/** The neutral operand of a type, which makes the result equal to the other operand; undefined if there is none. */
type Neutral = (type: string) => string;
const zero: Neutral = (type) => `${type}(0)`;
const one: Neutral = (type) => `${type}(1)`;
const ones: Neutral = (type) => `~${type}(0)`;
const NEUTRAL: Record<string, { left?: Neutral; right: Neutral }> = {
  '+': { left: zero, right: zero },
  '-': { right: zero },
  '*': { left: one, right: one },
  '/': { right: one },
  '%': { right: ones },
  '|': { left: zero, right: zero },
  '&': { left: ones, right: ones },
};

const child = (node: Node, field: string): Node => node[field] as Node;
const mark = (number: number): string => `${MARKER}(${number})`;
const isLogical = (node: Node): boolean => node.operator === '||' || node.operator === '&&';

/** A condition that one mutant makes never true, and another always. */
function condition(node: Node, text: Text, number: Numbering, what: string): string {
  const [never, always] = [`${what} never`, `${what} always`].map((name) => mark(number(node, name)));
  return `!${never} && (${always} || (${text.of(node)}))`;
}

/** The error of a body that ends in a revert. */
function refusalOf(body: Node): string | undefined {
  const last = body.nodeType === 'Block' ? (body.statements as Node[]).at(-1) : body;
  if (last?.nodeType !== 'RevertStatement') return undefined;
  const error = child(child(last, 'errorCall'), 'expression');
  return String(error.memberName ?? error.name);
}

function ifStatement(node: Node, text: Text, number: Numbering): string {
  const test = child(node, 'condition');
  const refusal = node.falseBody ? undefined : refusalOf(child(node, 'trueBody'));
  const tested = refusal
    ? `!${mark(number(test, 'guard never', refusal))} && (${text.of(test)})`
    : condition(test, text, number, 'if');
  const otherwise = node.falseBody ? ` else ${text.of(child(node, 'falseBody'))}` : '';
  return `if (${tested}) ${text.of(child(node, 'trueBody'))}${otherwise}`;
}

/** The operands of a chain of `||` or `&&`, each of which a mutant leaves out. */
function logical(node: Node, text: Text, number: Numbering): string {
  const operator = node.operator as string;
  const operands = (of: Node): Node[] =>
    of.nodeType === 'BinaryOperation' && of.operator === operator
      ? [...operands(child(of, 'leftExpression')), ...operands(child(of, 'rightExpression'))]
      : [of];
  const kept = operands(node).map((operand) => {
    const off = mark(number(operand, `${operator} without`));
    const inner = text.of(operand);
    return operator === '||' ? `(!${off} && (${inner}))` : `(${off} || (${inner}))`;
  });
  return `(${kept.join(` ${operator} `)})`;
}

const isConstant = (node: Node): boolean => /^(int|rational)_const/.test(typeOf(node));

/** A comparison whose edge a mutant moves. */
function comparison(node: Node, text: Text, number: Numbering): string | undefined {
  const found = COMPARISONS[node.operator as string];
  const operands = [child(node, 'leftExpression'), child(node, 'rightExpression')];
  if (!found || operands.some((operand) => !/^uint|_const/.test(typeOf(operand)))) return undefined;
  const mutant = number(node, `${node.operator} to ${found.other}`);
  return `${found.by}(${mutant}, ${operands.map((operand) => text.of(operand)).join(', ')})`;
}

/** An operand that a mutant leaves out by using the neutral value. */
function operand(
  node: Node,
  text: Text,
  number: Numbering,
  what: string,
  neutral: string | undefined,
): string {
  if (neutral === undefined) return `(${text.of(node)})`;
  return `(${mark(number(node, what))} ? ${neutral} : (${text.of(node)}))`;
}

function arithmetic(node: Node, text: Text, number: Numbering): string | undefined {
  const operator = node.operator as string;
  const neutral = NEUTRAL[operator];
  if (!neutral) return undefined;
  const [left, right] = [child(node, 'leftExpression'), child(node, 'rightExpression')];
  const typeFor = (one: Node, other: Node) => typeOf(isConstant(one) ? other : one);
  const what = `${operator} without`;
  const kept = operand(left, text, number, what, neutral.left?.(typeFor(left, right)));
  const rest = operand(right, text, number, what, neutral.right(typeFor(right, left)));
  return `(${kept} ${operator} ${rest})`;
}

function binary(node: Node, text: Text, number: Numbering): string | undefined {
  if (isLogical(node)) return logical(node, text, number);
  if (isConstant(node)) return text.raw(node);
  return comparison(node, text, number) ?? arithmetic(node, text, number);
}

/** A bound that a mutant leaves out: `min(a, b)` becomes a, or b. */
function bounds(node: Node, text: Text, number: Numbering): string | undefined {
  const called = child(node, 'expression');
  const name = (called.memberName ?? called.name) as string | undefined;
  const args = node.arguments as Node[];
  if (name !== 'min' || args.length !== 2) return undefined;
  const kept = args.map((arg) => operand(arg, text, number, 'min without', 'type(uint256).max'));
  return `${text.raw(called)}(${kept.join(', ')})`;
}

/** Type of the left side of an assignment. */
function setBy(statement: Node): string {
  const expression = child(statement, 'expression');
  return expression.nodeType === 'Assignment' ? typeOf(child(expression, 'leftHandSide')) : '';
}

/** A statement that a mutant leaves out. The compiler requires that a pointer is set in any case. */
function dropped(node: Node, text: Text, number: Numbering): string | undefined {
  if (node.nodeType === 'ExpressionStatement' && /storage pointer|calldata/.test(setBy(node)))
    return undefined;
  return `if (!${mark(number(node, 'dropped'))}) ${text.below(node)}`;
}

/** A boolean that is returned or stored, made true or false. */
function truth(node: Node, field: string, text: Text, number: Numbering): string | undefined {
  const value = node[field] as Node | null;
  if (!value || typeOf(value) !== 'bool' || isLogical(value) || value.nodeType === 'Literal')
    return undefined;
  return text.around(node, value, `(${condition(value, text, number, 'truth')})`);
}

function forStatement(node: Node, text: Text): string {
  const header = ['initializationExpression', 'condition', 'loopExpression'].map((field) => {
    const part = node[field] as Node | null;
    return part ? (field === 'condition' ? text.of(part) : text.raw(part)) : '';
  });
  return `for (${header.join('; ')}) ${text.of(child(node, 'body'))}`;
}

type Operator = (node: Node, text: Text, number: Numbering) => string | undefined;

const OPERATORS: Record<string, Operator> = {
  IfStatement: ifStatement,
  BinaryOperation: binary,
  FunctionCall: bounds,
  ForStatement: forStatement,
  ExpressionStatement: dropped,
  EmitStatement: dropped,
  InlineAssembly: assembly,
  Return: (node, text, number) => truth(node, 'expression', text, number),
  VariableDeclarationStatement: (node, text, number) => truth(node, 'initialValue', text, number),
  Conditional: (node, text, number) => {
    const test = condition(child(node, 'condition'), text, number, '?');
    const [yes, no] = [text.of(child(node, 'trueExpression')), text.of(child(node, 'falseExpression'))];
    return `((${test}) ? ${yes} : ${no})`;
  },
  RevertStatement: (node, text) => text.raw(node),
};

/** Rewrites a node so that each of its mutants can be switched on from outside. */
export const mutant = (node: Node, text: Text, number: Numbering): string | undefined =>
  OPERATORS[node.nodeType]?.(node, text, number);
