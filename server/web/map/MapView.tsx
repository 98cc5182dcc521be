import 'maplibre-gl/dist/maplibre-gl.css';
import { useComputedColorScheme } from '@mantine/core';
import {
  AttributionControl,
  Map as MapLibreMap,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { useEffect, useRef, useState } from 'react';
import type { Hex } from 'viem';
import type { ChargerSummary } from '../../../protocol/api.ts';
import { useSetting } from '../app/config.tsx';
import { money } from '../app/units.ts';
import { basemapDetail, basemapStyle } from './basemapStyle.ts';
import { boundsOf, drawCells, drawPreview, PriceLabels } from './chargerLayers.ts';
import type { Bounds } from './useChargers.ts';

// Vite moves MapLibre's own files: without this the worker is not found and the map stays blank.
setWorkerUrl(workerUrl);

/** Country view while there is nothing to fit: middle Europe. */
const START = { center: [10, 50] as [number, number], zoom: 3.6 };
const FIT = { padding: 90, maxZoom: 11.4 };

export interface MapProps {
  chargers: readonly ChargerSummary[];
  selected: Hex | undefined;
  onPick: (listingId: Hex) => void;
  /** Called with the new view when the reader moved the map. */
  onMove?: (bounds: Bounds) => void;
  /** H3 cell to outline. */
  preview: string | undefined;
  /** While set, a click chooses a place: longitude, latitude in degrees. */
  onPlace: ((longitude: number, latitude: number) => void) | undefined;
}

interface Drawn {
  map: MapLibreMap;
  labels: PriceLabels;
  /** Scheme of the style that was asked for last. */
  dark: boolean;
  /** False while a new style loads: nothing can be added to it yet. */
  isStyled: boolean;
}

/** The map itself. Everything on it is in the list too, so a screen reader loses nothing without it. */
export default function MapView(props: MapProps) {
  const { config } = useSetting();
  const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const [map, setMap] = useState<Drawn>();
  const [styleRound, setStyleRound] = useState(0);
  const fitted = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is made once; its style follows below
  useEffect(() => {
    const created = new MapLibreMap({
      container: box.current!,
      style: config.basemapStyleUrl ?? basemapStyle(dark),
      attributionControl: false,
      dragRotate: false,
      maxZoom: config.basemapStyleUrl === null ? 13.5 : 19,
      ...START,
    });
    const labels = new PriceLabels(created, (id) => latest.current.onPick(id));
    const drawn: Drawn = { map: created, labels, dark, isStyled: false };
    created.touchZoomRotate.disableRotation();
    created.addControl(new NavigationControl({ showCompass: false }), 'top-right');
    created.addControl(new ScaleControl({}), 'bottom-left');
    created.addControl(new AttributionControl({ compact: false }), 'bottom-right');
    const detail = config.basemapStyleUrl === null ? basemapDetail(created) : () => {};
    created.on('style.load', () => {
      drawn.isStyled = true;
      setStyleRound((n) => n + 1);
      detail();
    });
    created.on('moveend', (event) => {
      detail();
      if (!('originalEvent' in event) || event.originalEvent === undefined) return;
      latest.current.onMove?.(created.getBounds().toArray().flat() as Bounds);
    });
    created.on('click', (event) => latest.current.onPlace?.(event.lngLat.lng, event.lngLat.lat));
    created.on('click', 'cells', (event) => {
      const id = event.features?.[0]?.properties.listingId as Hex | undefined;
      if (id !== undefined && latest.current.onPlace === undefined) latest.current.onPick(id);
    });
    setMap(drawn);
    return () => created.remove();
  }, []);

  useEffect(() => {
    // The first style came with the map.
    if (map === undefined || config.basemapStyleUrl !== null || map.dark === dark) return;
    map.dark = dark;
    map.isStyled = false;
    map.map.setStyle(basemapStyle(dark), { diff: false });
  }, [map, dark, config]);

  useEffect(() => {
    if (map === undefined || styleRound === 0 || !map.isStyled) return;
    drawCells(map.map, props.chargers, dark, props.selected);
  }, [map, styleRound, props.chargers, props.selected, dark]);

  useEffect(() => {
    if (map !== undefined && styleRound > 0 && map.isStyled) drawPreview(map.map, props.preview, dark);
  }, [map, styleRound, props.preview, dark]);

  useEffect(() => {
    map?.labels.draw(
      props.chargers,
      (c) => `${money(c.pricePerKwh, config.token)}\u00a0/kWh`,
      props.selected,
    );
    if (map === undefined || fitted.current) return;
    const bounds = boundsOf(props.chargers);
    if (bounds === undefined) return;
    fitted.current = true;
    map.map.fitBounds(bounds, { ...FIT, animate: false });
  }, [map, props.chargers, props.selected, config]);

  useEffect(() => {
    const charger = latest.current.chargers.find((c) => c.listingId === props.selected);
    if (map === undefined || charger === undefined) return;
    const center: [number, number] = [Number(charger.longitude), Number(charger.latitude)];
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    map.map.easeTo({ center, zoom: Math.max(map.map.getZoom(), 11.4), duration: still ? 0 : 600 });
  }, [map, props.selected]);

  return <div ref={box} className={props.onPlace ? 'pp-map pp-map-placing' : 'pp-map'} />;
}
