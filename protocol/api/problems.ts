import { z } from 'zod';

/** RFC 9457 problem document. `type` is `about:blank`: `code` is what tells problems apart. */
export const problem = z
  .looseObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.string().regex(/^[a-zA-Z0-9]+(\.[a-zA-Z0-9]+)+$/),
    remedy: z.string(),
    errors: z
      .array(z.strictObject({ path: z.string(), rule: z.string() }))
      .optional()
      .describe('Of `input.invalid`: each field that breaks a rule.'),
  })
  .meta({
    id: 'Problem',
    description: 'RFC 9457. `code` tells problems apart and never changes its meaning.',
  });
export type Problem = z.infer<typeof problem>;

/** Codes that any operation may answer with. */
export const COMMON_PROBLEMS = [
  'body.malformed',
  'body.notJson',
  'body.tooLarge',
  'database.unreachable',
  'host.unknown',
  'idempotency.busy',
  'idempotency.malformed',
  'idempotency.otherRequest',
  'input.invalid',
  'ledger.unreachable',
  'limit.reached',
  'route.unknown',
  'server.failed',
] as const;

/** Codes beside the listed ones, which only the agent knows. */
export const ANY_CODE = '*';

/** What a request to the agent of a booking may meet. The agent's own refusals have codes of its own, as 409. */
export const AGENT_PROBLEMS = ['agent.busy', 'agent.offline', 'agent.timeout', ANY_CODE] as const;
