import { hash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { type ClientRateLimitInfo, MemoryStore, type Options, type Store } from 'express-rate-limit';
import { addressKey } from './client-address.ts';
import { HttpProblem } from './problem.ts';

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

/** Answers requests of an IP address above the limit with status 429, and says in each answer what is left. */
export function limitTo(limit: Limit, onRefused?: (req: Request) => void): RequestHandler {
  const store = storeOf(limit);
  const sayLeft = createLeft(limit);
  return async (req, res, next) => {
    const key = addressKey(req.ip);
    const counted = await store.increment(key);
    const { totalHits, resetTime } = counted;
    sayLeft(res, key, counted);
    if (limit.onlyFailed) res.once('finish', () => void giveBack(store, key, res, resetTime));
    if (totalHits <= limit.count) return next();
    onRefused?.(req);
    res.setHeader('retry-after', String(secondsLeft(limit, counted)));
    next(tooMany(limit, 'One IP address'));
  };
}

/** A request that was answered well is not counted where failures are. */
async function giveBack(
  store: Store,
  key: string,
  res: Response,
  windowEnd: Date | undefined,
): Promise<void> {
  const isOver = windowEnd !== undefined && windowEnd.getTime() <= Date.now();
  if (res.statusCode < 400 && !isOver) await store.decrement(key);
}

const secondsLeft = ({ windowSec }: Limit, { resetTime }: ClientRateLimitInfo): number =>
  resetTime === undefined ? windowSec : Math.max(0, Math.ceil((resetTime.getTime() - Date.now()) / 1_000));

/** `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-08). */
function createLeft(limit: Limit) {
  const { count, windowSec } = limit;
  const partitionOf = createPartitions();
  const name = `"${count}-in-${windowSec < 60 ? `${windowSec}sec` : `${windowSec / 60}min`}"`;
  return (res: Response, key: string, counted: ClientRateLimitInfo): void => {
    const left = Math.max(0, count - counted.totalHits);
    res.appendHeader('RateLimit', `${name}; r=${left}; t=${secondsLeft(limit, counted)}`);
    res.appendHeader('RateLimit-Policy', `${name}; q=${count}; w=${windowSec}; pk=:${partitionOf(key)}:`);
  };
}

/** Whose limit an answer tells, hashed so that it names nobody; those of late are kept. */
function createPartitions() {
  const partitions = new Map<string, string>();
  return (key: string): string => {
    const known = partitions.get(key);
    if (known !== undefined) return known;
    const partition = Buffer.from(hash('sha256', key).slice(0, 12)).toString('base64');
    if (partitions.size >= MOST_PARTITIONS) partitions.clear();
    partitions.set(key, partition);
    return partition;
  };
}

const MOST_PARTITIONS = 10_000;

function storeOf({ windowSec, newStore }: Limit): Store {
  const store = newStore?.() ?? new MemoryStore();
  store.init?.({ windowMs: windowSec * 1_000 } as Options);
  return store;
}

/** Counts one more request of a key. Resolves with how many there were in this window. */
export type Counter = (key: string) => Promise<number>;

/** Counts by the store of a limit, for what is no request of Express. */
export function createCounter(limit: Limit): Counter {
  const store = storeOf(limit);
  return async (key) => (await store.increment(key)).totalHits;
}

/** Counts one more request of a key. @throws HttpProblem 429 `limit.reached`. */
export function createLimit(limit: Limit, what: string): (key: string) => Promise<void> {
  const count = createCounter(limit);
  return async (key) => {
    if ((await count(key)) > limit.count) throw tooMany(limit, what);
  };
}

/**
 * Counts requests by a key that has to be looked up, as that of an account is; those without one are not counted.
 * `keyOf` returns undefined at once where nothing has to be looked up.
 */
export function limitBy(
  limit: Limit,
  what: string,
  keyOf: (req: Request) => Promise<string | undefined> | undefined,
): RequestHandler {
  const count = createLimit(limit, what);
  const countKey = async (found: Promise<string | undefined>) => {
    const key = await found;
    if (key !== undefined) await count(key);
  };
  return (req, _res, next) => {
    const found = keyOf(req);
    if (found === undefined) next();
    else countKey(found).then(() => next(), next);
  };
}

const tooMany = ({ count, windowSec }: Limit, what: string): HttpProblem =>
  new HttpProblem(429, {
    code: 'limit.reached',
    rule: `${what} may make ${count} such requests in ${windowSec} s.`,
    remedy: `Wait for the number of seconds in the Retry-After header, or for ${windowSec} s, then try again.`,
    retry: 'later',
  });
