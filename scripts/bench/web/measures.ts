import type { Browser, CDPSession, Page } from 'playwright-core';

/** The bench's network: 400 kbit/s each way, 400 ms. */
const SLOW_3G = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
const SLOW_CPU = 4;
const LIST = '.pp-list a';

export interface Opening {
  fcpMs: number;
  lcpMs: number;
  cls: number;
  /** Until the list has its first charger. */
  listMs: number;
  /** On the wire, until then. */
  jsKb: number;
  wireKb: number;
}

/** Collects what the browser tells about painting, from the beginning. */
const WATCH = `(() => {
  const seen = (globalThis.seen = { lcpMs: 0, cls: 0, longestMs: 0 });
  const watch = (type, take, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...more });
  watch('largest-contentful-paint', (entry) => { seen.lcpMs = entry.startTime; });
  watch('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value; });
  watch('event', (entry) => { if (entry.interactionId) seen.longestMs = Math.max(seen.longestMs, entry.duration); },
    { durationThreshold: 16 });
})()`;

/** The map has its own bench; drawn by software it would take most of the time. */
const NO_MAP = 'HTMLCanvasElement.prototype.getContext = () => null';

export async function newPage(browser: Browser, viewport = { width: 375, height: 740 }) {
  const context = await browser.newContext({ viewport, serviceWorkers: 'block', reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.addInitScript(WATCH);
  await page.addInitScript(NO_MAP);
  return { context, page };
}

/** Counts bytes as they come over the wire. */
async function countBytes(devtools: CDPSession) {
  const types = new Map<string, string>();
  const bytes = { js: 0, all: 0 };
  await devtools.send('Network.enable');
  devtools.on('Network.responseReceived', ({ requestId, type }) => void types.set(requestId, type));
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes.all += encodedDataLength;
    if (types.get(requestId) === 'Script') bytes.js += encodedDataLength;
  });
  return bytes;
}

/** Until nothing more was loaded for a second: live streams stay open, so that the network never rests. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    let loaded = -1;
    const timer = setInterval(() => {
      const now = performance.getEntriesByType('resource').length;
      if (now === loaded) { clearInterval(timer); resolve(); }
      loaded = now;
    }, 1_000);
  })`);
}

interface Conditions {
  isSlowNetwork?: boolean;
  isSlowCpu?: boolean;
}

/** Opens an address in a new browser profile, and waits for `shown`. */
async function opened(browser: Browser, url: string, shown: string, conditions: Conditions) {
  const { context, page } = await newPage(browser);
  const devtools = await context.newCDPSession(page);
  const bytes = await countBytes(devtools);
  if (conditions.isSlowNetwork) await devtools.send('Network.emulateNetworkConditions', SLOW_3G);
  if (conditions.isSlowCpu) await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOW_CPU });
  const began = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator(shown).first().waitFor();
  const listMs = performance.now() - began;
  const atList = { ...bytes };
  await settled(page);
  return { context, page, bytes: atList, listMs };
}

export async function measureOpening(
  browser: Browser,
  url: string,
  conditions: Conditions,
  shown = LIST,
): Promise<Opening> {
  const { context, page, bytes, listMs } = await opened(browser, url, shown, conditions);
  const painted = await paints(page);
  await context.close();
  return { ...painted, listMs, jsKb: bytes.js / 1_000, wireKb: bytes.all / 1_000 };
}

async function paints(page: Page): Promise<{ fcpMs: number; lcpMs: number; cls: number }> {
  return (await page.evaluate(`({
    fcpMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    lcpMs: globalThis.seen.lcpMs,
    cls: globalThis.seen.cls,
  })`)) as { fcpMs: number; lcpMs: number; cls: number };
}

/** Taps through the pages as a reader does, and gives the longest time from a tap to what it draws. */
export async function longestInteraction(browser: Browser, url: string): Promise<number> {
  const { context, page } = await opened(browser, url, LIST, {});
  await page.locator(LIST).first().click();
  await page
    .getByRole('button', { name: /^Book / })
    .first()
    .waitFor();
  for (const name of ['Bookings', 'Lend', 'Accounts', 'Map']) {
    await page.getByRole('navigation').getByRole('link', { name, exact: true }).first().click();
    await page.getByRole('heading', { level: 1 }).first().waitFor();
  }
  await settled(page);
  const longestMs = (await page.evaluate('globalThis.seen.longestMs')) as number;
  await context.close();
  return longestMs;
}
