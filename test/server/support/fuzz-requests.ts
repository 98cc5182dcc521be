import fc from 'fast-check';
import type { OpenApiDocument } from '../../../protocol/api/document.ts';
import { drawnBy, JUNK_TEXTS, type Schema, spoiled } from './fuzz-values.ts';

export interface FuzzRequest {
  operationId: string;
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

interface Parameter {
  name: string;
  in: 'path' | 'query';
  required: boolean;
  schema: Schema;
}

interface OperationObject {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

/** Requests of every operation of a document: as it says, nearly so, and not at all. */
export function requestsOf(document: OpenApiDocument, known: readonly string[]): fc.Arbitrary<FuzzRequest> {
  const named = document.components.schemas as Record<string, Schema>;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) =>
      requestOf(path, method, one as unknown as OperationObject, (schema) => drawnBy(schema, named, known)),
    ),
  );
  return fc.oneof(...operations);
}

type DrawnBy = (schema: Schema) => fc.Arbitrary<unknown>;

function requestOf(
  path: string,
  method: string,
  { operationId, parameters = [], requestBody }: OperationObject,
  of: DrawnBy,
): fc.Arbitrary<FuzzRequest> {
  const body = requestBody === undefined ? fc.constant(undefined) : bodyOf(requestBody.content, of);
  return fc
    .record({ path: pathOf(path, parameters, of), query: queryOf(parameters, of), headers, body })
    .map(({ path: filled, query, headers: drawn, body: text }) => ({
      operationId,
      method: method.toUpperCase(),
      path: query === '' ? filled : `${filled}?${query}`,
      headers: drawn,
      body: method === 'get' ? undefined : text,
    }));
}

const encoded = (value: unknown): string =>
  encodeURIComponent((typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed());

function pathOf(path: string, parameters: Parameter[], of: DrawnBy): fc.Arbitrary<string> {
  const inPath = parameters.filter((one) => one.in === 'path');
  const values = inPath.map(({ schema }) =>
    fc.oneof(
      { arbitrary: of(schema).map(encoded), weight: 6 },
      { arbitrary: fc.constantFrom(...JUNK_TEXTS).map(encoded), weight: 1 },
      { arbitrary: fc.constantFrom('%E0%A4%A', '%', '%2e%2e', '%2F%2F', '%00'), weight: 1 },
    ),
  );
  return fc
    .tuple(...values)
    .map((texts) =>
      inPath.reduce((filled, { name }, i) => filled.replace(`{${name}}`, () => texts[i] || 'x'), path),
    );
}

function queryOf(parameters: Parameter[], of: DrawnBy): fc.Arbitrary<string> {
  const pairs = parameters
    .filter((one) => one.in === 'query')
    .map(({ name, required, schema }) => {
      const values = fc.oneof(
        { arbitrary: of(schema), weight: 12 },
        { arbitrary: spoiled(of(schema)), weight: 1 },
      );
      const pair = values.map((value) => `${name}=${encoded(value)}`);
      // Most of the optional ones are left out: a request with all of them is hardly ever a good one.
      return fc.oneof(
        { arbitrary: pair, weight: required ? 30 : 1 },
        { arbitrary: fc.constant(''), weight: required ? 1 : 3 },
      );
    });
  const extra = fc.constantFrom(
    '',
    '',
    '',
    'unknown=1',
    '__proto__[x]=1',
    '%',
    '&&==',
    'limit=1&limit=2',
    'a[]=1',
  );
  return fc.tuple(extra, ...pairs).map((texts) => texts.filter((text) => text !== '').join('&'));
}

const RAW_BODIES = [
  ...['', '{', 'null', '"text"', '\u0000', '{"a":1}{"b":2}', '{"__proto__":{"polluted":1}}'],
  ...['{"constructor":{"prototype":{"polluted":1}}}', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ...[`{"a":"${'x'.repeat(70_000)}"}`, `{"data":"0x${'00'.repeat(32_000)}"}`],
];

function bodyOf(content: Record<string, { schema: Schema }>, of: DrawnBy): fc.Arbitrary<string> {
  const json = content['application/json'];
  const good =
    json === undefined ? fc.string() : spoiled(of(json.schema)).map((value) => JSON.stringify(value));
  return fc.oneof(
    { arbitrary: good.map((text) => text ?? ''), weight: 12 },
    { arbitrary: fc.constantFrom(...RAW_BODIES), weight: 1 },
  );
}

/** Few keys, so that some requests carry the key of another. */
const KEYS = ['a'.repeat(16), 'b'.repeat(64), 'short', 'with space and more'];

const JSON_TYPE = 'application/json';

const headers: fc.Arbitrary<Record<string, string>> = fc
  .record(
    {
      'content-type': fc.constantFrom(
        ...Array.from({ length: 12 }, () => JSON_TYPE),
        ...[
          'text/plain',
          'application/x-www-form-urlencoded',
          'application/json; charset=utf-7',
          'x',
          'image/png',
        ],
      ),
      authorization: fc.constantFrom(
        'Plugpact-Watch',
        `Plugpact-Watch 999999999999.0x${'ab'.repeat(65)}`,
        `Plugpact-Watch ${Math.floor(Date.now() / 1_000) + 600}.0x${'00'.repeat(65)}`,
        'Basic OjpAOg==',
      ),
      cookie: fc.constantFrom(
        'plugpact-session=',
        'plugpact-session=x; plugpact-session=y',
        '=;=;;',
        '__proto__=1',
      ),
      accept: fc.constantFrom('application/geo+json', 'text/html', '*/*;q=0', ';;;', 'application/json'),
      origin: fc.constantFrom('https://elsewhere.example', 'null', 'x'),
      'idempotency-key': fc.constantFrom(...KEYS),
      'if-none-match': fc.constantFrom('*', '"x"', 'W/"x"', ',,,'),
      'last-event-id': fc.constantFrom('1', '-1', '9'.repeat(200), 'x'),
      'content-encoding': fc.constantFrom('gzip', 'br', 'x', 'identity', 'identity', 'identity'),
      'x-forwarded-for': fc.constantFrom('1.2.3.4', '::1', 'x'),
    },
    { requiredKeys: ['content-type'] },
  )
  .map((drawn) =>
    Object.fromEntries(
      Object.entries(drawn).filter(([name, _], i) => name === 'content-type' || i % 3 === 0),
    ),
  );
