import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { ServerConfig } from '../../config.ts';

const isId = (text: string | undefined): text is string =>
  text !== undefined && /^[\x21-\x7e]{1,64}$/.test(text);

/** OCPI 2.2.1, 4.2: an answer has the ids of its request, and ids of its own where that has none. */
export const messageIds: RequestHandler = (req, res, next) => {
  const [request, correlation] = [req.get('x-request-id'), req.get('x-correlation-id')];
  // What else it may be, the log names it by an id that is safe there (`server/http/request-id.ts`).
  if (isId(request)) res.set('x-request-id', request);
  res.set('x-correlation-id', isId(correlation) ? correlation : randomUUID());
  next();
};

const PARTY_PARTS = { 'country-code': /^[A-Z]{2}$/i, 'party-id': /^[A-Z0-9]{3}$/i };

/**
 * OCPI 2.2.1, 4.1.8: an answer names sender and receiver, the other way round than its request. For functional modules
 * alone: versions and credentials are not routed.
 */
export const routingHeaders =
  ({ ocpi }: Pick<ServerConfig, 'ocpi'>): RequestHandler =>
  (req, res, next) => {
    res.set({ 'ocpi-from-country-code': ocpi.countryCode, 'ocpi-from-party-id': ocpi.partyId });
    for (const [part, pattern] of Object.entries(PARTY_PARTS)) {
      const from = req.get(`ocpi-from-${part}`);
      if (from !== undefined && pattern.test(from)) res.set(`ocpi-to-${part}`, from);
    }
    next();
  };
