import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepConsent } from '../../meter-agent/connectors/consents.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { violationsOn } from '../../scripts/bench/web/accessibility.ts';
import { DriverStory } from '../../scripts/bench/web/driver-story.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { Scope } from '../meter-agent/support/start-agent.ts';
import { launchBrowser } from '../support/browser.ts';
import { publish, testListing, testTerms } from '../support/market.ts';
import { startFixture } from './fixture.ts';

const SIZES = [
  { width: 320, height: 700 },
  { width: 1_280, height: 800 },
];
const THEMES = ['light', 'dark'] as const;

describe('the page for everyone (WCAG 2.2 AA)', () => {
  const scope = new Scope();
  const found: string[] = [];
  const complaints: string[] = [];
  let fixture: Awaited<ReturnType<typeof startFixture>>;
  let browser: Browser;
  let page: Page;
  let story: DriverStory;
  let listingId: `0x${string}`;

  beforeAll(async () => {
    [fixture, browser] = await Promise.all([startFixture(scope), launchBrowser()]);
    scope.onEnd(() => browser.close());
    const { agent, ledger } = fixture;
    const host = localAccount('host').address;
    const listing = testListing(testTerms(host, agent.key.account.address), 'CP1', 1);
    listingId = listingIdOf(agent.key.account.address, listing.place.connector);
    keepConsent(agent.journal, listingId, { host, validUntil: 0 });
    await publish(ledger.market, agent.key.account, listing);
    const context = await browser.newContext({ serviceWorkers: 'block', reducedMotion: 'reduce' });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // What the server refuses is part of the story, such as what needs a sign-in; the browser notes each.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) complaints.push(message.text());
    });
    await page.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    story = new DriverStory(page, fixture.server.url.replace('127.0.0.1', 'localhost'), look);
    await story.addAuthenticator();
  });
  afterAll(() => scope.end());

  /** In both themes, on the narrowest phone and on a desk; nothing is wider than the screen. */
  async function look(view: string): Promise<void> {
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme });
        const where = `${view} ${size.width} ${colorScheme}`;
        for (const { rule, nodes } of await violationsOn(page)) {
          found.push(`${where}: ${rule}: ${nodes.join(' | ')}`);
        }
      }
      const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      if (Number(over) > 0) found.push(`${view} ${size.width}: ${over} px wider than the screen`);
    }
  }
  const nothingWrong = () => {
    expect(found.splice(0)).toEqual([]);
    expect(complaints.splice(0)).toEqual([]);
  };

  it('has nothing that axe objects to while an account is made', async () => {
    await story.createAccount();
    nothingWrong();
  });

  it('nor while a charger is found and booked, while it charges, and on the receipt', async () => {
    await story.fund();
    await story.bookAndCharge(listingId);
    await story.stop();
    nothingWrong();
  });

  const address = () => fixture.server.url.replace('127.0.0.1', 'localhost');

  it('nor on the receipt that a link shares, on a charger that a link names, and in the settings', async () => {
    const [, bookingId] = /booking\/(0x[0-9a-f]{64})/.exec(page.url()) ?? [];
    await page.goto(`${address()}/?shared#/receipt/${bookingId}`);
    await page.locator('[data-public-receipt] [data-receipt]').waitFor();
    await look('public receipt');
    await page.goto(`${address()}/?linked#/charger/${listingId}`);
    await page.getByRole('button', { name: /^Book / }).waitFor();
    await look('charger by link');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByText('Deutsch').waitFor();
    await look('settings');
    nothingWrong();
  });

  it.each(['bookings', 'host', 'history', 'audit', 'watch'])('nor on the page %s', async (view) => {
    await page.goto(`${address()}/?${view}#/${view}`);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await look(view);
    nothingWrong();
  });
});
