import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { HttpProblem, sendProblem } from './problem.ts';

/** How many requests one IP address may make within a window of time. */
export interface Limit {
  count: number;
  windowSec: number;
  /** Counts failed requests only: this limits guessing, not use. */
  onlyFailed?: boolean;
}

/** The limits of the API, by what they protect. */
export const LIMITS = {
  /** Any request. */
  api: { count: 1_200, windowSec: 60 },
  /** Wrong pairing codes. */
  pairing: { count: 10, windowSec: 900, onlyFailed: true },
  /** Calls whose gas the relayer pays. */
  relay: { count: 60, windowSec: 60 },
  faucet: { count: 20, windowSec: 60 },
  signIn: { count: 30, windowSec: 60 },
  /** Messages forwarded to an agent. */
  agent: { count: 120, windowSec: 60 },
} as const satisfies Record<string, Limit>;

export type Limits = Record<keyof typeof LIMITS, Limit>;

/** Answers requests above the limit with status 429. */
export function limitTo(limit: Limit): RequestHandler {
  return rateLimit({
    limit: limit.count,
    windowMs: limit.windowSec * 1_000,
    skipSuccessfulRequests: limit.onlyFailed ?? false,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_req, res) => sendProblem(res, tooMany(limit)),
  });
}

const tooMany = ({ count, windowSec }: Limit): HttpProblem =>
  new HttpProblem(429, {
    code: 'limit.reached',
    rule: `One IP address may make ${count} such requests in ${windowSec} s.`,
    remedy: 'Wait for the number of seconds in the Retry-After header, then try again.',
    retry: 'later',
  });
