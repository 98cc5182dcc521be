import type { IRoute, RequestHandler } from 'express';
import type { Operation } from '../../protocol/api/operation.ts';

const ALLOWED_HEADERS =
  'authorization, content-type, idempotency-key, if-none-match, last-event-id, x-correlation-id, x-request-id';
const EXPOSED_HEADERS =
  'etag, idempotency-replayed, link, ratelimit, ratelimit-policy, retry-after, x-limit, x-request-id, x-total-count';
const A_DAY = '86400';

/**
 * Web pages of other origins may read what is answered, without the cookie of a sign-in: browsers leave that out where any
 * origin may read.
 */
export const forAnyOrigin: RequestHandler = (_req, res, next) => {
  res.setHeader('access-control-allow-origin', '*');
  res.setHeader('access-control-expose-headers', EXPOSED_HEADERS);
  next();
};

const forOwnOrigin: RequestHandler = (_req, res, next) => {
  res.removeHeader('access-control-allow-origin');
  res.removeHeader('access-control-expose-headers');
  next();
};

const isForOwnOrigin = ({ security, isOwnOrigin }: Operation): boolean =>
  security === 'session' || isOwnOrigin === true;

/** Answers a browser that asks whether a page of another origin may call an operation (Fetch, "CORS-preflight"). */
export function bindPreflight(route: IRoute, operation: Operation): RequestHandler[] {
  if (isForOwnOrigin(operation)) return [forOwnOrigin];
  route.options((req, res, next) => {
    if (req.get('access-control-request-method')?.toLowerCase() !== operation.method) return next();
    res.set({
      'access-control-allow-methods': operation.method.toUpperCase(),
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': A_DAY,
    });
    res.status(204).end();
  });
  return [];
}

/** Whether a page of another origin asks. */
export const isOtherOrigin = (origin: string | undefined, host: string | undefined): boolean =>
  origin !== undefined && origin.replace(/^https?:\/\//, '') !== host;
