import type { Fit } from './availability.ts';
import { type Difference, mismatch } from './differences.ts';
import type { ExpectedQuote } from './expected-quote.ts';
import type { QuoteOrder } from './needs.ts';

/** A quote of an answer, by what the ledger says of it; distance and freshness as the answer has them. */
export interface RankedQuote {
  quote: ExpectedQuote;
  fit: Fit;
  distanceM: number;
  isOffline: boolean;
}

type Key = (ranked: RankedQuote) => bigint | number | string;

const cost: Key = ({ quote }) => quote.cost;
const finish: Key = ({ fit }) => fit.finishesAt;
const distance: Key = (ranked) => ranked.distanceM;
/** Of equal ones, those whose agent is away come last. */
const offline: Key = ({ isOffline }) => Number(isOffline);
const id: Key = ({ quote }) => quote.charger.listingId;

const KEYS: Readonly<Record<QuoteOrder, readonly Key[]>> = {
  cost: [cost, offline, distance, id],
  finish: [finish, offline, cost, distance, id],
  distance: [distance, offline, cost, id],
};

function isBefore(a: RankedQuote, b: RankedQuote, keys: readonly Key[]): boolean {
  const key = keys.find((one) => one(a) !== one(b));
  return key === undefined || key(a) < key(b);
}

/** The first quote that stands before one that comes before it. */
export function orderDifferences(
  where: string,
  quotes: readonly RankedQuote[],
  order: QuoteOrder,
): Difference[] {
  const wrong = quotes.findIndex((one, i) => i > 0 && !isBefore(quotes[i - 1]!, one, KEYS[order]));
  if (wrong < 1) return [];
  const [before, { listingId }] = [quotes[wrong - 1]!, quotes[wrong]!.quote.charger];
  return [
    mismatch({ listingId }, `${where} ordered by ${order}`, `behind ${before.quote.charger.listingId}`),
  ];
}

/** Whether a charger that is not in a full answer comes behind its last quote, or may. */
export const mayComeBehind = (
  last: RankedQuote,
  quote: ExpectedQuote,
  fit: Fit,
  order: QuoteOrder,
): boolean => {
  const key = KEYS[order][0]!;
  return key({ quote, fit, distanceM: quote.distanceM + 1, isOffline: false }) >= key(last);
};
