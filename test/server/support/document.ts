import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { makeDocument, type OpenApiDocument } from '../../../protocol/api/document.ts';
import { OPERATIONS } from '../../../protocol/api/index.ts';
import { fullPath } from '../../../protocol/api/operation.ts';

/** The document of the code under test; `npm test -- generated` holds the committed one against it. */
export const document: OpenApiDocument = makeDocument(OPERATIONS, {
  ...{ title: 'Plugpact', version: '1', description: '', tags: {} },
});

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'document', components: document.components });

/** Answers of an operation in the document, by their status, `default` being problems. */
type Responses = Record<string, { content?: Record<string, { schema: object }> }>;

interface Route {
  method: string;
  pattern: RegExp;
  responses: Responses;
}

const routes: Route[] = OPERATIONS.map((operation) => {
  const path = fullPath(operation);
  const source = path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+');
  return {
    method: operation.method,
    pattern: new RegExp(`^${source}$`),
    responses: document.paths[path]![operation.method]!.responses as unknown as Responses,
  };
});

const validators = new Map<object, ValidateFunction>();

function errorsOf(schema: object, value: unknown): unknown {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
  const validate = validators.get(schema) ?? ajv.compile(JSON.parse(text) as object);
  validators.set(schema, validate);
  return validate(value) ? [] : validate.errors;
}

/** What was answered to a request. */
export interface Answered {
  status: number;
  contentType: string | null;
  /** Undefined where there is no body, or it is no JSON. */
  json: unknown;
}

const routeOf = (method: string, path: string): Route | undefined =>
  routes.find((route) => route.method === method.toLowerCase() && route.pattern.test(path));

/** What may be answered before it is known whether there is such a route. */
const BEFORE_ROUTES = ['route.unknown', 'limit.reached', 'body.malformed', 'body.tooLarge'];

/** Holds an answer of the API against the OpenAPI document: status, content type, and every member of its body. */
export function expectDocumented(method: string, url: string, answer: Answered): void {
  // A slash at the end leads to the same route, but for OCPI's; a URL that ends in `%2e%2e` has one.
  const pathname = new URL(url).pathname.replace(/^((?!\/api\/v1\/ocpi\/).+)\/$/, '$1');
  const type = answer.contentType?.split(';')[0];
  const route = routeOf(method, pathname);
  if (route === undefined) {
    if (!pathname.startsWith('/api/v1/')) return;
    const { code } = answer.json as { code?: unknown };
    expect(BEFORE_ROUTES, `${method} ${pathname} is in the document`).toContain(code);
    return;
  }
  const where = `${method} ${pathname}: ${answer.status}`;
  const isProblem = answer.status >= 400 && route.responses[answer.status] === undefined;
  const response = route.responses[isProblem ? 'default' : answer.status];
  expect(response, `${where} is in the document`).toBeDefined();
  if (response!.content === undefined) {
    expect(answer.json, where).toBeUndefined();
    return;
  }
  const media = response!.content[type ?? ''];
  expect(media, `${where} with ${type} is in the document`).toBeDefined();
  if (type!.endsWith('json')) expect(errorsOf(media!.schema, answer.json), where).toEqual([]);
}

/** Holds a server-sent event against what the document says of its stream. */
export function expectDocumentedEvent(url: string, event: { event: string; data: unknown }): void {
  const { pathname } = new URL(url);
  const schema = routeOf('get', pathname)?.responses['200']?.content?.['text/event-stream']?.schema;
  if (schema === undefined) return;
  const { event: name, data } = event;
  expect(errorsOf(schema, { event: name, data }), `${pathname}: ${name}`).toEqual([]);
}
