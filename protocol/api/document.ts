import { z } from 'zod';
import { type Answer, fullPath, type Operation } from './operation.ts';
import { ANY_CODE, COMMON_PROBLEMS, problem } from './problems.ts';

/** JSON Schema (2020-12) and the other objects of an OpenAPI 3.1 document, as plain data. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

export interface OpenApiDocument {
  openapi: '3.1.0';
  info: JsonObject;
  servers: JsonObject[];
  tags: JsonObject[];
  paths: { [path: string]: { [method: string]: JsonObject } };
  components: { schemas: { [name: string]: Json }; securitySchemes: JsonObject };
}

const SECURITY_SCHEMES: JsonObject = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'plugpact-session',
    description: 'Set by `POST /api/v1/sign-in`.',
  },
  watch: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      '`Plugpact-Watch <validUntil>.<signature>`: EIP-712 `Watch`, signed by the booking’s session key, for at most 24 h.',
  },
};

/** What an OpenAPI document says beside its operations. */
export interface ApiInfo {
  title: string;
  version: string;
  description: string;
  /** By tag, in the order in which readers see them. */
  tags: Readonly<Record<string, string>>;
}

/** The OpenAPI 3.1 document of a list of operations. The same list gives the same document, byte for byte. */
export function makeDocument(operations: readonly Operation[], info: ApiInfo): OpenApiDocument {
  const { tags, ...rest } = info;
  const schemas = new NamedSchemas();
  schemas.of(problem, 'output');
  const paths: OpenApiDocument['paths'] = {};
  for (const one of operations) {
    const path = fullPath(one);
    paths[path] = { ...paths[path], [one.method]: operationObject(one, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: { ...rest, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: schemas.sorted(), securitySchemes: SECURITY_SCHEMES },
  };
}

function operationObject(one: Operation, schemas: NamedSchemas): JsonObject {
  const { operationId, tag, summary, description, params, query, security, isDeprecated } = one;
  const parameters = [...parametersOf('path', params, schemas), ...parametersOf('query', query, schemas)];
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(isDeprecated && { deprecated: true }),
    ...(security !== undefined && { security: [{ [security]: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...requestBodyOf(one, schemas),
    responses: responsesOf(one, schemas),
  };
}

const BYTES: JsonObject = { type: 'string', format: 'binary' };

function requestBodyOf({ body, bodyType }: Operation, schemas: NamedSchemas): JsonObject {
  if (bodyType !== undefined) {
    return { requestBody: { required: true, content: { [bodyType]: { schema: BYTES } } } };
  }
  if (body === undefined) return {};
  const schema = schemas.of(body, 'input');
  const required = !body.safeParse(undefined).success;
  return { requestBody: { required, content: { 'application/json': { schema } } } };
}

function parametersOf(where: 'path' | 'query', schema: z.ZodType | undefined, schemas: NamedSchemas): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemas.of(schema, 'input') as {
    properties?: Record<string, JsonObject>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    ...(description !== undefined && { description }),
    required: where === 'path' || required.includes(name),
    schema: rest,
  }));
}

function responsesOf({ answers, problems }: Operation, schemas: NamedSchemas): JsonObject {
  const entries = Object.entries(answers).map(([status, answer]) => [
    status,
    { description: answer.description, ...contentOf(answer, schemas) },
  ]);
  return { ...Object.fromEntries(entries), default: problemResponse(problems) };
}

function contentOf({ schema, contentType, alternatives = {} }: Answer, schemas: NamedSchemas): JsonObject {
  if (schema === undefined && contentType === undefined) return {};
  const main: Json = schema === undefined ? BYTES : schemas.of(schema, 'output');
  const content: JsonObject = { [contentType ?? 'application/json']: { schema: main } };
  for (const [type, other] of Object.entries(alternatives)) {
    content[type] = { schema: schemas.of(other, 'output') };
  }
  return { content };
}

/** The codes of an operation are in the document, so that a client can be written against them. */
function problemResponse(own: readonly string[]): JsonObject {
  const codes = [...new Set([...own, ...COMMON_PROBLEMS])].filter((code) => code !== ANY_CODE).sort();
  const listed: Json = { enum: codes };
  const code: Json = own.includes(ANY_CODE) ? { type: 'string', examples: codes } : listed;
  const allOf: Json[] = [{ $ref: '#/components/schemas/Problem' }, { properties: { code } }];
  return {
    description: `A problem: ${own.filter((one) => one !== ANY_CODE).join(', ') || 'one that any operation may have'}.`,
    content: { 'application/problem+json': { schema: { allOf } } },
  };
}

/** Schemas with an `id` are written once, under `components`. */
class NamedSchemas {
  readonly #byName = new Map<string, string>();

  of(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io, unrepresentable: 'throw' });
    for (const [name, named] of Object.entries($defs)) this.#add(name, named);
    const name = own.id as string | undefined;
    if (name === undefined) return pointed(own);
    this.#add(name, own);
    return { $ref: `#/components/schemas/${name}` };
  }

  #add(name: string, schema: object): void {
    const { id: _, ...rest } = schema as { id?: string };
    const text = JSON.stringify(pointed(rest));
    const known = this.#byName.get(name);
    if (known !== undefined && known !== text) throw new Error(`two schemas have the name ${name}`);
    this.#byName.set(name, text);
  }

  sorted(): { [name: string]: Json } {
    const names = [...this.#byName.keys()].sort();
    return Object.fromEntries(names.map((name) => [name, JSON.parse(this.#byName.get(name)!) as Json]));
  }
}

const pointed = (schema: object): Json =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
