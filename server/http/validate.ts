import type { Request } from 'express';
import type { z } from 'zod';
import { HttpProblem } from './problem.ts';

/** What was wrong with one field: where, and the rule it broke. Values are left out, they may be secret. */
export interface FieldError {
  path: string;
  rule: string;
}

/**
 * Reads a value from outside by its schema.
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
      rule: 'Every field of a request has its form.',
      remedy: 'Correct the named fields.',
    },
    { errors },
  );
}

/**
 * Reads a JSON body by its schema.
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
