import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBasemapBuilt } from '../../scripts/lib/basemap-build.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { ensureWebBuilt } from '../../scripts/lib/web-build.ts';
import { markChargers } from '../../server/map/dirty.ts';
import { Scope } from '../meter-agent/support/start-agent.ts';
import { listingIdFor, putListingRow, putReportRow } from '../server/map/rows.ts';
import { caughtUp, startLedger, startServer, type TestLedger, type TestServer } from '../server/support.ts';
import { launchBrowser } from '../support/browser.ts';
import { objectionsTo } from './axe.ts';

/** More than a page of the list (200), and more than a tile draws one by one (256). */
const COUNT = 700;
/** All over Germany, a grid of 28 × 25. */
const positionOf = (id: number) => ({
  latitudeE6: 47_600_000 + Math.floor(id / 28) * 280_000,
  longitudeE6: 6_500_000 + (id % 28) * 290_000,
});

/** Another operator's, in the middle of Stuttgart. */
const LOCATION = {
  ...{
    country_code: 'DE',
    party_id: 'STW',
    id: 'L1',
    publish: true,
    name: 'Town hall',
    address: 'Marktplatz 1',
  },
  ...{ city: 'Stuttgart', country: 'DEU', time_zone: 'Europe/Berlin', last_updated: '2026-01-01T00:00:00Z' },
  coordinates: { latitude: '48.78232', longitude: '9.17702' },
  evses: [
    {
      ...{ uid: 'E1', status: 'AVAILABLE', last_updated: '2026-01-01T00:00:00Z' },
      connectors: [
        {
          ...{ id: '1', standard: 'IEC_62196_T2', format: 'SOCKET', power_type: 'AC_3_PHASE' },
          ...{ max_voltage: 230, max_amperage: 32, max_electric_power: 22_000 },
          last_updated: '2026-01-01T00:00:00Z',
        },
      ],
    },
  ],
};

const scope = new Scope();
let ledger: TestLedger;
let server: TestServer;
let browser: Browser;
let page: Page;
const requested: string[] = [];
const complaints: string[] = [];
const origins = new Set<string>();

async function putAll(): Promise<void> {
  await server.db.transaction().execute(async (tx) => {
    for (let id = 1; id <= COUNT; id++) {
      await putListingRow(tx, { id, ...positionOf(id), pricePerKwh: 200_000 + id * 100 });
      await putReportRow(tx, id, 'AVAILABLE', Math.floor(Date.now() / 1_000));
    }
    await markChargers(
      tx,
      Array.from({ length: COUNT }, (_, index) => listingIdFor(index + 1)),
    );
  });
  await mapKept();
}

const mapKept = () =>
  waitFor('the map to be kept', async () => {
    const [marked] = await server.db.selectFrom('mapDirty').select('listingId').limit(1).execute();
    return marked === undefined;
  });

beforeAll(async () => {
  const builds = Promise.all([ensureWebBuilt(), ensureBasemapBuilt()]);
  const [started, [webDir, basemapDir]] = await Promise.all([startLedger(), builds]);
  ledger = started;
  scope.onEnd(() => ledger.stop());
  const feed = join(scope.dir(), 'locations.json');
  writeFileSync(feed, JSON.stringify([LOCATION]));
  server = await startServer(ledger.market, {
    WEB_DIR: webDir,
    BASEMAP_DIR: basemapDir,
    FOREIGN_FEEDS: `stadtwerk=${feed}`,
  });
  scope.onEnd(() => server.stop());
  await caughtUp(server, ledger);
  await putAll();
  browser = await launchBrowser();
  scope.onEnd(() => browser.close());
  page = await browser.newPage({ viewport: { width: 1_280, height: 800 }, reducedMotion: 'reduce' });
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  page.on('response', (response) => {
    const { pathname, search } = new URL(response.url());
    if (/tiles|chargers/.test(pathname)) requested.push(`${response.status()} ${pathname}${search}`);
  });
  await page.goto(server.url);
});

afterAll(() => scope.end());

const rows = (on: Page) => on.getByRole('list', { name: /^(Chargers|Ladepunkte)$/ }).getByRole('listitem');

test('more chargers than a page are drawn as tiles, and the list says that it has not all', async () => {
  await page.getByText('Not all chargers are shown. Zoom in on the map to see more.').waitFor();
  await waitFor('tiles of the chargers', () =>
    requested.some((line) => /^200 \/tiles\/chargers\/\d+\/\d+\/\d+\.mvt$/.test(line)),
  );
  await waitFor('tiles of the basemap', () =>
    requested.some((line) => /^200 \/tiles\/basemap\/\d+\/\d+\/\d+\.mvt/.test(line)),
  );
  // The credits come with the tiles.
  await page.getByText('Natural Earth').waitFor();
  await page.getByText('200 chargers shown, there are more').waitFor();
});

test('a city that is searched for is looked at, with the chargers there and their changes', async () => {
  const search = page.getByRole('combobox', { name: 'Search for a city, town or village' });
  await search.fill('stuttg');
  await page.getByRole('option', { name: 'Stuttgart, DE' }).click();
  // The grid has one charger in each 31 km by 21 km.
  await page.getByText('Not all chargers are shown').waitFor({ state: 'detached' });
  await waitFor('the chargers around Stuttgart', async () => {
    const count = await rows(page).count();
    return count > 0 && count < 20;
  });
  const id = idNear(48_782_000, 9_177_000);
  await putListingRow(server.db, { id, ...positionOf(id), pricePerKwh: 990_000 });
  await markChargers(server.db, [listingIdFor(id)]);
  await page.getByText('0.99 DUSD/kWh').waitFor();
  expect(complaints).toEqual([]);
});

test('locations of other operators are shown when asked for, and said not to be bookable', async () => {
  await page.getByText('Other operators').click();
  await waitFor('tiles of the other operators', () =>
    requested.some((line) => /^200 \/tiles\/foreign\/\d+\/\d+\/\d+\.mvt/.test(line)),
  );
  const map = (await page.getByLabel('Map of chargers').boundingBox())!;
  const card = page.getByLabel('Charging location of another operator');
  await waitFor('the location to be drawn and picked', async () => {
    await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
    return (await card.count()) > 0;
  });
  await card.getByText('Available · stadtwerk').waitFor();
  await card.getByText('1 × Type 2, 22 kW').waitFor();
  await card.getByText('it cannot be booked here').waitFor();
  await card.getByRole('button', { name: 'Close' }).click();
  expect(complaints).toEqual([]);
});

test('filters and order are asked of the server, and what fits nobody can be taken back', async () => {
  await page.getByLabel('Price per kWh').selectOption({ label: 'Up to 0.20 DUSD' });
  await page.getByText('No charger here fits your filters.').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await rows(page)
    .first()
    .getByText(/^Done /)
    .waitFor();
  for (let i = 0; i < 2; i += 1) await page.getByRole('button', { name: 'Zoom out' }).click();
  await page.getByLabel('Order').selectOption('distance');
  await waitFor('the nearest to stand first', async () => {
    const texts = await page.locator('.pp-facts span:first-child').allTextContents();
    const km = texts.map((text) => Number.parseFloat(text) / (text.endsWith('km') ? 1 : 1_000));
    return km.length > 3 && km.every((one, at) => one >= (km[at - 1] ?? 0));
  });
  // Five hours: the energy is what each charger gives in this time.
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByText('Hours', { exact: true }).click();
  await rows(page).first().getByText('about, for 55 kWh').waitFor();
  await page.getByText('Energy', { exact: true }).click();
  await rows(page).first().getByText('about, for 20 kWh').waitFor();
  expect(await objectionsTo(page)).toEqual([]);
});

test('streets are loaded from the host that the button names, once it is pressed', async () => {
  const asked: string[] = [];
  await page.route('https://tiles.openfreemap.org/**', (route) => {
    asked.push(route.request().url());
    const headers = { 'access-control-allow-origin': '*' };
    return route.fulfill({ headers, json: { version: 8, sources: {}, layers: [] } });
  });
  expect([...origins].filter((origin) => /openfreemap/.test(origin))).toEqual([]);
  await page.getByRole('button', { name: /^Show streets.*tiles\.openfreemap\.org/ }).click();
  await waitFor('the style to be asked for', () => asked.length > 0);
  expect(asked).toEqual(['https://tiles.openfreemap.org/styles/liberty']);
  await page.getByRole('button', { name: /^Hide streets/ }).click();
  await page.getByRole('button', { name: /^Show streets/ }).waitFor();
  expect(complaints).toEqual([]);
});

test('where the reader is, the browser tells if it may, and else the page says what to do', async () => {
  const near = page.getByRole('button', { name: 'Show chargers near me' });
  await near.click();
  await page.getByText('This browser may not say where you are.').waitFor();
  await page.context().setGeolocation({ latitude: 48.72, longitude: 9.11 });
  await page.context().grantPermissions(['geolocation']);
  // Chromium tells the page of the permission a moment after it was given.
  const permission = () =>
    page.evaluate(async () => (await navigator.permissions.query({ name: 'geolocation' })).state);
  await waitFor('the permission', async () => (await permission()) === 'granted');
  await near.click();
  // The map has moved there: of the grid's chargers one is in view.
  await rows(page)
    .first()
    .getByText(/^\d+\sm$/)
    .waitFor();
  expect(await rows(page).count()).toBe(1);
  expect(await page.getByText('This browser may not say').count()).toBe(0);
});

test('on a phone the list is a sheet that a finger, a button and keys move, in the reader’s language', async () => {
  const context = await browser.newContext({
    ...{
      viewport: { width: 320, height: 690 },
      locale: 'de-DE',
      colorScheme: 'dark',
      reducedMotion: 'reduce',
    },
  });
  const phone = await context.newPage();
  phone.setDefaultTimeout(60_000);
  // Its map is the same, and drawing it would take most of the time.
  await phone.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
  await phone.goto(server.url);
  await rows(phone).first().waitFor();
  await phone.keyboard.press('Tab');
  const focused = phone.locator(':focus');
  expect(await focused.textContent()).toBe('Zum Inhalt springen');
  await phone.keyboard.press('Tab');
  expect(await focused.getAttribute('class')).toBe('pp-brand');
  const sheet = phone.getByRole('main');
  const stop = () => sheet.getAttribute('data-stop');
  const grip = phone.getByRole('button', { name: /^Liste / });
  expect(await stop()).toBe('half');
  await grip.press('End');
  expect(await stop()).toBe('full');
  expect(await objectionsTo(phone)).toEqual([]);
  await grip.click();
  expect(await stop()).toBe('peek');
  const box = (await grip.boundingBox())!;
  await phone.mouse.move(box.x + box.width / 2, box.y + 12);
  await phone.mouse.down();
  await phone.mouse.move(box.x + box.width / 2, box.y - 150, { steps: 8 });
  await phone.mouse.up();
  await waitFor('the sheet to rest', async () => (await stop()) !== 'peek');
  expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(320);
  await rows(phone).first().getByRole('link').click();
  await phone
    .getByRole('button', { name: 'Schließen' })
    .or(phone.getByRole('button', { name: 'Close' }))
    .click();
  await phone.getByRole('button', { name: 'Einstellungen' }).click();
  await phone.getByText('English').click();
  await phone.getByRole('heading', { name: 'Charge at a neighbour’s' }).waitFor();
  expect(await phone.evaluate('document.documentElement.lang')).toBe('en');
  await context.close();
});

/** The charger nearest to a position. */
function idNear(latitudeE6: number, longitudeE6: number): number {
  const away = (id: number) =>
    Math.hypot(positionOf(id).latitudeE6 - latitudeE6, positionOf(id).longitudeE6 - longitudeE6);
  const ids = Array.from({ length: COUNT }, (_, index) => index + 1);
  return ids.reduce((best, id) => (away(id) < away(best) ? id : best));
}
