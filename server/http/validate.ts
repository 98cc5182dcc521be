import type { Request } from 'express';
import type { z } from 'zod';
import { HttpProblem } from './problem.ts';

/** An invalid field: its path and the rule it breaks. The value is left out, since it may be secret. */
export interface FieldError {
  path: string;
  rule: string;
}

/**
 * Validates a value from outside against its schema.
 *
 * @throws HttpProblem 400 `input.invalid` with `errors`, one per field with its path.
 */
export function parseInput<T>(schema: z.ZodType<T>, value: unknown, where: 'body' | 'path' | 'query'): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors: FieldError[] = parsed.error.issues.map((issue) => ({
    path: [where, ...issue.path].join('.'),
    rule: issue.message,
  }));
  throw new HttpProblem(
    400,
    {
      code: 'input.invalid',
      value: errors.map(({ path, rule }) => `${path}: ${rule}`).join('; '),
      rule: 'Each field of a request must match its schema.',
      remedy: 'Correct the named fields.',
    },
    { errors },
  );
}

/**
 * Validates a JSON body against its schema.
 *
 * @throws HttpProblem 415 `body.notJson`, 400 `input.invalid`.
 */
export function parseBody<T>(schema: z.ZodType<T>, req: Request): T {
  if (req.is('application/json') === false) {
    throw new HttpProblem(415, {
      code: 'body.notJson',
      rule: 'The body must be JSON with the type application/json.',
      remedy: 'Set the content-type header to application/json.',
    });
  }
  return parseInput(schema, req.body, 'body');
}
