import type { Express, Request, RequestHandler, Response } from 'express';
import { type DestinationStream, type Logger, pino } from 'pino';

declare module 'node:http' {
  interface IncomingMessage {
    /** See `requestId`. */
    id: string;
    /** Its lines name the request by its id. */
    log: Logger;
  }
}

/** Fields that may contain a secret; the log shows a placeholder instead. */
const REDACTED = ['*.privateKey', '*.relayerKey', '*.faucetKey'];

/** JSON lines to standard output, or to `destination`. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = { level, redact: { paths: REDACTED, censor: '[hidden]' } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Gives each request of an application its logger, which is made for those that write a line. */
export function withRequestLog(app: Express, log: Logger): void {
  Object.defineProperty(app.request, 'log', {
    get(this: Request) {
      return log.child({ reqId: this.id });
    },
  });
}

/**
 * Logs one line per request: what was asked and how it ended, and nothing of who asked. The route stands there without
 * its ids, since one line beside another would say which booking an address is interested in. Reading requests are logged
 * at debug level, and so are the errors that an unreachable ledger causes in them: the outage has a log line of its own.
 */
export function requestLog(log: Logger): RequestHandler {
  return (req, res, next) => {
    const beganAt = performance.now();
    res.once('close', () => {
      const level = levelOf(req, res);
      if (!log.isLevelEnabled(level)) return;
      const { statusCode } = res;
      const responseTime = Math.round(performance.now() - beganAt);
      req.log[level]({ req: asked(req), res: { statusCode }, responseTime }, 'request');
    });
    next();
  };
}

function levelOf({ method }: Request, { statusCode }: Response): 'error' | 'debug' | 'info' {
  if (statusCode === 500) return 'error';
  return method === 'GET' || method === 'HEAD' ? 'debug' : 'info';
}

/** What a line says of a request. */
const asked = ({ method, route }: Request) => ({ method, route: String(route?.path ?? 'none') });
