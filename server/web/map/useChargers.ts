import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Hex } from 'viem';
import { requestOf } from '../../../protocol/api/client.ts';
import type { ChargerSummary } from '../../../protocol/api.ts';
import { api } from '../app/api.ts';
import { followEvents } from '../app/events.ts';

/** Chargers of one page: the list shows no more, the map draws the others as tiles. */
const LIMIT = 200;
/** Chargers that events may add to a page, beside its own. */
const MOST = 5 * LIMIT;
/** A map that goes on moving within this time is not asked about. */
const REST_MS = 150;
const WORLD: Bounds = [-180, -90, 180, 90];

/** West, south, east, north in degrees. */
export type Bounds = [number, number, number, number];

export interface Chargers {
  all: readonly ChargerSummary[];
  loading: boolean;
  error: Error | undefined;
  /** Why live updates are interrupted; undefined while they work. */
  stale: Error | undefined;
  /** The area has more chargers than one page contains: the map draws them as tiles, zooming in lists them. */
  truncated: boolean;
  /** Grows with each change of a charger in view. */
  changes: number;
  reload: () => void;
  /** What the reader looks at now: where the world has more chargers than a page, those in view are loaded. */
  look: (bounds: Bounds) => void;
}

interface Found {
  byId: ReadonlyMap<Hex, ChargerSummary>;
  loading: boolean;
  error?: Error;
  truncated: boolean;
  changes: number;
}

const NONE: Found = { byId: new Map(), loading: true, truncated: false, changes: 0 };

/** Chargers of the map, updated by server-sent events: all of them, or those in view where they are more than a page. */
export function useChargers(): Chargers {
  const [found, setFound] = useState<Found>(NONE);
  const [stale, setStale] = useState<Error>();
  const [view, setView] = useState<string>();
  const [round, setRound] = useState(0);
  const box = view ?? boxOf(WORLD);
  const load = useCallback(
    (stop: AbortSignal) => {
      api('listChargers', { query: { bbox: box, limit: `${LIMIT}` } }, {}, stop).then(
        ({ chargers, truncated }) => {
          if (stop.aborted) return;
          setFound(({ changes }) => ({
            byId: new Map(chargers.map((charger) => [charger.listingId, charger])),
            ...{ loading: false, truncated, changes },
          }));
        },
        (error: Error) => stop.aborted || setFound((old) => ({ ...old, loading: false, error })),
      );
    },
    [box],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round reads the same box again
  useEffect(() => {
    // The answer about a box that is out of view would take the place of the next one's.
    const stop = new AbortController();
    load(stop.signal);
    const unfollow = followEvents({
      path: requestOf('watchMap', { query: { bbox: box } }).path,
      onEvent: (name, data) => {
        // What changed between reading the box and following it, or while too much was missed.
        if (name === 'ready' || name === 'reset') load(stop.signal);
        else setFound((old) => applyEvent(old, name, data));
      },
      onState: setStale,
    });
    return () => {
      stop.abort();
      unfollow();
    };
  }, [load, box, round]);
  const isPartial = view !== undefined || found.truncated;
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(rest.current), []);
  const look = useCallback(
    (bounds: Bounds) => {
      clearTimeout(rest.current);
      if (isPartial) rest.current = setTimeout(() => setView(boxOf(bounds)), REST_MS);
    },
    [isPartial],
  );
  const reload = useCallback(() => setRound((n) => n + 1), []);
  const { byId, error, ...state } = found;
  const all = useMemo(() => [...byId.values()], [byId]);
  return { all, stale, error, ...state, reload, look };
}

/** As the API takes it. A map that shows more than once around the world looks at all of it. */
function boxOf([west, south, east, north]: Bounds): string {
  const isWhole = east - west >= 360;
  const wrapped = (degrees: number) => ((((degrees + 180) % 360) + 360) % 360) - 180;
  const [from, to] = isWhole ? [-180, 180] : [wrapped(west), wrapped(east)];
  return [from, Math.max(south, -90), to, Math.min(north, 90)].map((n) => n.toFixed(5)).join(',');
}

function applyEvent(old: Found, name: string, data: unknown): Found {
  const byId = new Map(old.byId);
  if (name === 'charger') {
    const charger = data as ChargerSummary;
    if (byId.has(charger.listingId) || byId.size < MOST) byId.set(charger.listingId, charger);
  }
  if (name === 'removed') byId.delete((data as { listingId: Hex }).listingId);
  return { ...old, byId, changes: old.changes + 1 };
}
