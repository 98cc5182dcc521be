import type { Request, RequestHandler } from 'express';
import { MemoryStore, type Options, rateLimit, type Store } from 'express-rate-limit';
import { HttpProblem, sendProblem } from './problem.ts';

/** How many requests one IP address, or one account or agent, may make within a window of time. */
export interface Limit {
  count: number;
  windowSec: number;
  /** Counts failed requests only: this limits guessing, not use. */
  onlyFailed?: boolean;
  /** Makes the store that counts the requests; this process's memory by default. */
  newStore?(): Store;
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
  /** Messages that one agent gets, from anybody, without a signature that this server has checked. */
  unsigned: { count: 30, windowSec: 60 },
  /** Subscriptions: each makes this server send a request to an address that the request names. */
  subscribe: { count: 20, windowSec: 600 },
  /** Connections of agents, new ones. */
  links: { count: 1_200, windowSec: 60 },
  /** Requests of one signed-in account, from any address. */
  account: { count: 600, windowSec: 60 },
} as const satisfies Record<string, Limit>;

export type Limits = Record<keyof typeof LIMITS, Limit>;

/** Answers requests of an IP address above the limit with status 429. */
export function limitTo(limit: Limit): RequestHandler {
  return rateLimit({
    limit: limit.count,
    windowMs: limit.windowSec * 1_000,
    skipSuccessfulRequests: limit.onlyFailed ?? false,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // Untrusted headers of a proxy have a log line of their own.
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    ...(limit.newStore && { store: limit.newStore() }),
    handler: (_req, res) => sendProblem(res, tooMany(limit, 'One IP address')),
  });
}

/** Counts one more request of a key. Resolves with how many there were in this window. */
export type Counter = (key: string) => Promise<number>;

/** Counts by the store of a limit, for what is no request of Express. */
export function createCounter({ windowSec, newStore }: Limit): Counter {
  const store = newStore?.() ?? new MemoryStore();
  store.init?.({ windowMs: windowSec * 1_000 } as Options);
  return async (key) => (await store.increment(key)).totalHits;
}

/** Counts one more request of a key. @throws HttpProblem 429 `limit.reached`. */
export function createLimit(limit: Limit, what: string): (key: string) => Promise<void> {
  const count = createCounter(limit);
  return async (key) => {
    if ((await count(key)) > limit.count) throw tooMany(limit, what);
  };
}

/** Counts requests by a key that has to be looked up, as that of an account is; those without one are not counted. */
export function limitBy(
  limit: Limit,
  what: string,
  keyOf: (req: Request) => Promise<string | undefined>,
): RequestHandler {
  const count = createLimit(limit, what);
  return async (req, _res, next) => {
    const key = await keyOf(req);
    if (key !== undefined) await count(key);
    next();
  };
}

const tooMany = ({ count, windowSec }: Limit, what: string): HttpProblem =>
  new HttpProblem(429, {
    code: 'limit.reached',
    rule: `${what} may make ${count} such requests in ${windowSec} s.`,
    remedy: `Wait for the number of seconds in the Retry-After header, or for ${windowSec} s, then try again.`,
    retry: 'later',
  });
