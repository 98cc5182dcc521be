import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { load, save } from '../app/storage.ts';
import { type Chargers, useChargers } from './useChargers.ts';

/** Degrees, as GeoJSON orders them. */
export type LocationClick = (longitude: number, latitude: number) => void;

/** Degrees, and how near. */
export interface Destination {
  longitude: number;
  latitude: number;
  zoom: number;
}

/** Locations of other operators: whether they are shown, and the id of the one that the reader picked. */
export interface ForeignState {
  isShown: boolean;
  show: (isShown: boolean) => void;
  picked: string | undefined;
  pick: (id: string | undefined) => void;
}

interface MapState {
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

export function MapProvider({ children }: { children: ReactNode }) {
  const chargers = useChargers();
  const [placing, setPlacing] = useState<{ onLocation: LocationClick | undefined }>({
    onLocation: undefined,
  });
  const [preview, setPreview] = useState<string>();
  const [destination, goTo] = useState<Destination>();
  const foreign = useForeign();
  const state = useMemo(
    () => ({
      chargers,
      onLocation: placing.onLocation,
      setOnLocation: (onLocation?: LocationClick) => setPlacing({ onLocation }),
      preview,
      setPreview,
      destination,
      goTo,
      foreign,
    }),
    [chargers, placing, preview, destination, foreign],
  );
  return <MapContext value={state}>{children}</MapContext>;
}
