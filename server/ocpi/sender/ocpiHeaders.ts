import type { RequestHandler } from 'express';
import type { ServerConfig } from '../../config.ts';

const isId = (text: string | undefined): text is string =>
  text !== undefined && /^[\x21-\x7e]{1,64}$/.test(text);
const isParty = (text: string | undefined): text is string =>
  text !== undefined && /^[A-Za-z0-9]{2,3}$/.test(text);

/**
 * OCPI 2.2.1, 4.1.5 and 4.1.6: an answer names the request's correlation, and sender and receiver the other way round.
 * The request's id goes back with every answer of the server.
 */
export const ocpiHeaders =
  ({ ocpi }: Pick<ServerConfig, 'ocpi'>): RequestHandler =>
  (req, res, next) => {
    const correlation = req.get('x-correlation-id');
    if (isId(correlation)) res.set('x-correlation-id', correlation);
    res.set({ 'ocpi-from-country-code': ocpi.countryCode, 'ocpi-from-party-id': ocpi.partyId });
    for (const part of ['country-code', 'party-id']) {
      const from = req.get(`ocpi-from-${part}`);
      if (isParty(from)) res.set(`ocpi-to-${part}`, from);
    }
    next();
  };
