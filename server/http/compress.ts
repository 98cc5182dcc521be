import compression from 'compression';
import type { RequestHandler } from 'express';

/**
 * Compresses what browsers and programs can unpack. Not what must arrive at once (server-sent events), and nothing
 * private: the length of a compressed secret beside text of an attacker's choice would give it away.
 */
export const compressed = (): RequestHandler =>
  compression({
    filter(req, res) {
      const type = String(res.getHeader('content-type') ?? '');
      if (type.startsWith('text/event-stream')) return false;
      return res.getHeader('cache-control') !== 'no-store' && compression.filter(req, res);
    },
  });
