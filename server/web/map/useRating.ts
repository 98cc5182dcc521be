import { useQuery } from '@tanstack/react-query';
import type { Hex } from 'viem';
import type { RatingSummary } from '../../../protocol/api/ratings.ts';
import { api } from '../app/api.ts';

const FRESH_MS = 600_000;

/** What drivers say of a charger; undefined until it is known, and where it cannot be had. */
export function useRating(listingId: Hex): RatingSummary | undefined {
  const { data } = useQuery({
    queryKey: ['rating', listingId],
    queryFn: async ({ signal }) =>
      (await api('listRatings', { params: { listingId }, query: { limit: '1' } }, {}, signal)).summary,
    staleTime: FRESH_MS,
  });
  return data;
}
