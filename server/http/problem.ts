import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { BaseError } from 'viem';
import type { Problem } from '../../protocol/api.ts';
import { type ErrorDetail, PlugpactError } from '../../protocol/errors.ts';

/** An error with its HTTP status, and with further members of the problem document where a client can use them. */
export class HttpProblem extends PlugpactError {
  readonly status: number;
  readonly extension: Record<string, unknown>;

  constructor(status: number, detail: ErrorDetail, extension: Record<string, unknown> = {}) {
    super(detail);
    this.status = status;
    this.extension = extension;
  }
}

const TITLES: Record<number, string> = {
  400: 'Malformed request',
  401: 'Not signed in',
  402: 'Not paid',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not possible now',
  413: 'Request too large',
  415: 'Unsupported content type',
  421: 'Not this server',
  422: 'Refused by the ledger',
  429: 'Too many requests',
  500: 'Server error',
  503: 'Not available now',
  504: 'No answer in time',
};

/** Sends a problem document (RFC 9457). */
function sendProblem(res: Response, problem: HttpProblem): void {
  const body: Problem = {
    // `code` names the problem; there is no page per problem to point to (RFC 9457, section 4.2.1).
    type: 'about:blank',
    title: TITLES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.value === undefined ? problem.rule : `${problem.rule} Got ${problem.value}.`,
    code: problem.code,
    remedy: problem.remedy,
    ...problem.extension,
  };
  res.status(problem.status).type('application/problem+json').send(JSON.stringify(body));
}

/** Answers requests for addresses that do not exist. */
export const unknownRoute: RequestHandler = (req) => {
  throw new HttpProblem(404, {
    code: 'route.unknown',
    value: `${req.method} ${req.path}`,
    rule: 'The API has no such address.',
    remedy: 'Compare method and path with the API documentation; all paths begin with /api/v1.',
  });
};

/** Answers an error with a problem document. Unexpected errors are logged, and their text is not shown. */
export const problemHandler: ErrorRequestHandler = (error, req, res, next) => {
  if (res.headersSent) return next(error);
  const problem = toProblem(error);
  if (problem.status === 500) req.log.error({ err: error }, problem.code);
  sendProblem(res, problem);
};

/** What an error means to a client. */
export function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof BaseError) return ledgerUnreachable();
  if (error instanceof PlugpactError && error.code === 'database.unreachable') return databaseUnreachable();
  return bodyProblem(error) ?? unexpected();
}

/** The answer to a request that needs the ledger while it is unreachable. */
export const ledgerUnreachable = (): HttpProblem =>
  new HttpProblem(503, {
    code: 'ledger.unreachable',
    rule: 'This request needs the ledger, which the server cannot reach at the moment.',
    remedy: 'Try again in a few seconds; the server reconnects by itself.',
    retry: 'later',
  });

const databaseUnreachable = (): HttpProblem =>
  new HttpProblem(503, {
    code: 'database.unreachable',
    rule: 'This request needs the database, which the server cannot reach at the moment.',
    remedy: 'Try again in a few seconds; the server reconnects by itself.',
    retry: 'later',
  });

const unexpected = (): HttpProblem =>
  new HttpProblem(500, {
    code: 'server.failed',
    rule: 'The server failed in a way that it does not handle.',
    remedy: 'Try again later. The operator of this server finds the cause in its log.',
    retry: 'later',
  });

export const bodyTooLarge = (): HttpProblem =>
  new HttpProblem(413, {
    code: 'body.tooLarge',
    rule: 'A JSON body may have at most 64 KiB.',
    remedy: 'Send a smaller body; no request of this API needs more.',
  });

/** Errors of the body parser and the router, which carry their status. */
function bodyProblem(error: unknown): HttpProblem | undefined {
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (type === 'entity.too.large') return bodyTooLarge();
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined;
  return new HttpProblem(400, {
    code: 'body.malformed',
    rule: 'The path must be valid percent-encoding and the body valid JSON.',
    remedy: 'Correct the syntax of the request.',
  });
}
