import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { readRow } from '../../../server/ocpi/location.ts';
import { splitRows } from '../../../server/ocpi/splitRows.ts';

/** Four operators' feeds; they are beside the repository where this suite exists. */
const FOLDER = join(ROOT, '../shared/data/ocpi');

test.each([
  ['2_2_1_locations-ezvolt.json', { locations: 91, refused: 0, withPower: 91 }],
  ['2_2_1_locations-toger.json', { locations: 41, refused: 3, withPower: 0 }],
  ['2_2_locations-evio.json', { locations: 21, refused: 0, withPower: 20 }],
  ['locations-voltrelli.json', { locations: 307, refused: 0, withPower: 304 }],
])('%s is read', async (file, expected) => {
  const read = [];
  for await (const rows of splitRows(createReadStream(join(FOLDER, file)), 100_000)) {
    read.push(...rows.map((row) => readRow(row.text)));
  }
  const text = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
  expect(read).toHaveLength((Array.isArray(text) ? text : text.data).length);
  const locations = read.flatMap((row) => ('location' in row ? [row.location] : []));
  const refused = read.flatMap((row) => ('refused' in row ? [row.refused] : []));
  const withPower = locations.filter((one) => one.connectors.some((c) => c.maxPowerW !== null)).length;
  expect({ locations: locations.length, refused: refused.length, withPower }).toEqual(expected);
  for (const { rule } of refused) expect(rule).toMatch(/^coordinates\.latitude: must be degrees/);
  // Where they are in truth: on four continents, but never on the line where both numbers are one.
  for (const { latitudeE6, longitudeE6, name } of locations) {
    expect(latitudeE6).not.toBe(longitudeE6);
    expect(name).not.toBeNull();
  }
});
