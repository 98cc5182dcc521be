import compression from 'compression';
import type { RequestHandler } from 'express';

/**
 * Compresses what browsers and programs can unpack. Not what must arrive at once (server-sent events), and nothing
 * private: the length of a compressed secret beside text of an attacker's choice would give it away.
 */
export function compressed(): RequestHandler {
  const compress = createCompression();
  return (req, res, next) => {
    if (req.headers['accept-encoding'] === undefined) {
      // Who asks for nothing packed gets it as it is, without a look at each part of it.
      res.setHeader('vary', 'Accept-Encoding');
      next();
    } else compress(req, res, next);
  };
}

const createCompression = (): RequestHandler =>
  compression({
    filter(req, res) {
      const type = String(res.getHeader('content-type') ?? '');
      if (type.startsWith('text/event-stream')) return false;
      return res.getHeader('cache-control') !== 'no-store' && compression.filter(req, res);
    },
  });
