import { setTimeout as delay } from 'node:timers/promises';
import type { Address } from 'viem';
import { z } from 'zod';
import { AuditError } from '../lib/errors.ts';
import type { Progress } from '../lib/progress.ts';

/** Where the answers come from that are compared, and the node that says what changed since the audited block. */
export interface ApiSource {
  /** Origin of the server. */
  apiUrl: string;
  rpcUrl: string;
  market: Address;
  progress?: Progress;
  /** Milliseconds in which lists of the map follow the index; 5,000 where it is left out. */
  mapFollowsMs?: number;
}

/** An answer, and the server's time of it (unix seconds). */
export interface Answer<T> {
  body: T;
  at: number;
}

/** Longest wait that a busy API may ask for, in seconds, and how often it may. */
const RETRY_AFTER_MAX_SEC = 90;
const MOST_WAITS = 20;
const TIMEOUT_MS = 10_000;

/** One JSON answer; a 404 is `undefined`. Waits as long as a busy API asks for. */
export async function get<T>({ apiUrl }: ApiSource, path: string, schema: z.ZodType<T>): Promise<Answer<T>> {
  const url = `${apiUrl.replace(/\/+$/, '')}/api/v1${path}`;
  try {
    const response = await patientFetch(url);
    if (!response.ok && response.status !== 404) throw new Error(`status ${response.status}`);
    const body = schema.parse(response.ok ? await response.json() : undefined);
    return { body, at: Math.floor(Date.parse(response.headers.get('date') ?? '') / 1_000) || 0 };
  } catch (error) {
    throw error instanceof AuditError ? error : unusable(url, error);
  }
}

async function patientFetch(url: string): Promise<Response> {
  for (let waits = 0; ; waits += 1) {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const retryAfterSec = Number(response.headers.get('retry-after') ?? 1);
    const isBusy = response.status === 429 && retryAfterSec <= RETRY_AFTER_MAX_SEC;
    if (!isBusy || waits === MOST_WAITS) return response;
    await delay(retryAfterSec * 1_000);
  }
}

function unusable(url: string, error: unknown): AuditError {
  const reason = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
  return new AuditError(
    {
      code: 'audit.api',
      value: `${url}: ${reason}`,
      rule: 'The API after --api must answer as Plugpact’s API does.',
      remedy: 'Give the address of a running server, or leave --api out: the ledger suffices.',
      retry: 'later',
    },
    { cause: error },
  );
}

/** Any object: what is not in it as it should be differs from the ledger, and is named so. */
export const anyObject = z.looseObject({});
export type AnyObject = Record<string, unknown>;

const page = z.looseObject({
  chargers: z.array(z.looseObject({ listingId: z.string() })),
  cursor: z.string().nullable(),
});

/** More pages than that are a list that never ends. */
const MOST_PAGES = 10_000;

/** All pages of a list of chargers. */
export async function allChargers(
  source: ApiSource,
  query: string,
): Promise<(AnyObject & { listingId: string })[]> {
  const found: (AnyObject & { listingId: string })[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await get(source, `/chargers?${query}&limit=1000${after}`, page);
    for (const charger of body.chargers) found.push(charger);
    cursor = body.cursor;
    if (cursor === null) return found;
  }
  throw unusable(`/chargers?${query}`, new Error(`more than ${MOST_PAGES} pages`));
}
