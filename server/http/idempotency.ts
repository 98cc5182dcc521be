import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { HttpProblem } from './problem.ts';

const KEY = /^[\w-]{16,128}$/;

/** How long a request waits for the answer to its twin, and how often it looks. */
const WAIT_MS = 15_000;
const LOOK_MS = 100;

/** A request by its key: of one account, for one method and path. */
export interface KeyedRequest {
  requestKey: string;
  /** In lower case; empty where nobody is signed in. */
  account: string;
  /** Of all that was sent. */
  requestHash: string;
}

export interface KeptAnswer {
  status: number;
  /** JSON; null where there was no body. */
  body: string | null;
}

/** The answers of a day, shared by all processes. */
export interface AnswerStore {
  /**
   * `mine`: nobody has answered, so the caller does, and then calls `keep` or `forget`. `busy`: another request is about
   * to. `other`: the key was used for something else.
   */
  take(request: KeyedRequest): Promise<'mine' | 'busy' | 'other' | KeptAnswer>;
  keep(requestKey: string, answer: KeptAnswer): Promise<void>;
  forget(requestKey: string): Promise<void>;
}

interface Keys {
  store: AnswerStore;
  accountOf(req: Request): Promise<string | undefined>;
}

/** Lets writes carry an `Idempotency-Key`: see `answerOnce`. */
export const idempotencyKeys =
  (keys: Keys): RequestHandler =>
  (_req, res, next) => {
    res.locals.idempotency = keys;
    next();
  };

/**
 * Answers a request; one that carries the key of another gets its answer, and nothing is done again. What was refused did
 * nothing, so only answers of 2xx are kept. `answer` returns the JSON, or undefined where it has answered by `res`.
 *
 * @throws HttpProblem 400 `idempotency.malformed`, 409 `idempotency.busy`, 422 `idempotency.otherRequest`.
 */
export async function answerOnce(
  req: Request,
  res: Response,
  status: number,
  answer: () => Promise<unknown>,
): Promise<void> {
  const key = req.method === 'GET' ? undefined : req.get('idempotency-key');
  const keys = res.locals.idempotency as Keys | undefined;
  if (key === undefined || keys === undefined) return send(res, status, await answer());
  const { store, accountOf } = keys;
  const request = keyed(req, key, (await accountOf(req)) ?? '');
  const known = await takeTurn(store, request);
  if (known !== undefined) return replay(res, known);
  try {
    const value = await answer();
    const body = value === undefined ? null : JSON.stringify(value);
    // An answer that sets a cookie hands out a secret, and one of bytes is not kept.
    const isKept = res.get('set-cookie') === undefined && (value !== undefined || res.statusCode === 204);
    if (!isKept) await store.forget(request.requestKey);
    else await store.keep(request.requestKey, { status: value === undefined ? 204 : status, body });
    send(res, status, value);
  } catch (error) {
    await store.forget(request.requestKey);
    throw error;
  }
}

function send(res: Response, status: number, value: unknown): void {
  if (value !== undefined) res.status(status).json(value);
}

function replay(res: Response, { status, body }: KeptAnswer): void {
  res.status(status).set('idempotency-replayed', 'true');
  if (body === null) res.end();
  else res.type('json').send(body);
}

function keyed(req: Request, key: string, account: string): KeyedRequest {
  if (!KEY.test(key)) throw malformed();
  const route = `${req.method} ${req.originalUrl}`;
  const body = Buffer.isBuffer(req.body) ? req.body : JSON.stringify(req.body ?? null);
  return {
    requestKey: sha256(`${account} ${key} ${req.method} ${req.baseUrl}${req.path}`),
    account,
    requestHash: sha256(route, body),
  };
}

const sha256 = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\n');
  return hash.digest('hex');
};

/** The kept answer; undefined where the caller is to answer. */
async function takeTurn(store: AnswerStore, request: KeyedRequest): Promise<KeptAnswer | undefined> {
  const giveUpAt = Date.now() + WAIT_MS;
  for (;;) {
    const taken = await store.take(request);
    if (taken === 'mine') return undefined;
    if (taken === 'other') throw otherRequest();
    if (taken !== 'busy') return taken;
    if (Date.now() >= giveUpAt) throw busy();
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

const malformed = (): HttpProblem =>
  new HttpProblem(400, {
    code: 'idempotency.malformed',
    rule: 'An Idempotency-Key has 16 to 128 letters, digits, hyphens and underscores.',
    remedy: 'Make a new random key for each thing that is to be done once, for instance a UUID.',
  });

const busy = (): HttpProblem =>
  new HttpProblem(409, {
    code: 'idempotency.busy',
    rule: 'The first request with this Idempotency-Key is still being answered.',
    remedy: 'Send the same request with the same key again in a few seconds.',
    retry: 'later',
  });

const otherRequest = (): HttpProblem =>
  new HttpProblem(422, {
    code: 'idempotency.otherRequest',
    rule: 'An Idempotency-Key belongs to one request: the same key must come with the same query and body.',
    remedy: 'Use a new key for a new request.',
  });
