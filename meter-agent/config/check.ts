import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';
import { deploymentOf, NETWORKS } from '../../protocol/networks.ts';
import { type AgentConfig, configSchema } from './config.ts';

/** Also as people misspell it, and in other languages. */
const SECRET = /pass|kennwort|contrase|secret/i;

/** A value as an error may show it: without passwords, also those inside addresses. */
function shown(key: string, value: unknown): string {
  const hiding = (name: string, part: unknown) => {
    if (SECRET.test(name)) return '(hidden)';
    return typeof part === 'string' ? part.replace(/\/\/[^/@]*@/, '//(hidden)@') : part;
  };
  return value === undefined ? '(missing)' : JSON.stringify(hiding(key, value), hiding);
}

const valueAt = (raw: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], raw);

/** What names the ledger, where no network does. */
const LEDGER_KEYS = ['rpcUrl', 'market'];

/** Where a key is in which file; undefined when that is not known. */
export type PositionOf = (path: readonly PropertyKey[]) => { line: number; file: string } | undefined;

/** With what its network says where the file says nothing. Another market has another first block. */
function withNetwork(raw: unknown): unknown {
  const { network: name, market } = (raw ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || !Object.hasOwn(NETWORKS, name)) return raw;
  const network = NETWORKS[name as keyof typeof NETWORKS];
  const { rpcUrls, confirmations } = network;
  const own = { rpcUrl: rpcUrls, confirmations };
  if (market !== undefined) return { ...own, ...(raw as object) };
  const { market: deployed, deployBlock } = deploymentOf(network);
  return { ...own, deployBlock, ...(raw as object), market: deployed };
}

/**
 * Checks a configuration. Throws PlugpactError `config.invalid` that names the first wrong key, its place in the
 * file, its value (secrets are not shown) and the rule; `network.noMarket`.
 */
export function parseConfig(raw: unknown, positionOf: PositionOf = () => undefined): AgentConfig {
  const parsed = configSchema.safeParse(withNetwork(raw));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const unknownKeys = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  const path = [...(issue?.path ?? []), ...unknownKeys.slice(0, 1)];
  const key = path.join('.') || '(the file)';
  const value = valueAt(raw, path);
  const position = positionOf(path);
  throw new PlugpactError({
    code: 'config.invalid',
    value: `${key} = ${shown(key, value)}${position ? `, line ${position.line} of ${position.file}` : ''}`,
    rule: `The configuration key ${key} is wrong: ${issue?.message}.`,
    remedy: remedyOf(issue, path, value),
    details: {
      ...{ key, issue: issue?.message ?? '', value: shown(key, value) },
      ...{
        isInFile: position === undefined ? 'no' : 'yes',
        line: position?.line ?? 0,
        file: position?.file ?? '',
      },
    },
  });
}

/** The description of the key is the best help to correct it. */
function remedyOf(issue: z.core.$ZodIssue | undefined, path: readonly PropertyKey[], value: unknown): string {
  if (issue?.code === 'unrecognized_keys') {
    return 'Remove it or correct its spelling; "plugpact-agent init" writes a file with every key described.';
  }
  const quotes =
    issue?.code === 'invalid_type' && issue.expected === 'string' && typeof value !== 'object'
      ? ' Put it in quotes, so that it is text.'
      : '';
  const described = descriptionOf(path);
  return `Correct it in the configuration file.${quotes}${described === undefined ? '' : ` It is: ${described}`}`;
}

interface SchemaNode {
  description?: string;
  properties?: Record<string, SchemaNode>;
  additionalProperties?: SchemaNode | boolean;
}

function descriptionOf(path: readonly PropertyKey[]): string | undefined {
  let node = configJsonSchema() as SchemaNode;
  for (const key of path) {
    const next = innerNode(node, String(key));
    if (next === undefined) break;
    node = next;
  }
  return node.description;
}

function innerNode({ properties, additionalProperties }: SchemaNode, key: string): SchemaNode | undefined {
  const other = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  return properties?.[key] ?? other;
}

/** JSON Schema of the file, for editors: a network stands for the ledger's own keys. */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  const required = schema.required?.filter((key) => !LEDGER_KEYS.includes(key)) ?? [];
  return { ...schema, required, anyOf: [{ required: ['network'] }, { required: LEDGER_KEYS }] };
}
