import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { HttpProblem, sendProblem } from './problem.ts';

/** How many requests one IP address may make within a time, in seconds. */
export interface Limit {
  count: number;
  windowSec: number;
  /** Only requests that fail count: guessing is limited, using is not. */
  onlyFailed?: boolean;
}

/** The limits of the API, by what they protect. */
export const LIMITS = {
  /** Any request: reading is cheap. */
  api: { count: 1_200, windowSec: 60 },
  /** Guesses of a pairing code. */
  pairing: { count: 10, windowSec: 900, onlyFailed: true },
  /** Gas that others pay. */
  relay: { count: 60, windowSec: 60 },
  faucet: { count: 20, windowSec: 60 },
  signIn: { count: 30, windowSec: 60 },
  /** Messages handed on to an agent. */
  agent: { count: 120, windowSec: 60 },
} as const satisfies Record<string, Limit>;

export type Limits = Record<keyof typeof LIMITS, Limit>;

/** Refuses with 429 what goes over the limit. */
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
    rule: `One address may make ${count} such requests in ${windowSec} s.`,
    remedy: 'Wait as long as the Retry-After header says.',
    retry: 'later',
  });
