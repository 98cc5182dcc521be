import { stringify } from 'yaml';
import { configJsonSchema } from '../config/check.ts';

interface Node {
  description?: string;
  default?: unknown;
  examples?: unknown[];
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
}

const LINE_LENGTH = 100;

/**
 * The configuration file for these values, with every key described: keys without a value are comments with their
 * default. `schemaFile` is the JSON Schema for editors. `standing` are the values of keys that a network stands for, which
 * are comments too.
 */
export function configText(
  values: Record<string, unknown>,
  schemaFile: string,
  standing: Record<string, unknown> = {},
): string {
  const head = [
    `# yaml-language-server: $schema=${schemaFile}`,
    '# Configuration of the Plugpact meter agent. A line that begins with "#" is a comment; a comment of the form',
    '# "# key: value" is the default, and applies until you remove the "# ".',
  ];
  return `${[...head, ...linesOf(withDefaults(configJsonSchema() as Node, standing), values, '')].join('\n')}\n`;
}

function withDefaults({ properties = {}, ...schema }: Node, defaults: Record<string, unknown>): Node {
  const entries = Object.entries(properties).map(([key, node]): [string, Node] =>
    Object.hasOwn(defaults, key) ? [key, { ...node, default: defaults[key] }] : [key, node],
  );
  return { ...schema, properties: Object.fromEntries(entries) };
}

function linesOf({ properties = {} }: Node, values: Record<string, unknown>, indent: string): string[] {
  return Object.entries(properties).flatMap(([key, node]) => [
    ...(indent === '' ? [''] : []),
    ...commentOf(node.description ?? '', indent),
    ...entryOf(key, node, values[key], indent),
  ]);
}

/** A key with its value; with its default or an example as a comment where there is none. */
function entryOf(key: string, node: Node, value: unknown, indent: string): string[] {
  const name = `${indent}${scalar(key)}:`;
  if (node.properties !== undefined) return objectOf(name, node, value, indent);
  const ofEach = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
  if (ofEach !== undefined && isRecord(value) && Object.keys(value).length > 0) {
    const entries = Object.entries(value).flatMap(([id, of]) => entryOf(id, ofEach, of, `${indent}  `));
    return [name, ...entries];
  }
  if (value !== undefined) return [`${name} ${scalar(value)}`];
  const shown = node.default ?? node.examples?.[0];
  return [`${indent}# ${scalar(key)}: ${shown === undefined ? '' : scalar(shown)}`.trimEnd()];
}

/** All keys of a missing object are comments, also its own name. */
function objectOf(name: string, node: Node, value: unknown, indent: string): string[] {
  const inner = `${indent}  `;
  const lines = linesOf(node, isRecord(value) ? value : {}, inner);
  if (isRecord(value) && Object.keys(value).length > 0) return [name, ...lines];
  return [name, ...lines].map((line) => `${indent}# ${line.slice(indent.length)}`);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value on one line. YAML 1.1 readers, too, must read text as text: ambiguous text gets quotes. */
function scalar(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, version: '1.1' }).trimEnd();
}

function commentOf(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length >= LINE_LENGTH - indent.length) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.map((line) => `${indent}# ${line}`);
}
