import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { type Chargers, useChargers } from './useChargers.ts';

/** Degrees, as GeoJSON orders them. */
export type LocationClick = (longitude: number, latitude: number) => void;

interface MapState {
  chargers: Chargers;
  /** While set, a click on the map chooses a location. */
  onLocation: LocationClick | undefined;
  setOnLocation: (onLocation: LocationClick | undefined) => void;
  /** H3 cell under which a charger would be published. */
  preview: string | undefined;
  setPreview: (h3Cell: string | undefined) => void;
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
  const state = useMemo(
    () => ({
      chargers,
      onLocation: placing.onLocation,
      setOnLocation: (onLocation?: LocationClick) => setPlacing({ onLocation }),
      preview,
      setPreview,
    }),
    [chargers, placing, preview],
  );
  return <MapContext value={state}>{children}</MapContext>;
}
