import { type RequestHandler, raw } from 'express';
import { HttpProblem } from '../http/problem.ts';

/** Reads a body of bytes, whatever its type, up to a number of them; put it behind what asks who sends them. */
export function bytesUpTo(maxBytes: number, code: string): RequestHandler {
  const read = raw({ type: () => true, limit: maxBytes });
  return (req, res, next) => {
    read(req, res, (error?: unknown) => {
      if ((error as { type?: string } | undefined)?.type !== 'entity.too.large') return next(error);
      next(tooLarge(maxBytes, code));
    });
  };
}

/** An empty body is not read at all. */
export const bytesOf = (body: unknown): Uint8Array => (body instanceof Uint8Array ? body : new Uint8Array());

const tooLarge = (maxBytes: number, code: string): HttpProblem =>
  new HttpProblem(413, {
    code,
    rule: `These bytes may be at most ${maxBytes}.`,
    remedy: 'Send fewer bytes.',
  });
