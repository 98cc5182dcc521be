import type { NextFunction, RequestHandler } from 'express';

/**
 * One handler that runs others in order. Each that is bound on its own costs a router's look at method and path; those that
 * every request passes need none.
 */
export const inOrder =
  (...handlers: readonly RequestHandler[]): RequestHandler =>
  (req, res, next) => {
    let at = 0;
    const step: NextFunction = (error?: unknown) => {
      const handler = error === undefined ? handlers[at++] : undefined;
      if (handler === undefined) return error === undefined ? next() : next(error);
      try {
        // What one that answers later throws is the problem handler's as well.
        const done: unknown = handler(req, res, step);
        if (done instanceof Promise) done.catch(next);
      } catch (thrown) {
        next(thrown);
      }
    };
    step();
  };
