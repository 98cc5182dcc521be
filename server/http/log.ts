import type { RequestHandler } from 'express';
import { type DestinationStream, type Logger, pino } from 'pino';
import { pinoHttp } from 'pino-http';

/** What may carry a secret and is never written to the log. */
const REDACTED = [
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
  '*.privateKey',
  '*.relayerKey',
  '*.faucetKey',
];

/** JSON lines to standard output, or to `destination`. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = { level, redact: { paths: REDACTED, censor: '[hidden]' } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/**
 * One line per request; bodies are never logged. Requests that only look are logged at debug level, and so are the
 * refusals that a missing ledger causes: the outage itself is said once.
 */
export function requestLog(log: Logger): RequestHandler {
  return pinoHttp({
    logger: log,
    customLogLevel: (req, res) => {
      if (res.statusCode === 500) return 'error';
      return req.method === 'GET' || req.method === 'HEAD' ? 'debug' : 'info';
    },
  });
}
