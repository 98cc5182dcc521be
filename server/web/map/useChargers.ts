import { useCallback, useEffect, useState } from 'react';
import type { Hex } from 'viem';
import type { ChargerSummary } from '../../../protocol/api.ts';
import { api } from '../app/api.ts';
import { followEvents } from '../app/events.ts';

const LIMIT = 500;
const WORLD = '-180,-90,180,90';

/** West, south, east, north in degrees. */
export type Bounds = [number, number, number, number];

export interface Chargers {
  all: readonly ChargerSummary[];
  loading: boolean;
  error: Error | undefined;
  /** Why live updates are interrupted; undefined while they work. */
  stale: Error | undefined;
  /** The area has more chargers than one response contains: zoom in to see them. */
  truncated: boolean;
  reload: (bounds?: Bounds) => void;
}

type Found = Map<Hex, ChargerSummary>;

/** Chargers of the map, updated by server-sent events. */
export function useChargers(): Chargers {
  const [found, setFound] = useState<Found>(new Map());
  const [state, setState] = useState<{ loading: boolean; error?: Error; truncated: boolean }>({
    loading: true,
    truncated: false,
  });
  const [stale, setStale] = useState<Error>();
  const reload = useCallback((bounds?: Bounds) => {
    const bbox = bounds?.map((n) => n.toFixed(5)).join(',') ?? WORLD;
    api<{ chargers: ChargerSummary[]; truncated: boolean }>(
      'GET',
      `/chargers?bbox=${bbox}&limit=${LIMIT}`,
    ).then(
      ({ chargers, truncated }) => {
        setFound(new Map(chargers.map((c) => [c.listingId, c])));
        setState({ loading: false, truncated });
      },
      (error: Error) => setState((old) => ({ ...old, loading: false, error })),
    );
  }, []);
  useEffect(() => {
    let lost = false;
    reload();
    return followEvents({
      path: '/map/events',
      onEvent: (name, data) => setFound((old) => applyEvent(old, name, data)),
      onState: (problem) => {
        setStale(problem);
        // Events during the interruption are not sent again.
        if (problem === undefined && lost) reload();
        lost = problem !== undefined;
      },
    });
  }, [reload]);
  return { all: [...found.values()], stale, error: state.error, ...state, reload };
}

function applyEvent(old: Found, name: string, data: unknown): Found {
  const next = new Map(old);
  if (name === 'charger') {
    const charger = data as ChargerSummary;
    next.set(charger.listingId, charger);
  }
  if (name === 'removed') next.delete((data as { listingId: Hex }).listingId);
  return next;
}
