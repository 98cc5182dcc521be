import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ForeignFeed } from '../config-values.ts';
import { feedError } from './feedError.ts';
import { type Row, splitRows } from './splitRows.ts';

/** What bounds the feed of any operator. */
export interface FeedBounds {
  /** Of one page, and of all pages together. */
  pageBytes: number;
  feedBytes: number;
  rowChars: number;
  pages: number;
  pageTimeoutMs: number;
  feedTimeoutMs: number;
}

export const FEED_BOUNDS: FeedBounds = {
  pageBytes: 64 * 2 ** 20,
  feedBytes: 512 * 2 ** 20,
  rowChars: 512 * 2 ** 10,
  pages: 5_000,
  pageTimeoutMs: 60_000,
  feedTimeoutMs: 1_800_000,
};

/** What names the content of a feed, as it was sent with it. */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

export interface FeedAnswer {
  /** The rows as they arrive; undefined where the feed has not changed. */
  rows: AsyncIterable<Row[]> | undefined;
  /** Known once all rows were read. Both null where they would not cover the whole feed. */
  validators: Validators;
}

interface Reading {
  feed: ForeignFeed;
  bounds: FeedBounds;
  signal: AbortSignal;
}

/**
 * Asks for a feed that the operator has named. No address is taken from what a feed says, except next pages on the same
 * origin; redirects are refused.
 */
export async function fetchFeed(reading: Reading, known: Validators): Promise<FeedAnswer> {
  const { url, file } = reading.feed;
  const until = AbortSignal.any([reading.signal, AbortSignal.timeout(reading.bounds.feedTimeoutMs)]);
  if (url !== undefined) return fetchUrl({ ...reading, signal: until }, url, known);
  return readFileFeed(reading, file, known);
}

async function readFileFeed({ bounds }: Reading, file: string, known: Validators): Promise<FeedAnswer> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) throw feedError('unreachable', `no file ${file}`);
  if (found.size > bounds.pageBytes) throw feedError('tooLarge', `${found.size} bytes`);
  const etag = `${found.size}-${found.mtimeMs}`;
  const isKnown = known.etag === etag;
  return {
    rows: isKnown ? undefined : splitRows(createReadStream(file), bounds.rowChars),
    validators: { etag, lastModified: null },
  };
}

async function fetchUrl(reading: Reading, url: string, known: Validators): Promise<FeedAnswer> {
  const first = await fetchPage(reading, url, known);
  if (first.status === 304) return { rows: undefined, validators: known };
  const validators: Validators = {
    etag: first.headers.get('etag'),
    lastModified: first.headers.get('last-modified'),
  };
  const answer: FeedAnswer = { rows: undefined, validators };
  answer.rows = pages(reading, first, url, () => {
    // The first page may stay as it is while another one changes.
    answer.validators = { etag: null, lastModified: null };
  });
  return answer;
}

async function* pages(
  reading: Reading,
  first: Response,
  url: string,
  onMore: () => void,
): AsyncGenerator<Row[]> {
  const { bounds } = reading;
  const seen = new Set([url]);
  const counted = { rows: 0, bytes: 0 };
  const announced = Number(first.headers.get('x-total-count') ?? Number.NaN);
  for (let page = first, at = url; ; ) {
    for await (const rows of splitRows(bounded(page, bounds, counted), bounds.rowChars)) {
      counted.rows += rows.length;
      yield rows;
    }
    const next = nextPage(page, at);
    if (next === undefined) break;
    if (seen.has(next) || seen.size >= bounds.pages)
      throw feedError('tooLarge', `more pages after ${seen.size}`);
    seen.add(next);
    onMore();
    page = await fetchPage(reading, next);
    at = next;
  }
  if (counted.rows < announced) {
    throw feedError('incomplete', `${counted.rows} of ${announced} rows`);
  }
}

async function fetchPage(
  { feed, bounds, signal }: Reading,
  url: string,
  known?: Validators,
): Promise<Response> {
  // OCPI 2.2.1, 4.2: each request has ids of its own.
  const ids = { 'x-request-id': randomUUID(), 'x-correlation-id': randomUUID() };
  const headers = new Headers({ accept: 'application/json', ...ids });
  if (feed.token !== undefined) {
    // OCPI 2.2: the token as Base64.
    headers.set('authorization', `Token ${Buffer.from(feed.token).toString('base64')}`);
  }
  if (known?.etag) headers.set('if-none-match', known.etag);
  if (known?.lastModified) headers.set('if-modified-since', known.lastModified);
  const until = AbortSignal.any([signal, AbortSignal.timeout(bounds.pageTimeoutMs)]);
  const response = await fetch(url, { headers, redirect: 'error', signal: until }).catch((error: Error) => {
    throw feedError('unreachable', error.cause instanceof Error ? error.cause.message : error.message);
  });
  const isAnswer = response.status === 200 || (response.status === 304 && known !== undefined);
  if (isAnswer) return response;
  await response.body?.cancel();
  throw feedError('unreachable', `status ${response.status}`);
}

async function* bounded(
  page: Response,
  { pageBytes, feedBytes }: FeedBounds,
  counted: { bytes: number },
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of page.body ?? []) {
      bytes += chunk.length;
      counted.bytes += chunk.length;
      if (bytes > pageBytes || counted.bytes > feedBytes)
        throw feedError('tooLarge', `${counted.bytes} bytes`);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('feed.')) throw error;
    throw feedError('unreachable', error instanceof Error ? error.message : 'the answer ended early');
  }
}

/** The page that the header Link names (RFC 8288), on the same origin. */
function nextPage(page: Response, at: string): string | undefined {
  const links = (page.headers.get('link') ?? '').split(/,(?=\s*<)/);
  const next = links.find((link) => /;\s*rel="?next"?/i.test(link));
  const [, target] = /<([^>]*)>/.exec(next ?? '') ?? [];
  if (target === undefined) return undefined;
  const url = new URL(target, at);
  if (url.origin !== new URL(at).origin) throw feedError('incomplete', `a next page on ${url.origin}`);
  return url.href;
}
