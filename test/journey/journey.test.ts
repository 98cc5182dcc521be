import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChargerSummary } from '../../protocol/api.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { launchBrowser } from '../support/browser.ts';
import { untilSlotHasTime } from '../support/slot-time.ts';
import { ratesAndLooksBack, readsReceipt } from './after-charge.ts';
import { endProduct, type Product, startProduct } from './product.ts';

/** The API's rate limit counts requests. */
const RARELY = { pollMs: 500 };

const LARGE = { width: 1_280, height: 800 };
const SMALL = { width: 840, height: 600 };

const CONSENT = 'I understand that this cannot be deleted';

describe('the journey of a driver and a host through the page', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'plugpact-journey-'));
  const complaints: string[] = [];
  let product: Product;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [product, browser] = await Promise.all([startProduct(dataDir), launchBrowser()]);
    page = await browser.newPage({ viewport: LARGE, reducedMotion: 'reduce' });
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(product.address);
  });

  afterAll(async () => {
    await browser?.close();
    if (product !== undefined) await endProduct(product);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const energyWh = async () => Number(await page.locator('[data-energy-wh]').getAttribute('data-energy-wh'));
  const panel = () => page.locator('.pp-panel').textContent();

  it('shows the listed charger on the map, with price and power', async () => {
    await page.locator('.pp-list a').first().waitFor();
    expect(await page.locator('.pp-list a').count()).toBe(1);
    const entry = await page.locator('.pp-list a').first().textContent();
    expect(entry).toContain('0.25');
    expect(entry).toMatch(/kW/);
    await page.locator('.maplibregl-canvas').waitFor();
    // Seen, the map becomes small: drawn by software, it is most of the work here.
    await page.setViewportSize(SMALL);
  });

  it('books it with a demo wallet made by a click', async () => {
    await page.locator('.pp-list a').first().click();
    await untilSlotHasTime();
    await page.getByRole('button', { name: /^Book / }).click();
    await page.getByRole('button', { name: 'Make a demo wallet' }).click();
    await page.getByLabel(CONSENT).check();
    await page.getByRole('button', { name: /Sign and lock/ }).click();
    await page.getByRole('button', { name: 'Start charging' }).waitFor();
  });

  it('shows the driver the exact location, which the host sealed to the agent and the agent to this device', async () => {
    await page.locator('[data-location]').waitFor();
    expect(await panel()).toContain('Through the gate on the left');
    await page.getByText('From the wallbox').waitFor();
    await page.getByText('it matches the commitment on the ledger').waitFor();
  });

  it('charges: the start waits for the cable, then energy and money move, co-signed in the background', async () => {
    await page.getByRole('button', { name: 'Start charging' }).click();
    await page.locator('[data-session=WAITING_FOR_PLUG]').waitFor();
    await page.getByRole('button', { name: 'Plug in' }).click();
    await page.locator('[data-session=CHARGING]').waitFor();
    await waitFor('energy to be seen', async () => (await energyWh()) > 0, { timeoutMs: 60_000 });
    expect(await panel()).toMatch(/co-signed on this device/);
    await page.locator('[data-assurance-level=key-attested]').waitFor();
    // 2.00 at most on the charger's word, so that the phone may sleep.
    await page.locator('[data-allowed="2000000"]').waitFor();
  });

  it('goes on after the page is reloaded during a charge', async () => {
    const before = await energyWh();
    await page.reload();
    await page.locator('[data-session=CHARGING]').waitFor();
    await waitFor('energy to rise', async () => (await energyWh()) > before, { timeoutMs: 90_000 });
  });

  it('ends in a receipt when the driver has stopped and unplugged', async () => {
    await page.getByRole('button', { name: 'Stop charging' }).click();
    await page.getByText('Unplug the cable').waitFor();
    await page.getByRole('button', { name: 'Unplug' }).click();
    await page.locator('[data-receipt]').waitFor();
    const receipt = await page.locator('[data-receipt]').textContent();
    expect(receipt).toMatch(/0\.\d+\skWh/);
    expect(receipt).toMatch(/DUSD/);
  });

  it('verifies the meter’s own record in the browser, and hands out a PDF and a link that needs no key', () =>
    readsReceipt(page, product.address));

  it('rates the charge by signature, and finds it in the history with a table for spreadsheets', () =>
    ratesAndLooksBack(page, product.address));

  it('lets a host pair the waiting wallbox and list it', async () => {
    await page.setViewportSize(LARGE);
    await page.goto(`${product.address}/#/host`);
    await page.getByRole('button', { name: 'Make a demo wallet' }).click();
    await page.locator('.mantine-Chip-label').first().click();
    await page.getByRole('button', { name: 'Pair', exact: true }).click();
    await page.getByText('Price of energy').waitFor();
    await page.getByRole('button', { name: 'Choose on the map' }).click();
    await page.locator('.maplibregl-canvas').click({ position: { x: 300, y: 300 } });
    await page.getByLabel('How to get in').fill('Gate code 4711');
    await page.getByLabel(CONSENT).check();
    await page.getByRole('button', { name: 'Sign and publish' }).click();
    await page.getByText('As guests see it').waitFor();
    await page.locator('[data-location=HANDED_OVER]').waitFor();
    await waitFor('two chargers on the map', async () => (await chargers(product)).length === 2, RARELY);
  });

  it('shows the bookings and the health of the wallboxes to a host who signs in', async () => {
    await page.getByRole('button', { name: /^Show bookings/ }).click();
    await page.getByText('No bookings at the moment.').waitFor();
    await page.getByText('From your wallboxes').waitFor();
  });

  it('loses nothing older than the state interval when it is killed, and says so', async () => {
    const height = await ledgerHeight(product);
    // Two state files, each at most one interval of 2 s behind: what is 5 blocks old is on disk.
    await waitFor('the state to be on disk', async () => (await ledgerHeight(product)) > height + 5, RARELY);
    await endProduct(product, 'SIGKILL');
    product = await startProduct(dataDir);
    expect(product.said()).toMatch(/killed: what the ledger did in its last \d+ s may be lost/);
    await waitFor('both chargers to be back', async () => (await chargers(product)).length === 2, RARELY);
  });

  it('threw no error in the page', () => {
    expect(complaints).toEqual([]);
  });
});

async function chargers({ address }: Product): Promise<ChargerSummary[]> {
  const response = await fetch(`${address}/api/v1/chargers?bbox=-180,-90,180,90`);
  return ((await response.json()) as { chargers: ChargerSummary[] }).chargers;
}

async function ledgerHeight({ address }: Product): Promise<number> {
  const response = await fetch(`${address}/api/v1/ledger/head`);
  return Number(((await response.json()) as { blockNumber: number }).blockNumber);
}
