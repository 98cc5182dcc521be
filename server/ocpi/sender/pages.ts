import type { Response } from 'express';
import type { Hex } from 'viem';
import type { OcpiPage } from '../../../protocol/api/ocpi.ts';
import { TIME_AND_ID } from '../../../protocol/api/pages.ts';
import { HttpProblem } from '../../http/problem.ts';

/** Objects of the longest page. */
export const MAX_LIMIT = 100;
/** Behind this one a client has to follow the links, which cost the same on each page. */
const MAX_OFFSET = 10_000;

/** An object of a list: when it was last updated (unix seconds), and its id. */
export interface Key {
  at: number;
  id: Hex;
}

/** Objects last updated from `from` to before `until`, unix seconds. */
export interface Span {
  from: number;
  until: number;
}

/** A list whose objects are in the order of their keys. */
export interface KeySource {
  count(span: Span): Promise<number>;
  /** The first keys, or the first ones behind `after`. */
  keys(span: Span, after: Key | undefined, limit: number): Promise<Key[]>;
}

export interface Page {
  keys: Key[];
  total: number;
  /** Undefined on the last page. */
  next: { after: Key; offset: number } | undefined;
}

/** A page of several lists as one. What changes between two pages comes again at the end, and nothing is left out. */
export async function readPage(sources: readonly KeySource[], query: OcpiPage): Promise<Page> {
  const span = spanOf(query);
  const limit = limitOf(query);
  const offset = Number(query.offset ?? 0);
  const after = query.after && { at: query.after[0], id: query.after[1] };
  if (after === undefined && offset > MAX_OFFSET) throw offsetTooLarge(offset);
  const skipped = after === undefined ? offset : 0;
  const wanted = skipped + limit + 1;
  const found = await Promise.all(sources.map((source) => source.keys(span, after, wanted)));
  const rest = found.flat().toSorted(inOrder).slice(skipped);
  const keys = rest.slice(0, limit);
  const counts = await Promise.all(sources.map((source) => source.count(span)));
  const last = rest.length > limit ? keys.at(-1) : undefined;
  return {
    keys,
    total: counts.reduce((sum, one) => sum + one, 0),
    next: last && { after: last, offset: offset + keys.length },
  };
}

const inOrder = (a: Key, b: Key): number => a.at - b.at || (a.id < b.id ? -1 : 1);

const limitOf = ({ limit }: OcpiPage): number => Math.min(Math.max(Number(limit ?? MAX_LIMIT), 1), MAX_LIMIT);

function spanOf({ date_from, date_to }: OcpiPage): Span {
  return { from: Math.max(secOf(date_from) ?? 0, 0), until: secOf(date_to) ?? Number.MAX_SAFE_INTEGER };
}

/** The first whole second that is not before it. OCPI's times are UTC, with or without the mark of it. */
function secOf(time: string | undefined): number | undefined {
  if (time === undefined) return undefined;
  const isMarked = /(?:Z|[+-]\d\d:?\d\d)$/i.test(time);
  return Math.ceil(Date.parse(isMarked ? time : `${time}Z`) / 1_000);
}

/** OCPI 2.2.1, 4.1.4: the headers of a page. `url` is the list's own. */
export function setPageHeaders(res: Response, url: string, query: OcpiPage, { total, next }: Page): void {
  res.set({ 'x-total-count': String(total), 'x-limit': String(MAX_LIMIT) });
  if (next === undefined) return;
  const { at, id } = next.after;
  const given = Object.entries({ date_from: query.date_from, date_to: query.date_to });
  const parameters = new URLSearchParams([
    ...given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ['offset', String(next.offset)],
    ['limit', String(limitOf(query))],
    ['after', TIME_AND_ID.text(at, id)],
  ]);
  res.set('link', `<${url}?${parameters}>; rel="next"`);
}

const offsetTooLarge = (offset: number): HttpProblem =>
  new HttpProblem(400, {
    code: 'ocpi.offset',
    value: String(offset),
    rule: `An offset may be at most ${MAX_OFFSET}.`,
    remedy: 'Follow the header Link from page to page, or ask for what changed by date_from.',
  });
