import type { Hex } from 'viem';
import { z } from 'zod';
import type { Fit } from './availability.ts';
import { type Difference, differences, extra, mismatch } from './differences.ts';
import { summaryFields } from './expected-charger.ts';
import { type ExpectedQuote, quoteFields } from './expected-quote.ts';
import { MOST_QUOTES, type Need, type QuoteOrder } from './needs.ts';
import { mayComeBehind, orderDifferences, type RankedQuote } from './quote-order.ts';

export const quotesAnswer = z.looseObject({
  quotes: z.array(
    z.looseObject({
      charger: z.looseObject({ listingId: z.string() as z.ZodType as z.ZodType<Hex> }),
      firstSlot: z.unknown(),
      distanceM: z.unknown(),
    }),
  ),
  searchedRadiusM: z.unknown(),
});
type QuotesAnswer = z.infer<typeof quotesAnswer>;
type QuoteRow = QuotesAnswer['quotes'][number];

/** What was asked for, and what the ledger says to it. */
export interface Asked {
  /** The search, as a person can repeat it. */
  where: string;
  need: Need;
  order: QuoteOrder;
  /** Of each charger that fits the filters, by its id. */
  expected: ReadonlyMap<Hex, ExpectedQuote>;
  /** Chargers of the whole map. */
  onMap: number;
}

/** An answer against the ledger: what differs, and quotes that should be in it. */
export interface ComparedAnswer {
  differences: Difference[];
  lacking: ExpectedQuote[];
}

/** Where about so many chargers are, the API looks at a smaller area, and says so. */
const CROWD = 500;

const M_PER_KM = 1_000;

/** Both sides round to whole metres. */
const METRE = 1;

export function compareAnswer(asked: Asked, answer: QuotesAnswer): ComparedAnswer {
  const radiusM = Number(answer.searchedRadiusM);
  const found = radiusDifferences(asked, radiusM);
  const ranked = new Map<Hex, RankedQuote>();
  for (const row of answer.quotes) {
    const { listingId } = row.charger;
    const quote = asked.expected.get(listingId);
    const fits = quote?.fits.filter((fit) => fit !== undefined) ?? [];
    const fit = fits.find(({ firstSlot }) => firstSlot === row.firstSlot) ?? fits[0];
    if (ranked.has(listingId))
      found.push(extra({ listingId }, `${asked.where} with each charger once`, 'twice'));
    else if (quote === undefined || fit === undefined || quote.distanceM > radiusM + METRE)
      found.push(extra({ listingId }, `${asked.where} without charger ${listingId}`, 'a quote'));
    else {
      found.push(...rowDifferences(asked.where, quote, fit, row));
      ranked.set(listingId, rankedOf(quote, fit, row));
    }
  }
  found.push(...orderDifferences(asked.where, [...ranked.values()], asked.order));
  return { differences: found, lacking: lackingOf(asked, radiusM, ranked) };
}

const rankedOf = (quote: ExpectedQuote, fit: Fit, { charger, distanceM }: QuoteRow): RankedQuote => ({
  ...{ quote, fit },
  distanceM: Number(distanceM),
  isOffline: charger.freshness === 'OFFLINE',
});

/** The radius asked for, halved as often as a crowd makes it necessary. */
function radiusDifferences({ where, need, onMap }: Asked, found: number): Difference[] {
  const askedM = Math.round(need.radiusKm * M_PER_KM);
  let radiusM = askedM;
  while (radiusM > found && onMap > CROWD) radiusM = Math.floor(radiusM / 2);
  return radiusM === found ? [] : [mismatch({}, `searchedRadiusM ${radiusM} of ${where}`, String(found))];
}

function rowDifferences(where: string, quote: ExpectedQuote, fit: Fit, row: QuoteRow): Difference[] {
  const { account, listingId } = quote.charger;
  const fields = [
    ...differences({ listingId }, quoteFields(quote, fit), row),
    ...differences({ listingId }, summaryFields(account), row.charger),
  ];
  const isFar = !(Math.abs(Number(row.distanceM ?? Number.NaN) - quote.distanceM) <= METRE);
  const expected = `distanceM ${Math.round(quote.distanceM)}`;
  const far = isFar ? [mismatch({ listingId }, expected, String(row.distanceM))] : [];
  return [...fields, ...far].map((each) => ({ ...each, expected: `${each.expected} in ${where}` }));
}

/** Chargers that the ledger puts into the answer whatever it took for now, and that are not in it. */
function lackingOf(
  { order, expected }: Asked,
  radiusM: number,
  ranked: ReadonlyMap<Hex, RankedQuote>,
): ExpectedQuote[] {
  const near = [...expected.values()].filter(({ distanceM }) => distanceM < radiusM - METRE);
  if (near.length > CROWD) return [];
  const last = ranked.size < MOST_QUOTES ? undefined : [...ranked.values()].at(-1);
  return near.filter((quote) => {
    const [fit] = quote.fits;
    if (ranked.has(quote.charger.listingId) || fit === undefined || quote.fits.includes(undefined))
      return false;
    return last === undefined || !mayComeBehind(last, quote, fit, order);
  });
}
