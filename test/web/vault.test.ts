import type { BrowserContext, Page } from 'playwright-core';
import { type Address, parseAbi } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepConsent } from '../../meter-agent/connectors/consents.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { Scope } from '../meter-agent/support/start-agent.ts';
import { launchBrowser } from '../support/browser.ts';
import {
  banker,
  clientOf,
  fundDriver,
  publish,
  sendCall,
  testListing,
  testTerms,
} from '../support/market.ts';
import { untilSlotHasTime } from '../support/slot-time.ts';
import { startFixture } from './fixture.ts';
import { giveWallet, TEST_WALLET } from './testWallet.ts';

const CONSENT = 'I understand that this cannot be deleted';
const TRANSFER = parseAbi(['function transfer(address to, uint256 value)']);

describe('an account, its money and its bookings on two devices', () => {
  const scope = new Scope();
  const driver = privateKeyToAccount(generatePrivateKey());
  const complaints: string[] = [];
  let fixture: Awaited<ReturnType<typeof startFixture>>;
  let listingId: string;
  let phone: Page;
  let laptop: Page;
  let bookingId: string;

  async function device(width: number): Promise<Page> {
    const browser = await launchBrowser();
    scope.onEnd(() => browser.close());
    const context: BrowserContext = await browser.newContext({
      viewport: { width, height: 800 },
      reducedMotion: 'reduce',
    });
    await giveWallet(context, driver, fixture.ledger.market.ref.chainId);
    await context.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
    return page;
  }

  beforeAll(async () => {
    fixture = await startFixture(scope);
    const { ledger, agent } = fixture;
    const terms = testTerms(localAccount('host').address, agent.key.account.address);
    const listing = testListing(terms, 'CP1', 1);
    const consent = { host: localAccount('host').address, validUntil: 0 };
    keepConsent(agent.journal, listingIdOf(agent.key.account.address, listing.place.connector), consent);
    listingId = await publish(ledger.market, agent.key.account, listing);
    [phone, laptop] = [await device(375), await device(1_280)];
  });
  afterAll(() => scope.end());

  /** The whole panel, in both colour schemes. */
  const look = async (page: Page, name: string) => {
    const folder = process.env.PLUGPACT_SHOTS;
    if (folder === undefined) return;
    const { width } = page.viewportSize()!;
    await page.setViewportSize({ width, height: 2_400 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png` });
    }
    await page.setViewportSize({ width, height: 800 });
  };
  const go = (page: Page, hash: string) => page.goto(`${fixture.server.url}/#/${hash}`);
  const connect = (page: Page) => page.getByRole('button', { name: TEST_WALLET }).click();
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
  const booking = () => `booking/${bookingId}`;
  const charging = (page: Page) => page.locator('[data-session=CHARGING]').waitFor();
  const free = (page: Page, units: bigint) => page.locator(`[data-free="${units}"]`).waitFor();
  const vaults = () => fixture.server.db.selectFrom('vaults').selectAll().execute();
  const cosigned = async () => {
    const rows = await fixture.server.db.selectFrom('readings').selectAll().orderBy('seq').execute();
    return rows.filter(({ sessionSignature }) => sessionSignature !== null);
  };

  it('takes in what a plain transfer sent to the deposit address, with no ether and no signature', async () => {
    await go(phone, 'accounts');
    await connect(phone);
    const shown = phone.locator('[data-deposit]');
    await shown.waitFor();
    const to = (await shown.textContent()) as Address;
    await phone.getByRole('img', { name: 'QR code' }).waitFor();
    await look(phone, 'money-in');
    const { market } = fixture.ledger;
    await fundDriver(market);
    await sendCall(clientOf(market.rpcUrl, banker), {
      ...{ address: market.token, abi: TRANSFER, functionName: 'transfer', args: [to, 12_340_001n] },
    });
    await free(phone, 12_340_001n);
    await phone.locator('[data-step=done]').waitFor();
    await look(phone, 'money-arrived');
  });

  it('sends money to any address by a signature, exact to the unit, and refuses those where it would be lost', async () => {
    await button(phone, 'Take money out').click();
    const to = phone.getByLabel('To', { exact: true });
    const deposit = (await phone.locator('[data-deposit]').textContent()) ?? '';
    await to.fill(deposit);
    await phone.getByText('the money would only come back here').waitFor();
    await phone.getByLabel('Amount in').fill('2.3400019');
    await phone.getByText('at most 6 digits').waitFor();
    await look(phone, 'money-out-refused');
    const receiver = privateKeyToAccount(generatePrivateKey()).address;
    await to.fill(receiver);
    await phone.getByLabel('Amount in').fill('2.340001');
    await button(phone, 'Sign and send').click();
    await free(phone, 10_000_000n);
    const { market } = fixture.ledger;
    const balance = await clientOf(market.rpcUrl, banker).readContract({
      ...{ address: market.token, abi: parseAbi(['function balanceOf(address) view returns (uint256)']) },
      ...{ functionName: 'balanceOf', args: [receiver] },
    });
    expect(balance).toBe(2_340_001n);
    await look(phone, 'money-out');
  });

  it('keeps a sealed copy of a booking after one tap, and none of its keys in the clear', async () => {
    await go(phone, `charger/${listingId}`);
    await untilSlotHasTime();
    await button(phone, /^Book /).click();
    await phone.getByLabel(CONSENT).check();
    await button(phone, /Sign and lock/).click();
    await phone.waitForURL(/#\/booking\/0x/);
    bookingId = phone.url().split('/').at(-1)!;
    await button(phone, 'Keep a sealed copy').click();
    await waitFor('the sealed copy', async () => (await vaults()).length === 1);
    const { bytes, account } = (await vaults())[0]!;
    expect(account).toBe(driver.address.toLowerCase());
    expect([4_096, 8_192]).toContain(bytes.length);
    expect(Buffer.from(bytes).toString('latin1')).not.toContain(bookingId.slice(2));
    await go(phone, 'accounts');
    await phone.locator('[data-vault=SAVED]').waitFor();
    await look(phone, 'money-locked');
  });

  it('opens the booking on a second device, and both co-sign the charge at once without harm', async () => {
    await go(laptop, booking());
    await connect(laptop);
    await look(laptop, 'restore');
    await button(laptop, 'Continue here').click();
    await laptop
      .getByText('Stop at')
      .or(button(laptop, /^Plug in/))
      .first()
      .waitFor();
    await go(phone, booking());
    await button(phone, 'Plug in').click();
    await button(phone, 'Start charging').click();
    await Promise.all([charging(phone), charging(laptop)]);
    await waitFor('readings that both devices signed', async () => (await cosigned()).length >= 2);
    const raises = await fixture.server.db.selectFrom('allowances').selectAll().execute();
    expect(raises).toHaveLength(1);
    await laptop.close();
  });

  it('goes on in mid-charge after the browser’s storage was cleared, and co-signs the end', async () => {
    await phone.evaluate(`localStorage.clear(); indexedDB.deleteDatabase('plugpact-vault')`);
    await phone.reload();
    await connect(phone);
    await button(phone, 'Continue here').click();
    await charging(phone);
    await look(phone, 'restored');
    await button(phone, 'Stop charging').click();
    await phone.getByRole('button', { name: 'Unplug', exact: true }).click();
    await phone.locator('[data-receipt]').waitFor();
    const last = JSON.parse((await cosigned()).at(-1)!.reading as unknown as string);
    expect(last.isFinal).toBe(true);
  });

  it('deletes what the server keeps of the account, and says what nobody can delete', async () => {
    await go(phone, 'accounts');
    await button(phone, 'Delete what this server keeps of me').click();
    await phone.getByText('This nobody can delete').waitFor();
    await look(phone, 'erase');
    await button(phone, 'Delete all of it').click();
    await phone.locator('[data-erased]').waitFor();
    expect(await vaults()).toEqual([]);
    await phone.locator('[data-vault=OFF]').waitFor();
  });

  it('has thrown no error in the page, and nothing that its content policy forbids', () => {
    expect(complaints).toEqual([]);
  });
});
