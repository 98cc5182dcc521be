import express, { type NextFunction, type Request, type RequestHandler } from 'express';
import { bodyTooLarge } from './problem.ts';

const MAX_JSON_BYTES = 65_536;

/** What is read after a refusal, so that a client that goes on sending can read the answer: a closed connection loses it. */
const MAX_DRAIN_BYTES = 16 * 1_048_576;
const MAX_DRAIN_MS = 10_000;

const parse = express.json({ limit: MAX_JSON_BYTES });

/** Parses JSON bodies. One that is too long is refused as soon as that is known, in a way that its sender can read. */
export const jsonBody = (): RequestHandler => (req, res, next) => {
  if (!hasBody(req)) return next();
  if (req.is('application/json') === false) return parse(req, res, next);
  if (Number(req.headers['content-length'] ?? 0) > MAX_JSON_BYTES) return refuse(req, next);
  let isRefused = false;
  if (req.headers['transfer-encoding'] !== undefined) {
    onTooMany(req, () => {
      isRefused = true;
      refuse(req, next);
    });
  }
  parse(req, res, (error?: unknown) => {
    if (!isRefused) next(error);
  });
};

/** HTTP/1.1 announces a body by one of these (RFC 9112, section 6). */
const hasBody = ({ headers }: Request): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;

/** Its length is not announced. The parser would read it to its end, however far that is, before it says anything. */
function onTooMany(req: Request, tell: () => void): void {
  let receivedBytes = 0;
  const count = (chunk: Buffer) => {
    receivedBytes += chunk.length;
    if (receivedBytes <= MAX_JSON_BYTES) return;
    req.off('data', count);
    tell();
  };
  req.on('data', count);
}

function refuse(req: Request, next: NextFunction): void {
  next(bodyTooLarge());
  let drainedBytes = 0;
  const end = () => req.socket.destroy();
  const timer = setTimeout(end, MAX_DRAIN_MS).unref();
  req.on('data', (chunk: Buffer) => {
    drainedBytes += chunk.length;
    if (drainedBytes > MAX_DRAIN_BYTES) end();
  });
  req.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
}
