import { type operations, ROUTES } from './generated.ts';

/** The typed client: what a request needs and what it answers, from the OpenAPI document. The caller sends it. */
export type OperationId = keyof typeof ROUTES;

type ParametersOf<Id extends OperationId> = operations[Id] extends { parameters: infer P } ? P : unknown;

type Part<Whole, Name extends string, As extends string> = Whole extends { [N in Name]: infer P }
  ? { [A in As]: P }
  : Whole extends { [N in Name]?: infer P }
    ? { [A in As]?: P }
    : unknown;

type BodyOf<Id extends OperationId> = operations[Id] extends {
  requestBody: { content: { 'application/json': infer Body } };
}
  ? { body: Body }
  : operations[Id] extends { requestBody?: { content: { 'application/json': infer Body } } }
    ? { body?: Body | undefined }
    : unknown;

/** What an operation takes: the parameters of its path and its query, and the body. */
export type RequestOf<Id extends OperationId> = Part<ParametersOf<Id>, 'path', 'params'> &
  Part<ParametersOf<Id>, 'query', 'query'> &
  BodyOf<Id>;

type Responses<Id extends OperationId> = operations[Id] extends { responses: infer R } ? R : never;
type SuccessOf<R> = { [Status in keyof R]: Status extends 200 | 201 | 202 ? R[Status] : never }[keyof R];

/** What an operation answers with, as JSON. */
export type AnswerOf<Id extends OperationId> =
  SuccessOf<Responses<Id>> extends { content: { 'application/json': infer Body } } ? Body : undefined;

/** A request to be sent, by whatever HTTP client its program has. */
export interface ApiRequest {
  method: string;
  /** From the server's root, with its query. */
  path: string;
  /** JSON; undefined where there is none. */
  body: string | undefined;
}

interface AnyRequest {
  params?: Record<string, string | number>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
}

/** Makes the request of an operation. */
export function requestOf<Id extends OperationId>(id: Id, request: RequestOf<Id>): ApiRequest {
  const { params = {}, query = {}, body } = request as AnyRequest;
  const [method, template] = ROUTES[id];
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(`${params[name]}`));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, `${value}`])).toString();
  return {
    method,
    path: text === '' ? path : `${path}?${text}`,
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}
