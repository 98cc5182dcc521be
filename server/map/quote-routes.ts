import { Router } from 'express';
import type { z } from 'zod';
import { chargers as mapOperations } from '../../protocol/api/chargers.ts';
import type { quoteQuery } from '../../protocol/api/queries.ts';
import type { QuotesResponse } from '../../protocol/map-api.ts';
import type { Db } from '../db.ts';
import { createSearches } from '../demand/searches.ts';
import { operate } from '../http/operate.ts';
import type { Services } from '../services.ts';
import { levelsFrom } from './query.ts';
import { summariesById } from './quote-store.ts';
import { findQuotes, type Quote, type QuoteQuery } from './quotes.ts';

function toQuery(q: z.infer<typeof quoteQuery>): QuoteQuery {
  const { energyWh, powerW, durationSec, from, by, sort, limit } = q;
  const { latitude, longitude, radiusKm: radiusM, connector: connectors, minPowerW, maxPricePerKwh } = q;
  const assuranceLevels = levelsFrom(q.assurance);
  const filters = { connectors, minPowerW, maxPricePerKwh, assuranceLevels, isAvailable: q.free === 'now' };
  return {
    need: { energyWh, powerW, durationSec, from, by },
    area: { centre: { latitude, longitude }, radiusM, filters },
    ...{ sort, limit },
  };
}

/** What a charge by a driver's need would cost around a place, and when it could be. */
export function quoteRoutes({ db, now, log }: Services): Router {
  const router = Router();
  const searches = createSearches(db, now);
  operate(router, mapOperations.listQuotes, [], async ({ query, req, res }) => {
    const { best, searchedRadiusM } = await findQuotes(db, toQuery(query), now());
    if (best.length === 0) {
      const { latitude, longitude } = query;
      // What is counted of a search must not spoil its answer.
      searches
        .foundNothing({ latitude, longitude, from: req.ip ?? '' })
        .catch((error) => log.error({ err: error }, 'demand'));
    }
    res.type('json').send(await quotesJson(db, best, searchedRadiusM));
  });
  return router;
}

/** A QuotesResponse as JSON: the best quotes, with their chargers as the map has them. */
async function quotesJson(db: Db, best: readonly Quote[], searchedRadiusM: number): Promise<string> {
  const summaries = await summariesById(
    db,
    best.map(({ listingId }) => listingId),
  );
  const quotes = best.flatMap((quote) => {
    const known = summaries.get(quote.listingId);
    // A charger that was taken off the map between the two queries has no quote any more.
    return known === undefined ? [] : [quoteJson(known, quote)];
  });
  return `{"quotes":[${quotes.join()}],"searchedRadiusM":${searchedRadiusM}}`;
}

type Known = Awaited<ReturnType<typeof summariesById>> extends Map<unknown, infer One> ? One : never;

function quoteJson({ summary, assuranceLevel }: Known, quote: Quote): string {
  const { cost, energyWh, startsAt, finishesAt, distanceM, firstSlot, slotCount } = quote;
  const rest: Omit<QuotesResponse['quotes'][number], 'charger'> = {
    ...{
      assuranceLevel,
      energyWh,
      cost: cost.toString(),
      startsAt,
      finishesAt,
      distanceM,
      firstSlot,
      slotCount,
    },
  };
  return `{"charger":${summary},${JSON.stringify(rest).slice(1)}`;
}
