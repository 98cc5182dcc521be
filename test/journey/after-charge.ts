import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { pdfText } from '../support/pdf-text.ts';

const look = async (page: Page, name: string): Promise<void> => {
  const folder = process.env.PLUGPACT_SHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};

/** Presses a button that hands out a file, and reads it. */
async function fileOf(page: Page, button: string): Promise<Buffer> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  return readFileSync(await file.path());
}

const shown = async (page: Page): Promise<string> =>
  ((await page.locator('[data-receipt]').textContent()) ?? '').replaceAll('\u00a0', ' ');

/** The ledger cannot be asked: the receipt is shown as this device read it before. */
async function keptWithoutLedger(page: Page, address: string): Promise<void> {
  const before = await shown(page);
  const { rpcUrl } = (await (await fetch(`${address}/api/v1/config`)).json()) as { rpcUrl: string };
  await page.route(`${rpcUrl}/**`, (route) => route.abort());
  await page.reload();
  await page.locator('[data-stored]').waitFor();
  const paidIn = (text: string) => /Paid to the host\d+\.\d+/.exec(text)?.[0];
  expect(paidIn(await shown(page))).toBe(paidIn(before));
  await page.unroute(`${rpcUrl}/**`);
  await page.reload();
  await page.locator('[data-receipt]').waitFor();
}

/** On the receipt of a charge at a signing meter. */
export async function readsReceipt(page: Page, address: string): Promise<void> {
  await page.getByRole('button', { name: 'Check the meter’s record' }).click();
  await page.locator('[data-meter=VERIFIED]').waitFor();
  await page.getByText('Proof', { exact: true }).click();
  expect(await page.locator('[data-transaction]').evaluateAll((all) => all.length)).toBe(2);
  await look(page, 'receipt');
  const [, paid = ''] = /Paid to the host(\d+\.\d+ DUSD)/.exec(await shown(page)) ?? [];
  const text = pdfText(await fileOf(page, 'Save as PDF')).replaceAll('\u00a0', ' ');
  expect(text).toContain('Receipt for a charge');
  expect(text).toContain(paid);
  expect(text).toContain('Verified on this device');
  const bookingId = page.url().split('/').at(-1)!;
  expect(text.replaceAll('\n', '')).toContain(bookingId);
  // Anybody with the link: another browser profile without keys.
  const stranger = await page.context().browser()!.newContext();
  const other = await stranger.newPage();
  try {
    await other.goto(`${address}/#/receipt/${bookingId}`);
    await other.locator('[data-receipt]').waitFor();
    expect(await shown(other)).toContain(paid);
    expect(await other.getByText('Check failed').count()).toBe(0);
    expect(
      await other.evaluate('Object.keys(localStorage).filter((key) => key.includes("booking:")).length'),
    ).toBe(0);
    await look(other, 'receipt-public');
  } finally {
    await stranger.close();
  }
  await keptWithoutLedger(page, address);
}

/** From the same receipt. */
export async function ratesAndLooksBack(page: Page, address: string): Promise<void> {
  await page.getByRole('radio', { name: '4 stars' }).check();
  await page.getByLabel('What others should know (optional)').fill('Easy to find');
  await page.getByRole('button', { name: 'Sign and send' }).click();
  await page.locator('[data-rating="4"]').waitFor();
  await look(page, 'receipt-rated');
  await page.goto(`${address}/#/history`);
  await page.locator('[data-history-totals]').waitFor();
  expect(await page.locator('[data-history-totals]').textContent()).toContain('1 charge');
  await look(page, 'history');
  const table = (await fileOf(page, 'Save as CSV')).toString();
  const [names = '', line = ''] = table.split('\r\n');
  expect(names).toContain('energy_wh');
  expect(line.split(',')).toHaveLength(names.split(',').length);
  expect(line).toContain('FULFILLED');
}
