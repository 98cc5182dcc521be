import { type Map as MapLibreMap, Marker } from 'maplibre-gl';
import type { Hex } from 'viem';
import type { ChargerSummary } from '../../../protocol/api.ts';
import { t } from '../app/words.ts';
import { statusWords } from './chargerWords.ts';
import { positionOf } from './find.ts';
import { groupPins, type PinGroup } from './groupPins.ts';

/** More would cover each other: the other chargers are shown as cells only. */
const MOST_PINS = 150;
const PIN = { widthPx: 112, heightPx: 34 };
/** Chargers of one cell stand above each other beside it; more than these are one pin. */
const MOST_ABOVE = 5;
/** Further away they would cover their neighbours. */
const ABOVE_FROM_ZOOM = 12;
const STEP_PX = 32;
const GAP_PX = 9;
const OPEN_ZOOMS = 2;

interface Pin {
  latitude: number;
  longitude: number;
  charger: ChargerSummary;
  cost: bigint;
}

/** What the pins say. */
export interface PinWords {
  costOf: (charger: ChargerSummary) => bigint;
  text: (cost: bigint) => string;
  /** Without the token's name. */
  short: (cost: bigint) => string;
}

interface Drawn {
  marker: Marker;
  element: HTMLButtonElement;
}

/** Pins with the total of the reader's need, for the mouse; keyboards and screen readers use the list beside the map. */
export class Pins {
  readonly #map: MapLibreMap;
  readonly #onPick: (listingId: Hex) => void;
  readonly #onLit: (listingId: Hex | undefined) => void;
  readonly #drawn = new Map<string, Drawn>();
  #pins: readonly Pin[] = [];
  #words: PinWords | undefined;
  #selected: Hex | undefined;
  #lit: Hex | undefined;

  constructor(
    map: MapLibreMap,
    onPick: (listingId: Hex) => void,
    onLit: (listingId: Hex | undefined) => void,
  ) {
    this.#map = map;
    this.#onPick = onPick;
    this.#onLit = onLit;
    map.on('zoomend', () => this.#arrange());
  }

  draw(chargers: readonly ChargerSummary[], words: PinWords, selected: Hex | undefined): void {
    this.#words = words;
    this.#selected = selected;
    this.#pins = chargers
      .slice(0, MOST_PINS)
      .map((charger) => ({ ...positionOf(charger), charger, cost: words.costOf(charger) }));
    this.#arrange();
  }

  /** Marks the pin of an entry that the pointer is on. */
  light(lit: Hex | undefined): void {
    this.#lit = lit;
    for (const [key, { element }] of this.#drawn) {
      element.classList.toggle('pp-marker-lit', lit !== undefined && key.includes(lit));
    }
  }

  #arrange(): void {
    const groups = groupPins(this.#pins, this.#map.getZoom(), PIN);
    const left = new Set(this.#drawn.keys());
    for (const group of groups) for (const key of this.#place(group)) left.delete(key);
    for (const key of left) {
      this.#drawn.get(key)?.marker.remove();
      this.#drawn.delete(key);
    }
    this.light(this.#lit);
  }

  /** Draws a group, and returns the keys of its markers. */
  #place(group: PinGroup<Pin>): string[] {
    const { members, isOnePoint } = group;
    const areApart = this.#map.getZoom() >= ABOVE_FROM_ZOOM;
    if (members.length === 1 || (isOnePoint && areApart && members.length <= MOST_ABOVE)) {
      return members.map((pin, index) => {
        const key = pin.charger.listingId;
        const { marker, element } = this.#drawn.get(key) ?? this.#add(key, pin, () => this.#onPick(key));
        marker.setOffset([0, -GAP_PX - index * STEP_PX]);
        this.#fill(element, pin);
        return key;
      });
    }
    const key = members.map(({ charger }) => charger.listingId).join();
    const { element } = this.#drawn.get(key) ?? this.#add(key, group, () => this.#open(group));
    this.#fillGroup(element, members);
    return [key];
  }

  #open({ members, isOnePoint, longitude, latitude }: PinGroup<Pin>): void {
    const [first] = members;
    // No zoom takes so many apart: the list has the others.
    if (isOnePoint && members.length > MOST_ABOVE && first !== undefined) {
      this.#onPick(first.charger.listingId);
      return;
    }
    const wanted = Math.max(this.#map.getZoom() + OPEN_ZOOMS, isOnePoint ? ABOVE_FROM_ZOOM : 0);
    const zoom = Math.min(wanted, this.#map.getMaxZoom());
    this.#map.easeTo({ center: [longitude, latitude], zoom });
  }

  #fill(element: HTMLButtonElement, { charger, cost }: Pin): void {
    const { tone, label: status } = statusWords(charger);
    const text = this.#words?.text(cost) ?? '';
    const on = charger.listingId === this.#selected ? ' pp-marker-on' : '';
    element.className = `pp-marker pp-marker-${tone}${on}`;
    element.textContent = text;
    element.title = `${status}. ${text}`;
  }

  #fillGroup(element: HTMLButtonElement, members: readonly Pin[]): void {
    const cheapest = members.reduce((least, { cost }) => (cost < least ? cost : least), members[0]!.cost);
    const price = this.#words?.short(cheapest) ?? '';
    const isOn = members.some(({ charger }) => charger.listingId === this.#selected);
    element.className = `pp-marker pp-marker-group${isOn ? ' pp-marker-on' : ''}`;
    element.textContent = t('map.pin.group', { count: members.length, price });
    element.title = t('map.pin.group.title', { count: members.length, price });
  }

  #add(key: string, at: { latitude: number; longitude: number }, onClick: () => void): Drawn {
    const element = document.createElement('button');
    element.type = 'button';
    element.tabIndex = -1;
    element.ariaHidden = 'true';
    element.addEventListener('click', (event) => {
      event.stopPropagation();
      onClick();
    });
    const isOne = !key.includes(',');
    element.addEventListener('pointerenter', () => isOne && this.#onLit(key as Hex));
    element.addEventListener('pointerleave', () => isOne && this.#onLit(undefined));
    // MapLibre moves the outer element and needs its own class names on it.
    const outer = document.createElement('div');
    outer.append(element);
    const marker = new Marker({ element: outer, anchor: 'bottom', offset: [0, -GAP_PX] })
      .setLngLat([at.longitude, at.latitude])
      .addTo(this.#map);
    const drawn = { marker, element };
    this.#drawn.set(key, drawn);
    return drawn;
  }
}
