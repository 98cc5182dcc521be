import fc from 'fast-check';

/** JSON Schema as zod writes it. */
export interface Schema {
  $ref?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  type?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
}

/** Values that have broken parsers, stores and logs elsewhere. */
export const JUNK_TEXTS = [
  ...['', ' ', '\u0000', '__proto__', 'constructor', 'toString', '../../../etc/passwd', '%00', '%E0%A4%A'],
  ...["' or 1=1 --", '{{7*7}}', '<script>1</script>', '\r\nset-cookie: a=b', '🔌'.repeat(40), '\ud800'],
  ...[
    '9'.repeat(400),
    '-1',
    '1e999',
    'NaN',
    '0x',
    `0x${'F'.repeat(64)}`,
    `0x${'ab'.repeat(33)}`,
    'null',
    '[]',
  ],
];

const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);

export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...JUNK_TEXTS, null, [], {}, -1, 1.5, 2 ** 53, 1e308, true, deep(200)),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** Values of one schema; `known` are 32-byte ids that exist, so that requests get further than the first look-up. */
export function drawnBy(
  schema: Schema,
  named: Record<string, Schema>,
  known: readonly string[],
): fc.Arbitrary<unknown> {
  const of = (one: Schema): fc.Arbitrary<unknown> => drawnBy(one, named, known);
  if (schema.$ref !== undefined) return of(named[schema.$ref.split('/').at(-1)!]!);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choices !== undefined) return fc.oneof(...choices.map(of));
  if (schema.type === 'string') return textOf(schema, known);
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'null') return fc.constant(null);
  if (schema.type === 'integer' || schema.type === 'number') {
    return fc.integer({ min: schema.minimum ?? -(2 ** 31), max: schema.maximum ?? 2 ** 31 });
  }
  if (schema.type === 'array') {
    if (schema.prefixItems !== undefined) return fc.tuple(...schema.prefixItems.map(of));
    return fc.array(of(schema.items ?? {}), { maxLength: 4 });
  }
  if (schema.type === 'object') return objectOf(schema, of);
  return junk;
}

const WORD = '^0x[0-9a-f]{64}$';

function textOf(
  { pattern, minLength = 0, maxLength = 40 }: Schema,
  known: readonly string[],
): fc.Arbitrary<string> {
  if (pattern === undefined)
    return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 80) });
  const any = fc
    .stringMatching(new RegExp(pattern))
    .filter((text) => text.length <= Math.max(maxLength, 200));
  if (pattern !== WORD || known.length === 0) return any;
  return fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 3 }, { arbitrary: any, weight: 1 });
}

function objectOf({ properties = {}, required = [] }: Schema, of: (one: Schema) => fc.Arbitrary<unknown>) {
  const members = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, of(one)]));
  return fc.record(members, { requiredKeys: required.filter((name) => name in members) });
}

/** The value as its schema has it, or with members missing, added, or of another kind. */
export const spoiled = (good: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { arbitrary: good, weight: 5 },
    {
      arbitrary: fc.tuple(good, fc.nat(9), junk).map(([value, at, other]) => spoil(value, at, other)),
      weight: 3,
    },
    { arbitrary: junk, weight: 1 },
  );

function spoil(value: unknown, at: number, other: unknown): unknown {
  if (typeof value !== 'object' || value === null) return other;
  const entries = Object.entries(value);
  const index = at % (entries.length + 2);
  if (index === entries.length) return { ...value, unknownMember: other };
  if (index === entries.length + 1) return Object.fromEntries(entries.slice(1));
  return Object.fromEntries(
    entries.map(([name, member], i) => [
      name,
      i === index ? (at > 4 ? spoil(member, at, other) : other) : member,
    ]),
  );
}
