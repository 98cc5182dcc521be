import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPERATIONS } from '../../protocol/api/index.ts';
import { ensureWebBuilt } from '../../scripts/lib/web-build.ts';
import { startLedger, startServer, type TestLedger, type TestServer } from '../server/support.ts';
import { launchBrowser } from '../support/browser.ts';

let ledger: TestLedger;
let server: TestServer;

beforeAll(async () => {
  const [webDir, started] = await Promise.all([ensureWebBuilt(), startLedger()]);
  ledger = started;
  server = await startServer(ledger.market, { WEB_DIR: webDir });
});
afterAll(async () => {
  await server?.stop();
  await ledger?.stop();
});

test('the explorer shows every operation, calls one, and asks nobody but this server', async () => {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
    const complaints: string[] = [];
    const foreign: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(server.url) && !url.startsWith('data:')) foreign.push(url);
    });
    await page.goto(`${server.url}/api`);
    await page.waitForSelector('.opblock');
    expect(await page.locator('.opblock').count()).toBe(OPERATIONS.length);
    // By keyboard alone: to the operation, open it, and send.
    const operation = page.locator('.opblock', { hasText: 'getLedgerHead' });
    await operation.locator('button.opblock-summary-control').focus();
    await page.keyboard.press('Enter');
    await operation.locator('button.execute').focus();
    await page.keyboard.press('Enter');
    await operation.locator('.live-responses-table', { hasText: '"indexedTo"' }).waitFor();
    const widths = await page.evaluate('[document.documentElement.scrollWidth, window.innerWidth]');
    const [scrolled = 0, shown = 0] = widths as number[];
    expect(scrolled).toBeLessThanOrEqual(shown);
    // A name of an operation is one word on one line, so that it can be found and copied.
    await page.setViewportSize({ width: 1_280, height: 800 });
    const names = `[...document.querySelectorAll('.opblock-summary-operation-id')].filter((name) => {
      const range = document.createRange();
      range.selectNodeContents(name);
      return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1;
    }).map((name) => name.textContent)`;
    expect(await page.evaluate(names)).toEqual([]);
    expect([complaints, foreign]).toEqual([[], []]);
  } finally {
    await browser.close();
  }
});
