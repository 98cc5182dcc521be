import type { Request, RequestHandler, Response, Router } from 'express';
import type { AnswerOf, Operation, ParsedOf } from '../../protocol/api/operation.ts';
import { bindPreflight } from './cors.ts';
import { answerOnce } from './idempotency.ts';
import { parseBody, parseInput } from './validate.ts';

/** A request that matches its operation's schemas. */
export interface Call<O extends Operation> {
  params: ParsedOf<O['params']>;
  query: ParsedOf<O['query']>;
  body: ParsedOf<O['body']>;
  req: Request;
  res: Response;
}

/** Answers with the operation's 2xx status; null is an answer. `undefined` means that it has answered by `res` itself. */
// biome-ignore lint/suspicious/noConfusingVoidType: handlers that answer by `res` return nothing.
export type Handler<O extends Operation> = (call: Call<O>) => Promise<AnswerOf<O> | undefined | void>;

/**
 * Binds an operation to its handler. Middleware runs before the request is checked.
 *
 * @throws HttpProblem 415 `body.notJson`, 400 `input.invalid`, to the problem handler.
 */
export function operate<const O extends Operation>(
  router: Router,
  operation: O,
  middleware: readonly RequestHandler[],
  handler: Handler<O>,
): void {
  const status = successOf(operation);
  const path = expressPath(operation.path);
  const route = router.route(path);
  const first = bindPreflight(route, operation);
  const cached = cacheControlOf(operation);
  route[operation.method](...first, ...middleware, async (req, res) => {
    if (cached !== undefined) res.setHeader('cache-control', cached);
    const call = { ...parsed(operation, req), req, res };
    await answerOnce(req, res, status, () => handler(call));
  });
}

/** Answers are kept only to be asked about by their ETag, and private ones not at all; handlers may say otherwise. */
function cacheControlOf({ method, security }: Operation): string | undefined {
  if (security !== undefined) return 'no-store';
  return method === 'get' ? 'no-cache' : undefined;
}

/** `/chargers/{listingId}` as Express writes it. */
const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

const successOf = ({ answers }: Operation): number =>
  Object.keys(answers)
    .map(Number)
    .find((status) => status < 300) ?? 200;

function parsed<O extends Operation>(
  { params, query, body }: O,
  req: Request,
): Pick<Call<O>, 'params' | 'query' | 'body'> {
  return {
    body: body && parseBody(body, req),
    params: params && parseInput(params, req.params, 'path'),
    query: query && parseInput(query, req.query, 'query'),
  } as Pick<Call<O>, 'params' | 'query' | 'body'>;
}
