import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Hex } from 'viem';
import { requestOf } from '../../../protocol/api/client.ts';
import type { ChargerSummary } from '../../../protocol/api.ts';
import type { ChargerPage } from '../../../protocol/map-api.ts';
import { api } from '../app/api.ts';
import { followEvents } from '../app/events.ts';
import type { Need } from '../app/need.ts';
import { type Filters, fits, isFiltered, listFilters } from './find.ts';
import { type Bounds, wrapped } from './geo.ts';

/** Chargers of one page: the list shows no more at first, the map draws the others as tiles. */
const LIMIT = 200;
/** Chargers that events and further pages may add. */
const MOST = 5 * LIMIT;
/** A map that goes on moving within this time is not asked about. */
const REST_MS = 150;
/** With filters that a summary does not tell, changes are answered by reading the list again, this late. */
const REREAD_MS = 1_000;
const WORLD: Bounds = [-180, -90, 180, 90];

export interface Chargers {
  all: readonly ChargerSummary[];
  loading: boolean;
  error: Error | undefined;
  /** Why live updates are interrupted; undefined while they work. */
  stale: Error | undefined;
  /** The area has more chargers than were loaded: the map draws them as tiles, zooming in lists them. */
  truncated: boolean;
  /** Grows with each change of a charger in view. */
  changes: number;
  reload: () => void;
  /** Loads the next page. */
  more: () => void;
  /** What the reader looks at now: where the world has more chargers than a page, those in view are loaded. */
  look: (bounds: Bounds) => void;
}

interface Found {
  byId: ReadonlyMap<Hex, ChargerSummary>;
  loading: boolean;
  error?: Error;
  cursor: string | null;
  changes: number;
}

const NONE: Found = { byId: new Map(), loading: true, cursor: null, changes: 0 };

const keyed = (chargers: readonly ChargerSummary[]) =>
  chargers.map((charger) => [charger.listingId, charger] as const);

type Query = ReturnType<typeof listFilters>;

const readPage = (box: string, query: Query, stop?: AbortSignal, cursor?: string): Promise<ChargerPage> =>
  api(
    'listChargers',
    { query: { bbox: box, limit: `${LIMIT}`, ...query, ...(cursor === undefined ? {} : { cursor }) } },
    {},
    stop,
  );

/** Chargers of the map, updated by server-sent events: all of them, or those in view where they are more than a page. */
export function useChargers(filters: Filters, need: Need): Chargers {
  const [found, setFound] = useState<Found>(NONE);
  const [stale, setStale] = useState<Error>();
  const [view, setView] = useState<string>();
  const [round, setRound] = useState(0);
  const box = view ?? boxOf(WORLD);
  const asked = JSON.stringify(listFilters(filters, need));
  const query = useMemo(() => JSON.parse(asked) as Query, [asked]);
  const load = useCallback(
    (stop: AbortSignal) => {
      readPage(box, query, stop).then(
        ({ chargers, cursor }) => {
          if (stop.aborted) return;
          setFound(({ changes }) => ({ byId: new Map(keyed(chargers)), loading: false, cursor, changes }));
        },
        (error: Error) => stop.aborted || setFound((old) => ({ ...old, loading: false, error })),
      );
    },
    [box, query],
  );
  const latest = useRef(filters);
  latest.current = filters;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round reads the same box again
  useEffect(() => {
    // The answer about a box that is out of view would take the place of the next one's.
    const stop = new AbortController();
    let reread: ReturnType<typeof setTimeout> | undefined;
    load(stop.signal);
    const unfollow = followEvents({
      path: requestOf('watchMap', { query: { bbox: box } }).path,
      onEvent: (name, data) => {
        // What changed between reading the box and following it, or while too much was missed.
        if (name === 'ready' || name === 'reset') return load(stop.signal);
        setFound((old) => applyEvent(old, name, data, latest.current));
        if (!isFiltered(latest.current)) return;
        clearTimeout(reread);
        reread = setTimeout(() => load(stop.signal), REREAD_MS);
      },
      onState: setStale,
    });
    return () => {
      stop.abort();
      clearTimeout(reread);
      unfollow();
    };
  }, [load, box, round]);
  const look = useLook(view !== undefined || found.cursor !== null, setView);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  const { byId, error, cursor, ...state } = found;
  const more = useCallback(() => {
    if (cursor === null) return;
    readPage(box, query, undefined, cursor).then(
      (page) =>
        setFound((old) =>
          // Another page, box or filter has come meanwhile.
          old.cursor === cursor
            ? { ...old, byId: new Map([...old.byId, ...keyed(page.chargers)]), cursor: page.cursor }
            : old,
        ),
      (failed: Error) => setFound((old) => ({ ...old, error: failed })),
    );
  }, [box, query, cursor]);
  const all = useMemo(() => [...byId.values()], [byId]);
  return { all, stale, error, ...state, truncated: cursor !== null, reload, more, look };
}

/** Takes the bounds of a map that has come to rest, where only a part of the chargers is loaded. */
function useLook(isPartial: boolean, setView: (box: string) => void): (bounds: Bounds) => void {
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(rest.current), []);
  return useCallback(
    (bounds: Bounds) => {
      clearTimeout(rest.current);
      if (isPartial) rest.current = setTimeout(() => setView(boxOf(bounds)), REST_MS);
    },
    [isPartial, setView],
  );
}

/** As the API takes it. A map that shows more than once around the world looks at all of it. */
function boxOf([west, south, east, north]: Bounds): string {
  const [from, to] = east - west >= 360 ? [-180, 180] : [wrapped(west), wrapped(east)];
  return [from, Math.max(south, -90), to, Math.min(north, 90)].map((n) => n.toFixed(5)).join(',');
}

function applyEvent(old: Found, name: string, data: unknown, filters: Filters): Found {
  const byId = new Map(old.byId);
  if (name === 'charger') {
    const charger = data as ChargerSummary;
    const { listingId } = charger;
    if (!fits(charger, filters)) byId.delete(listingId);
    // What a summary does not tell of a new one, the list says when it is read again.
    else if (byId.has(listingId) || (byId.size < MOST && !isFiltered(filters))) byId.set(listingId, charger);
  }
  if (name === 'removed') byId.delete((data as { listingId: Hex }).listingId);
  return { ...old, byId, changes: old.changes + 1 };
}
