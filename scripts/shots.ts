import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import type { Hex } from 'viem';
import { DriverStory } from './bench/web/driver-story.ts';
import { settled } from './bench/web/measures.ts';
import { ApiClient } from './client/api-client.ts';
import { launchBrowser } from './lib/browser.ts';
import { startLocalProduct } from './lib/local-product.ts';
import { isMain } from './lib/main.ts';
import { ROOT } from './lib/paths.ts';
import { waitFor } from './lib/wait.ts';

/** West, south, east, north in degrees. */
const WORLD = '-180,-90,180,90';

const SIZES = { phone: { width: 375, height: 740 }, desk: { width: 1_280, height: 800 } };
const THEMES = ['light', 'dark'] as const;
/** Views that any reader may open, without a booking. */
const OPEN_VIEWS = ['', 'bookings', 'host', 'accounts', 'history', 'audit', 'watch'];

type Size = keyof typeof SIZES;
/** Pictures of what is shown, in these sizes. */
type Shoot = (name: string, sizes?: readonly Size[]) => Promise<void>;

const ALL_SIZES = Object.keys(SIZES) as Size[];

/** Pictures of the page as it is, in each size and theme, whose names say what is where. */
const shooter =
  (page: Page, folder: string): Shoot =>
  async (name, sizes = ALL_SIZES) => {
    // A button that was pressed may have been far down.
    await page.evaluate(
      'for (const each of document.querySelectorAll("*")) if (each.scrollTop > 0) each.scrollTop = 0',
    );
    for (const size of sizes) {
      await page.setViewportSize(SIZES[size]);
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        await mapDrawn(page, theme);
        await page.screenshot({ path: join(folder, `${name}-${size}-${theme}.png`) });
      }
    }
    await page.setViewportSize(SIZES.phone);
  };

/** Until the map behind the view, where there is one, is drawn in this theme, and nothing of it is still to come. */
async function mapDrawn(page: Page, theme: (typeof THEMES)[number]): Promise<void> {
  // The page hears of a new size or theme before it draws the next frame, and the map with it.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  const map = page.locator('.pp-map');
  if (await map.isVisible()) await page.locator(`.pp-map[data-drawn="${theme}"]`).waitFor();
}

/**
 * `npm run shots [-- --out FOLDER] [--url ADDRESS] [--lang LANGUAGE]`: pictures of every view, in two sizes and both
 * themes, of a town that it starts, or of the address given.
 */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      out: { type: 'string', default: join(ROOT, 'dist/shots') },
      url: { type: 'string' },
      lang: { type: 'string', default: 'en-GB' },
    },
  });
  const folder = resolve(values.out);
  mkdirSync(folder, { recursive: true });
  const product = values.url === undefined ? await startLocalProduct({ hasTown: true }) : undefined;
  try {
    const browser = await launchBrowser();
    try {
      await shootAll(browser, values.url ?? product!.address, folder, values.lang);
    } finally {
      await browser.close();
    }
  } finally {
    await product?.end();
  }
  console.log(`Pictures are in ${folder}.`);
  return 0;
}

async function shootAll(browser: Browser, address: string, folder: string, lang: string): Promise<void> {
  const context = await browser.newContext({
    ...{ viewport: SIZES.phone, locale: lang, serviceWorkers: 'block', reducedMotion: 'reduce' },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const shoot = shooter(page, folder);
  const api = new ApiClient(address.replace('localhost', '127.0.0.1'));
  await waitFor('the town to move in', async () => {
    const { chargers } = await api.call('listChargers', { query: { bbox: WORLD } });
    return chargers.length >= 10 ? chargers : undefined;
  }).catch(() => undefined);
  for (const view of OPEN_VIEWS) {
    for (const size of ALL_SIZES) {
      // Opened in each size: the map shows what fits at first.
      await page.setViewportSize(SIZES[size]);
      await page.goto(`${address}/?${view}-${size}#/${view}`);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await settled(page);
      await shoot(view === '' ? 'map' : view, [size]);
    }
  }
  await page.setViewportSize(SIZES.phone);
  if (lang.startsWith('en')) await tellStory(page, address, api, shoot);
}

/** The driver's story, by the texts of the English page. */
async function tellStory(page: Page, address: string, api: ApiClient, shoot: Shoot): Promise<void> {
  const story = new DriverStory(page, address, (view) => shoot(`story-${view}`));
  const { chargers } = await api.call('listChargers', { query: { bbox: WORLD } });
  const free = chargers.find(({ status, maxPowerW }) => status === 'AVAILABLE' && maxPowerW === 11_000);
  await story.addAuthenticator();
  await story.createAccount();
  await story.fund();
  await story.bookAndCharge(free?.listingId as Hex);
  await story.stop();
}

if (isMain(import.meta)) {
  process.exit(
    await main(process.argv.slice(2)).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      return 1;
    }),
  );
}
