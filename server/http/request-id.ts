import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

const GIVEN = /^[\w.:-]{1,64}$/;

/**
 * Names a request by its header `X-Request-Id`, or by a new id. The answer has the same header, and so has each line of the
 * log, so that what a person reports can be found there.
 */
export const requestId: RequestHandler = (req, res, next) => {
  const given = req.headers['x-request-id'];
  req.id = typeof given === 'string' && GIVEN.test(given) ? given : randomUUID();
  res.setHeader('x-request-id', req.id);
  next();
};
