import type { Request, RequestHandler, Response } from 'express';
import { type DestinationStream, type Logger, pino } from 'pino';
import { pinoHttp } from 'pino-http';

/** Fields that may contain a secret; the log shows a placeholder instead. */
const REDACTED = ['*.privateKey', '*.relayerKey', '*.faucetKey'];

/** JSON lines to standard output, or to `destination`. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = { level, redact: { paths: REDACTED, censor: '[hidden]' } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/**
 * Logs one line per request: what was asked and how it ended, and nothing of who asked. The route stands there without
 * its ids, since one line beside another would say which booking an address is interested in. Reading requests are logged
 * at debug level, and so are the errors that an unreachable ledger causes in them: the outage has a log line of its own.
 */
export function requestLog(log: Logger): RequestHandler {
  return pinoHttp({
    logger: log,
    // Lines that a handler writes name the request by its id alone.
    quietReqLogger: true,
    wrapSerializers: false,
    serializers: {
      // pino-http writes the request down when it arrives, before it has a route: that is left out.
      req: (req: Request | Asked) => ('socket' in req ? undefined : req),
      res: ({ statusCode }: Response) => ({ statusCode }),
    },
    customLogLevel: (req, res) => {
      if (res.statusCode === 500) return 'error';
      return req.method === 'GET' || req.method === 'HEAD' ? 'debug' : 'info';
    },
    // Else a text with the status, and a stack for each 5xx: problems with an unknown cause log that themselves.
    customSuccessMessage: () => 'request',
    customErrorMessage: () => 'request',
    customSuccessObject: (req, _res, line) => ({ req: asked(req as Request), ...line }),
    customErrorObject: (req, _res, _error, { err: _, ...line }) => ({ req: asked(req as Request), ...line }),
  });
}

/** What a line says of a request. */
interface Asked {
  method: string;
  route: string;
}

const asked = ({ method, route }: Request): Asked => ({ method, route: String(route?.path ?? 'none') });
