import type { RequestHandler } from 'express';
import { type DestinationStream, type Logger, pino } from 'pino';
import { pinoHttp } from 'pino-http';

/** Fields that may contain a secret; the log shows a placeholder instead. */
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
 * Logs one line per request, without its body. Reading requests are logged at debug level, and so are the errors that
 * an unreachable ledger causes in them: the outage has a log line of its own.
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
