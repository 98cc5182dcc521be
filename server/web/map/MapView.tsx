import 'maplibre-gl/dist/maplibre-gl.css';
import { useComputedColorScheme } from '@mantine/core';
import {
  AttributionControl,
  type LngLatBoundsLike,
  Map as MapLibreMap,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { Hex } from 'viem';
import type { ChargerSummary } from '../../../protocol/api.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { basemapStyle } from './basemapStyle.ts';
import { boundsOf, drawCells, drawPreview } from './chargerLayers.ts';
import { createTileRefresh, drawTiles, listenForTileClicks } from './chargerTiles.ts';
import { drawForeign, listenForForeignClicks } from './foreignLayer.ts';
import type { Bounds, Position } from './geo.ts';
import type { Destination, ForeignState } from './MapContext.tsx';
import { drawOwnPosition } from './ownPositionLayer.ts';
import { Pins, type PinWords } from './pins.ts';

// Vite moves MapLibre's own files: without this the worker is not found and the map stays blank.
setWorkerUrl(workerUrl);

/** View of central Europe while there are no chargers to fit. */
const START = { center: [10, 50] as [number, number], zoom: 3.6 };
const FIT = { padding: { top: 100, bottom: 96, left: 60, right: 60 }, maxZoom: 12.4 };
const FLY_MS = 600;
/** The own basemap has villages and cells but no streets: closer zoom shows nothing more. */
const OWN_MAX_ZOOM = 15;
const STYLE_MAX_ZOOM = 19;

const NONE: readonly ChargerSummary[] = [];

export interface MapProps {
  chargers: readonly ChargerSummary[];
  /** There are more in view than `chargers`: all of them are drawn as tiles instead. */
  isTiled: boolean;
  /** Grows with each change of a charger in view. */
  changes: number;
  /** Where the reader asked to look. */
  destination: Destination | undefined;
  foreign: ForeignState;
  selected: Hex | undefined;
  lit: Hex | undefined;
  onLit: (listingId: Hex | undefined) => void;
  words: PinWords;
  ownPosition: Position | undefined;
  hasStreets: boolean;
  onPick: (listingId: Hex) => void;
  /** Called with the new bounds when the map has moved. */
  onMove: (bounds: Bounds) => void;
  /** H3 cell to outline. */
  preview: string | undefined;
  /** While set, a click chooses a location: longitude and latitude in degrees. */
  onLocation: ((longitude: number, latitude: number) => void) | undefined;
}

interface Drawn {
  map: MapLibreMap;
  pins: Pins;
  /** Of the style requested last: its URL, or the colour scheme of the own one. */
  style: string;
  /** False while a new style loads, during which layers cannot be added. */
  isStyled: boolean;
}

type Latest = { readonly current: MapProps };

const still = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

/** The URL of a style, or the name of the own one. */
function useStyleName(dark: boolean, hasStreets: boolean): string {
  const { basemapStyleUrl, streets } = useMarket().config;
  if (basemapStyleUrl !== null) return basemapStyleUrl;
  if (hasStreets && streets !== null) return dark ? streets.darkStyleUrl : streets.styleUrl;
  return dark ? 'dark' : 'light';
}

const isOwn = (style: string): boolean => style === 'dark' || style === 'light';
const styleOf = (style: string) => (isOwn(style) ? basemapStyle(style === 'dark') : style);
const maxZoomOf = (style: string): number => (isOwn(style) ? OWN_MAX_ZOOM : STYLE_MAX_ZOOM);

function makeMap(container: HTMLElement, style: string): MapLibreMap {
  const map = new MapLibreMap({
    container,
    style: styleOf(style),
    attributionControl: false,
    dragRotate: false,
    maxZoom: maxZoomOf(style),
    ...START,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new ScaleControl({}), 'bottom-left');
  map.addControl(new AttributionControl({ compact: false }), 'bottom-right');
  return map;
}

/** Handles clicks: they choose a location while one is asked for, otherwise the charger under the pointer. */
function listenForClicks(map: MapLibreMap, latest: Latest): void {
  map.on('click', (event) => latest.current.onLocation?.(event.lngLat.lng, event.lngLat.lat));
  map.on('click', 'cells', (event) => {
    const id = event.features?.[0]?.properties.listingId as Hex | undefined;
    if (id !== undefined && latest.current.onLocation === undefined) latest.current.onPick(id);
  });
  listenForTileClicks(map, (id) => latest.current.onLocation === undefined && latest.current.onPick(id));
  listenForForeignClicks(map, (id) => latest.current.foreign.pick(id));
}

/** The container names the style in which everything in view is drawn, for who takes pictures. */
function markDrawn(map: MapLibreMap, container: HTMLElement, made: Drawn): void {
  const notYet = () => void delete container.dataset.drawn;
  for (const begin of ['movestart', 'dataloading', 'resize'] as const) map.on(begin, notYet);
  map.on('idle', () => {
    if (made.isStyled && map.areTilesLoaded()) container.dataset.drawn = made.style;
  });
}

/** Creates the map once and changes its style with the colour scheme; `round` counts the loaded styles. */
function useDrawnMap(container: RefObject<HTMLDivElement | null>, latest: Latest, style: string) {
  const [drawn, setDrawn] = useState<Drawn>();
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is created once; its style is changed below
  useEffect(() => {
    const map = makeMap(container.current!, style);
    const pins = new Pins(
      map,
      (id) => latest.current.onPick(id),
      (id) => latest.current.onLit(id),
    );
    const made: Drawn = { map, pins, style, isStyled: false };
    map.on('style.load', () => {
      made.isStyled = true;
      setRound((n) => n + 1);
    });
    markDrawn(map, container.current!, made);
    map.on('moveend', () => latest.current.onMove(map.getBounds().toArray().flat() as Bounds));
    listenForClicks(map, latest);
    setDrawn(made);
    return () => map.remove();
  }, []);
  useEffect(() => {
    // The first style came with the map.
    if (drawn === undefined || drawn.style === style) return;
    drawn.style = style;
    drawn.isStyled = false;
    drawn.map.setMaxZoom(maxZoomOf(style));
    drawn.map.setStyle(styleOf(style), { diff: false });
  }, [drawn, style]);
  return { drawn, round };
}

/** Fits all chargers into the view once, after the first load, unless there are more than a page of them. */
function useFirstFit(drawn: Drawn | undefined, { chargers, isTiled, destination }: MapProps): void {
  const fitted = useRef(false);
  useEffect(() => {
    if (isTiled || destination !== undefined) fitted.current = true;
    const bounds = fitted.current ? undefined : boundsOf(chargers);
    if (drawn === undefined || bounds === undefined) return;
    fitted.current = true;
    drawn.map.fitBounds(bounds, { ...FIT, animate: false });
  }, [drawn, chargers, isTiled, destination]);
}

/** Moves the selected charger into view. */
function useSelected(drawn: Drawn | undefined, latest: Latest, selected: Hex | undefined): void {
  useEffect(() => {
    const charger = latest.current.chargers.find((c) => c.listingId === selected);
    if (drawn === undefined || charger === undefined) return;
    const center: [number, number] = [Number(charger.longitude), Number(charger.latitude)];
    const zoom = Math.max(drawn.map.getZoom(), FIT.maxZoom);
    drawn.map.easeTo({ center, zoom, duration: still() ? 0 : FLY_MS });
  }, [drawn, latest, selected]);
}

/** Draws the tiles while they are what is shown, and reads them again after changes. */
function useTiles(drawn: Drawn | undefined, round: number, props: MapProps, dark: boolean) {
  const { isTiled, changes, foreign } = props;
  const { isShown } = foreign;
  useEffect(() => {
    if (drawn?.isStyled && round > 0) drawForeign(drawn.map, isShown, dark);
  }, [drawn, round, isShown, dark]);
  useEffect(() => {
    if (drawn?.isStyled && round > 0) drawTiles(drawn.map, isTiled, dark);
  }, [drawn, round, isTiled, dark]);
  const refresh = useMemo(() => drawn && createTileRefresh(drawn.map), [drawn]);
  useEffect(() => () => refresh?.stop(), [refresh]);
  useEffect(() => {
    if (isTiled && changes > 0) refresh?.request();
  }, [isTiled, changes, refresh]);
}

/** Flies to what the reader searched for. */
function useDestination(drawn: Drawn | undefined, destination: Destination | undefined): void {
  useEffect(() => {
    if (drawn === undefined || destination === undefined) return;
    const duration = still() ? 0 : FLY_MS;
    if ('bounds' in destination) {
      drawn.map.fitBounds(destination.bounds as LngLatBoundsLike, { ...FIT, duration });
      return;
    }
    const { longitude, latitude, zoom } = destination;
    drawn.map.easeTo({ center: [longitude, latitude], zoom, duration });
  }, [drawn, destination]);
}

/** The map. Its content is in the list too, so that screen readers do not need it. */
export default function MapView(props: MapProps) {
  const dark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
  const container = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const { drawn, round } = useDrawnMap(container, latest, useStyleName(dark, props.hasStreets));
  const { selected, preview, destination, isTiled, words, ownPosition, lit } = props;
  const chargers = isTiled ? NONE : props.chargers;
  useTiles(drawn, round, props, dark);
  useEffect(() => {
    if (drawn?.isStyled && round > 0) drawCells(drawn.map, chargers, dark, selected);
  }, [drawn, round, chargers, selected, dark]);
  useEffect(() => {
    if (drawn?.isStyled && round > 0) drawPreview(drawn.map, preview, dark);
  }, [drawn, round, preview, dark]);
  useEffect(() => {
    if (drawn?.isStyled && round > 0) drawOwnPosition(drawn.map, ownPosition);
  }, [drawn, round, ownPosition]);
  useEffect(() => drawn?.pins.draw(chargers, words, selected), [drawn, chargers, words, selected]);
  useEffect(() => drawn?.pins.light(lit), [drawn, lit]);
  useFirstFit(drawn, props);
  useSelected(drawn, latest, selected);
  useDestination(drawn, destination);
  return <div ref={container} className={props.onLocation ? 'pp-map pp-map-placing' : 'pp-map'} />;
}
