import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../lib/browser.ts';
import { waitFor } from '../../lib/wait.ts';
import { type Figures, rounded } from '../figures.ts';

const VIEWPORT = { width: 1_024, height: 640 };
/** The densest city of the generated ledger. */
const TOWN = { typed: 'london', option: /^London, GB/ };
const TIMEOUT_MS = 120_000;
/** No request of a tile for so long: what is in view is there. */
const QUIET_MS = 700;
const DRAG = { pixels: 300, steps: 10 };
const WHEEL = { pixels: 300, turns: 8 };
/** From this length on a task of the page's thread is noticed as a stop (W3C Long Tasks). */
const LONG_TASK_MS = 50;

/** What the page records of itself while the map is moved. Runs in the page. */
function record(): void {
  const seen = { frames: [] as number[], tasks: [] as number[] };
  let last = performance.now();
  const tick = () => {
    const now = performance.now();
    seen.frames.push(now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  const watch = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen.tasks.push(duration);
  });
  watch.observe({ entryTypes: ['longtask'] });
  Object.assign(globalThis, { seen });
}

type Seen = { frames: number[]; tasks: number[] };

/** Hands out what was recorded since the last time. */
const taken = (page: Page): Promise<Seen> =>
  page.evaluate(() => {
    const { seen } = globalThis as unknown as { seen: Seen };
    return { frames: seen.frames.splice(0), tasks: seen.tasks.splice(0) };
  });

/** Charger tiles that a page asked for: how many came, failed, or were given up because the map had moved on. */
interface Tiles {
  asked: number;
  came: number;
  failed: number;
  givenUp: number;
  lastAt: number;
}

const isTile = (url: string): boolean => /\/tiles\/chargers\//.test(url);

function watchTiles(page: Page): Tiles {
  const tiles: Tiles = { asked: 0, came: 0, failed: 0, givenUp: 0, lastAt: performance.now() };
  const note = (what: 'asked' | 'came' | 'failed' | 'givenUp') => {
    tiles[what] += 1;
    tiles.lastAt = performance.now();
  };
  page.on('request', (request) => isTile(request.url()) && note('asked'));
  page.on('requestfailed', (request) => isTile(request.url()) && note('givenUp'));
  page.on(
    'response',
    (response) => isTile(response.url()) && note(response.status() < 400 ? 'came' : 'failed'),
  );
  return tiles;
}

/** Drags and wheel on the map. */
async function handOn(page: Page) {
  const frame = (await page.getByLabel('Map of chargers').boundingBox())!;
  const middle = { x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 };
  const drag = async (x: number, y: number) => {
    await page.mouse.move(middle.x - x / 2, middle.y - y / 2);
    await page.mouse.down();
    await page.mouse.move(middle.x + x / 2, middle.y + y / 2, { steps: DRAG.steps });
    await page.mouse.up();
  };
  return {
    async around() {
      await drag(DRAG.pixels, 0);
      await drag(0, DRAG.pixels);
      await drag(-DRAG.pixels, 0);
      await drag(0, -DRAG.pixels);
    },
    async zoom(direction: 1 | -1) {
      await page.mouse.move(middle.x, middle.y);
      for (let turn = 0; turn < WHEEL.turns; turn++) await page.mouse.wheel(0, direction * WHEEL.pixels);
    },
  };
}

/** Moves the map as a hand does, over the continent, a city, its streets, and the world. */
async function moveAround(page: Page, pause: () => Promise<void>, shot: (name: string) => Promise<void>) {
  const hand = await handOn(page);
  const look = async (name: string) => {
    await hand.around();
    await pause();
    await shot(name);
  };
  await look('continent');
  await page.getByRole('combobox', { name: 'Search for a city, town or village' }).fill(TOWN.typed);
  await page.getByRole('option', { name: TOWN.option }).first().click();
  await pause();
  await look('city');
  await hand.zoom(-1);
  await look('street');
  await hand.zoom(1);
  await pause();
  await hand.zoom(1);
  await look('world');
}

async function moved(browser: Browser, url: string, isEmpty: boolean, folder: string | undefined) {
  const page = await browser.newPage({ viewport: VIEWPORT });
  page.setDefaultTimeout(TIMEOUT_MS);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.addInitScript(record);
  if (isEmpty) await page.route(isTileUrl, (route) => route.fulfill({ status: 204 }));
  const tiles = watchTiles(page);
  const pause = async () => {
    await waitFor('the tiles in view', () => performance.now() - tiles.lastAt > QUIET_MS, {
      timeoutMs: TIMEOUT_MS,
      pollMs: 50,
    });
  };
  const shot = async (name: string) => {
    if (folder !== undefined) await page.screenshot({ path: join(folder, `map-${name}.png`) });
  };
  await page.goto(url);
  await page.getByText('Not all chargers are shown').waitFor();
  await waitFor('the first tiles', () => tiles.came > 0, { timeoutMs: TIMEOUT_MS });
  await pause();
  await taken(page);
  await moveAround(page, pause, shot);
  const seen = await taken(page);
  await page.close();
  return { ...seen, tiles, complaints };
}

const isTileUrl = (url: URL): boolean => isTile(url.pathname);

const quantile = (values: readonly number[], part: number): number =>
  rounded(values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN, 1);

/**
 * The map of this server in a real browser, dragged and zoomed; and its floor, the same page and movements where all
 * tiles of chargers are empty.
 *
 * @param folder Where pictures of it are put, if anywhere.
 */
export async function browse(
  url: string,
  folder?: string,
): Promise<{ figures: Figures; complaints: string[] }> {
  const browser = await launchBrowser();
  try {
    const floor = await moved(browser, url, true, undefined);
    const { frames, tasks, tiles, complaints } = await moved(browser, url, false, folder);
    const { asked, came, failed, givenUp } = tiles;
    const figures = {
      ...{ frames: frames.length, frameP50Ms: quantile(frames, 0.5), frameP95Ms: quantile(frames, 0.95) },
      longTasks: tasks.filter((ms) => ms >= LONG_TASK_MS).length,
      longestTaskMs: Math.round(Math.max(0, ...tasks)),
      tiles: { asked, came, failed, givenUp },
      floor: {
        ...{ frameP50Ms: quantile(floor.frames, 0.5), frameP95Ms: quantile(floor.frames, 0.95) },
        longTasks: floor.tasks.filter((ms) => ms >= LONG_TASK_MS).length,
        longestTaskMs: Math.round(Math.max(0, ...floor.tasks)),
      },
    };
    return { figures, complaints: [...floor.complaints, ...complaints] };
  } finally {
    await browser.close();
  }
}
