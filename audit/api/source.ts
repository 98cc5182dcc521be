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
  /** Which searches, tiles and objects are asked for; by chance where it is left out. */
  seed?: number;
}

/** An answer, and the server's time of it (unix seconds). */
export interface Answer<T> {
  body: T;
  at: number;
  headers: Headers;
}

/** Longest wait that a busy API may ask for, in seconds, and how often it may. */
const RETRY_AFTER_MAX_SEC = 90;
const MOST_WAITS = 20;
const TIMEOUT_MS = 10_000;

const addressOf = ({ apiUrl }: ApiSource, path: string): string => `${apiUrl.replace(/\/+$/, '')}${path}`;

/** One JSON answer; a 404 is `undefined`. Waits as long as a busy API asks for. */
export async function get<T>(
  source: ApiSource,
  path: string,
  schema: z.ZodType<T>,
  accept = 'application/json',
): Promise<Answer<T>> {
  const url = addressOf(source, `/api/v1${path}`);
  try {
    const response = await answered(url, accept);
    const body = schema.parse(response.ok ? await response.json() : undefined);
    const { headers } = response;
    return { body, at: Math.floor(Date.parse(headers.get('date') ?? '') / 1_000) || 0, headers };
  } catch (error) {
    throw error instanceof AuditError ? error : unusable(url, error);
  }
}

/** The bytes of an answer; none where there is nothing. */
export async function getBytes(source: ApiSource, path: string): Promise<Uint8Array> {
  const url = addressOf(source, path);
  try {
    const response = await answered(url, '*/*');
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array();
  } catch (error) {
    throw unusable(url, error);
  }
}

async function answered(url: string, accept: string): Promise<Response> {
  const response = await patientFetch(url, accept);
  if (!response.ok && response.status !== 404) throw new Error(`status ${response.status}`);
  return response;
}

async function patientFetch(url: string, accept: string): Promise<Response> {
  for (let waits = 0; ; waits += 1) {
    const response = await fetch(url, { headers: { accept }, signal: AbortSignal.timeout(TIMEOUT_MS) });
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

/** More pages than that are a list that never ends. */
const MOST_PAGES = 10_000;

/** All rows of a list, page by page: `read` gives the rows of one, and where the next one is. */
export async function allPages<Row>(
  list: string,
  read: (next: string | undefined) => Promise<{ rows: readonly Row[]; next: string | undefined }>,
): Promise<Row[]> {
  const all: Row[] = [];
  let next: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await read(next);
    for (const row of page.rows) all.push(row);
    next = page.next;
    if (next === undefined) return all;
  }
  throw unusable(list, new Error(`more than ${MOST_PAGES} pages`));
}
