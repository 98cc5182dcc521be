import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import type { Hex } from 'viem';
import { useNeed } from '../app/need.ts';
import { load, save } from '../app/storage.ts';
import type { Filters, Sort } from './find.ts';
import type { Bounds, Position } from './geo.ts';
import { type Chargers, useChargers } from './useChargers.ts';

/** Degrees, as GeoJSON orders them. */
export type LocationClick = (longitude: number, latitude: number) => void;

/** Degrees, and how near; or what shall be in view. */
export type Destination = (Position & { zoom: number }) | { bounds: Bounds };

/** Locations of other operators: whether they are shown, and the id of the one that the reader picked. */
export interface ForeignState {
  isShown: boolean;
  show: (isShown: boolean) => void;
  picked: string | undefined;
  pick: (id: string | undefined) => void;
}

/** What the reader looks for, and where. */
interface Search {
  filters: Filters;
  setFilters: (filters: Filters) => void;
  sort: Sort;
  setSort: (sort: Sort) => void;
  /** What the map shows; undefined while there is none. */
  view: Bounds | undefined;
  look: (bounds: Bounds) => void;
  /** Where the reader is, if they allowed the page to know; kept nowhere. */
  ownPosition: Position | undefined;
  setOwnPosition: (place: Position) => void;
  /** The charger that the pointer is on, in the list or on the map. */
  lit: Hex | undefined;
  setLit: (listingId: Hex | undefined) => void;
}

interface MapState extends Search {
  chargers: Chargers;
  /** While set, a click on the map chooses a location. */
  onLocation: LocationClick | undefined;
  setOnLocation: (onLocation: LocationClick | undefined) => void;
  /** H3 cell under which a charger would be published. */
  preview: string | undefined;
  setPreview: (h3Cell: string | undefined) => void;
  /** Where the reader asked to look. */
  destination: Destination | undefined;
  goTo: (destination: Destination) => void;
  foreign: ForeignState;
  /** Whether the reader asked for somebody else's map of streets; until the page is closed. */
  hasStreets: boolean;
  setStreets: (hasStreets: boolean) => void;
}

function useForeign(): ForeignState {
  const [isShown, setShown] = useState(() => load<boolean>('foreign') ?? false);
  const [picked, pick] = useState<string>();
  return useMemo(() => {
    const show = (next: boolean) => {
      setShown(next);
      save('foreign', next);
      if (!next) pick(undefined);
    };
    return { isShown, show, picked, pick };
  }, [isShown, picked]);
}

const MapContext = createContext<MapState | undefined>(undefined);

export function useMap(): MapState {
  const state = useContext(MapContext);
  if (state === undefined) throw new Error('useMap must be used inside MapProvider.');
  return state;
}

function useSearch(lookAt: (bounds: Bounds) => void, filters: Filters, setFilters: (next: Filters) => void) {
  const [sort, setSort] = useState<Sort>('cost');
  const [view, setView] = useState<Bounds>();
  const [ownPosition, setOwnPosition] = useState<Position>();
  const [lit, setLit] = useState<Hex>();
  const look = useCallback(
    (bounds: Bounds) => {
      setView(bounds);
      lookAt(bounds);
    },
    [lookAt],
  );
  return useMemo<Search>(
    () => ({ filters, setFilters, sort, setSort, view, look, ownPosition, setOwnPosition, lit, setLit }),
    [filters, setFilters, sort, view, look, ownPosition, lit],
  );
}

export function MapProvider({ children }: { children: ReactNode }) {
  const [filters, setFilters] = useState<Filters>({});
  const chargers = useChargers(filters, useNeed());
  const search = useSearch(chargers.look, filters, setFilters);
  const [placing, setPlacing] = useState<{ onLocation: LocationClick | undefined }>({
    onLocation: undefined,
  });
  const [preview, setPreview] = useState<string>();
  const [destination, goTo] = useState<Destination>();
  const [hasStreets, setStreets] = useState(false);
  const foreign = useForeign();
  const state = useMemo(
    () => ({
      ...search,
      chargers,
      onLocation: placing.onLocation,
      setOnLocation: (onLocation?: LocationClick) => setPlacing({ onLocation }),
      ...{ preview, setPreview, destination, goTo, foreign, hasStreets, setStreets },
    }),
    [search, chargers, placing, preview, destination, foreign, hasStreets],
  );
  return <MapContext value={state}>{children}</MapContext>;
}
