import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import type { Hex } from 'viem';
import type { QuoteJson } from '../../../protocol/map-api.ts';
import { api } from '../app/api.ts';
import type { Need } from '../app/need.ts';
import { type Filters, quoteFilters, type Sort } from './find.ts';
import { type Bounds, middleOf, type Position, reachOf } from './geo.ts';

/** The server looks no further; a wider map lists without times. */
const MOST_RADIUS_M = 100_000;
/** A narrower one would be asked about again at each step of a zoom. */
const LEAST_RADIUS_M = 2_000;
const MOST_QUOTES = '100';
/** Time goes on: what could begin now begins later. */
const RENEW_MS = 60_000;
/** After changes on the map. */
const AGAIN_MS = 3_000;

/** What is asked about: a circle around the middle of what the reader looks at. */
export interface Area {
  middle: Position;
  radiusM: number;
}

/** Undefined where the bounds are too wide. */
export function areaOf(bounds: Bounds): Area | undefined {
  const radiusM = Math.max(LEAST_RADIUS_M, Math.ceil(reachOf(bounds) / 1_000) * 1_000);
  return radiusM > MOST_RADIUS_M ? undefined : { middle: middleOf(bounds), radiusM };
}

const NONE: ReadonlyMap<Hex, QuoteJson> = new Map();

/** What a charge would cost in an area, and when it could be; kept while the next area is asked about. */
export function useQuotes(area: Area | undefined, filters: Filters, need: Need, sort: Sort, changes: number) {
  const query = area && {
    latitude: area.middle.latitude.toFixed(3),
    longitude: area.middle.longitude.toFixed(3),
    radiusKm: String(area.radiusM / 1_000),
    limit: MOST_QUOTES,
    ...quoteFilters(filters, need, sort),
  };
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['quotes', query],
    queryFn: async ({ signal }) => (await api('listQuotes', { query: query! }, {}, signal)).quotes,
    enabled: query !== undefined,
    placeholderData: keepPreviousData,
    refetchInterval: RENEW_MS,
    staleTime: AGAIN_MS,
  });
  const seen = useRef(changes);
  useEffect(() => {
    if (changes === seen.current) return;
    const timer = setTimeout(() => {
      seen.current = changes;
      void refetch();
    }, AGAIN_MS);
    return () => clearTimeout(timer);
  }, [changes, refetch]);
  const isAsked = query !== undefined;
  const byId = useMemo(
    () => (isAsked && data ? new Map(data.map((quote) => [quote.charger.listingId, quote])) : NONE),
    [data, isAsked],
  );
  return { byId, isAsked, isFetching, error: error ?? undefined };
}
