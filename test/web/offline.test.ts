import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureWebBuilt } from '../../scripts/lib/web-build.ts';
import { Scope } from '../meter-agent/support/start-agent.ts';
import { startLedger, startServer } from '../server/support.ts';
import { launchBrowser } from '../support/browser.ts';

/** The slow network of the page's targets. */
const SLOW = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };

describe('the page without a good network', () => {
  const scope = new Scope();
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    const [ledger, webDir] = await Promise.all([startLedger(), ensureWebBuilt()]);
    scope.onEnd(() => ledger.stop());
    const server = await startServer(ledger.market, { WEB_DIR: webDir });
    scope.onEnd(() => server.stop());
    url = server.url;
    browser = await launchBrowser();
    scope.onEnd(() => browser.close());
  });
  afterAll(() => scope.end());

  async function open(serviceWorkers: 'allow' | 'block') {
    const context = await browser.newContext({ serviceWorkers, reducedMotion: 'reduce' });
    scope.onEnd(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    return { context, page, complaints };
  }
  const nav = (page: Page) => page.getByRole('navigation').first();
  const settled = (page: Page) =>
    page.evaluate('navigator.serviceWorker.ready.then(({ active }) => active.state)');

  describe('once it has been open', () => {
    let context: BrowserContext;
    let page: Page;

    it('opens from this device alone, and says that the ledger is away', async () => {
      ({ context, page } = await open('allow'));
      await page.goto(url);
      await nav(page).waitFor();
      expect(await settled(page)).toMatch(/activat/);
      await context.setOffline(true);
      await page.goto(`${url}/#/bookings`);
      await page.reload();
      await nav(page).waitFor();
      await page.getByRole('heading', { level: 1 }).first().waitFor();
    });

    it('has its own accent: the stylesheets do not overrule the theme', async () => {
      const [accent, pine] = (await page.evaluate(
        `['primary-color-filled', 'color-pine-filled'].map((name) =>
          getComputedStyle(document.documentElement).getPropertyValue('--mantine-' + name).trim())`,
      )) as [string, string];
      expect(accent).toBe(pine);
      expect(pine).toMatch(/^#/);
    });

    it('keeps no answer of the API but those that name nobody', async () => {
      const kept = await page.evaluate(async () => {
        const names = await caches.keys();
        const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
        return requests.flat().map(({ url }) => new URL(url).pathname);
      });
      expect(kept).toContain('/index.html');
      expect(kept.filter((path) => path.startsWith('/api/'))).toEqual(['/api/v1/config']);
    });

    it('is the newest page again as soon as there is a network', async () => {
      await context.setOffline(false);
      const answer = await page.goto(`${url}/?again`);
      expect(await answer?.text()).toContain('<div id="root">');
      await nav(page).waitFor();
    });
  });

  it('shows what it has when a part of it is lost, and gets that part again', async () => {
    const { page, complaints } = await open('block');
    await page.route(/assets\/HostPanel/, (route) => route.abort());
    await page.goto(`${url}/#/host`);
    const lost = page.getByRole('alert').filter({ hasText: 'could not be loaded' });
    await lost.waitFor();
    expect(await nav(page).isVisible()).toBe(true);
    const again = lost.getByRole('button', { name: 'Load this part again' });
    await page.context().setOffline(true);
    await again.click();
    await lost.getByText('still no connection').waitFor();
    expect(await nav(page).isVisible()).toBe(true);
    await page.context().setOffline(false);
    await page.unroute(/assets\/HostPanel/);
    await again.click();
    await lost.waitFor({ state: 'detached' });
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('paints its shell on a slow network before its scripts have come', async () => {
    const { context, page } = await open('block');
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.emulateNetworkConditions', SLOW);
    await page.goto(url, { waitUntil: 'commit' });
    await page.locator('.pp-first').waitFor();
    await page.waitForFunction('performance.getEntriesByName("first-contentful-paint").length > 0');
    const [paintMs, scripts] = (await page.evaluate(
      `[performance.getEntriesByName('first-contentful-paint')[0].startTime, document.querySelector('.pp-first') === null]`,
    )) as [number, boolean];
    expect(scripts).toBe(false);
    expect(paintMs).toBeLessThan(4_000);
  });
});
