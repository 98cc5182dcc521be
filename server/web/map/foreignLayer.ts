import type { Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';

const SOURCE = 'foreign';
const LAYER = 'foreign-locations';
const TILES_URL = '/tiles/foreign.json';
/** Grey-violet squares would need images: a hollow circle is told apart from the filled ones of this market. */
const COLOUR = ['#6b4fa3', '#b9a5e8'] as const;

/** Charging locations of other operators, which cannot be booked here. */
export function drawForeign(map: MapLibreMap, isShown: boolean, dark: boolean): void {
  if (map.getSource(SOURCE) === undefined) {
    if (!isShown) return;
    map.addSource(SOURCE, { type: 'vector', url: TILES_URL });
    map.addLayer({
      id: LAYER,
      type: 'circle',
      source: SOURCE,
      'source-layer': 'foreign',
      paint: {
        'circle-color': dark ? '#1b2427' : '#ffffff',
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 4, 2, 12, 6] as never,
        'circle-stroke-color': COLOUR[dark ? 1 : 0],
        'circle-stroke-width': 2,
      },
    });
  }
  map.setLayoutProperty(LAYER, 'visibility', isShown ? 'visible' : 'none');
}

/** Calls `onPick` with the id of the location that was clicked. */
export function listenForForeignClicks(map: MapLibreMap, onPick: (id: string) => void): void {
  map.on('click', LAYER, (event: MapMouseEvent & { features?: { properties: { id?: string } }[] }) => {
    const id = event.features?.[0]?.properties.id;
    if (id !== undefined) onPick(id);
  });
}
