import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { keepConsent } from '../../meter-agent/connectors/consents.ts';
import { demoTokenAbi } from '../../protocol/abi.ts';
import type { BookingResponse } from '../../protocol/api.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { clientOf } from '../../scripts/client/local-market.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { Scope } from '../meter-agent/support/start-agent.ts';
import { publish, testListing, testTerms } from '../support/market.ts';
import { untilSlotHasTime } from '../support/slot-time.ts';
import { openPage, startFixture } from './fixture.ts';

const CONSENT = 'I understand that this cannot be deleted';
/** An operator who gives away everything but bookings. */
const PAID_RELAY = { RELAY_ALLOWANCES: 'money=1000,sessions=1000,listings=1000,raises=100' };
const CARD = '04:a2:b3:c4';

describe('host and driver on the page, beyond a plain charge', () => {
  const scope = new Scope();
  let fixture: Awaited<ReturnType<typeof startFixture>>;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    const imprint = join(scope.dir(), 'imprint.txt');
    writeFileSync(imprint, 'Charge e.V., Aachen');
    fixture = await startFixture(scope, { ...PAID_RELAY, IMPRINT_FILE: imprint });
    ({ page, complaints } = await openPage(scope, `${fixture.server.url}/#/host`));
  });
  afterAll(() => scope.end());

  const look = async (name: string) => {
    const folder = process.env.PLUGPACT_SHOTS;
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
  };
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const health = (state: string) => page.locator(`[data-health=${state}]`);
  const goTo = (hash: string) => page.goto(`${fixture.server.url}/#/${hash}`);

  /** From the page of a charger to the last step of a booking, with the demo wallet. */
  async function book(listingId: string, before?: () => Promise<void>): Promise<string> {
    await goTo(`charger/${listingId}`);
    await before?.();
    await untilSlotHasTime();
    await button(/^Book /).click();
    const makes = button('Make a demo wallet');
    const signs = button(/Sign and lock/);
    await makes.or(signs).waitFor();
    if (await makes.isVisible()) await makes.click();
    await signs.waitFor();
    // Given once, the consent is not asked for again.
    const consent = page.getByLabel(CONSENT);
    if (await consent.isVisible()) await consent.check();
    return page.url();
  }

  const listed = () =>
    fixture.server.db.selectFrom('listings').select('listingId').where('untilBlock', 'is', null).execute();

  it('lists a charger and shows its health to the host, also during a fault', async () => {
    await button('Make a demo wallet').click();
    const code = fixture.offers().find(({ connector }) => connector.connectorId === 1)!.offer.code;
    await page.getByLabel('Pairing code').fill(code);
    await page.keyboard.press('Enter');
    await page.getByLabel('Latitude, degrees').fill('50.7753');
    await page.getByLabel('Longitude, degrees').fill('6.0839');
    await page.getByLabel('How to get in').fill('Gate code 4711');
    await page.getByLabel(CONSENT).check();
    await button('Sign and publish').click();
    await page.locator('[data-location=HANDED_OVER]').waitFor();
    await button(/^Show bookings/).click();
    await health('WELL').getByText('firmware').waitFor();
    await look('host-well');
    fixture.box.fault('GroundFailure');
    await health('FAULTY').getByText('current leaks to earth').waitFor();
    await page.locator('[data-notice=FAULT]').waitFor();
    await look('host-faulty');
    fixture.box.fault('clear');
    await health('WELL').waitFor();
  });

  it('edits a listing by keyboard: price and access change, the rest stays', async () => {
    await button('Edit').press('Enter');
    expect(await page.getByLabel('How to get in').inputValue()).toBe('Gate code 4711');
    expect(await page.getByLabel('Latitude, degrees').inputValue()).toBe('50.7753');
    await page.getByLabel('Price of energy').fill('0.31');
    await page.getByLabel('How to get in').fill('Ring twice');
    await page.getByLabel('Contact').fill('+49 241 555');
    await look('host-edit');
    await page.keyboard.press('Enter');
    await button('Edit').waitFor();
    await page
      .getByText(/0\.31.*\/kWh/)
      .first()
      .waitFor();
    await page.locator('[data-location=HANDED_OVER]').waitFor();
  });

  it('changes a price in a browser without the location, which stays as the agent has it', async () => {
    await page.evaluate(
      'for (const key of Object.keys(localStorage)) if (key.startsWith("plugpact:location:")) localStorage.removeItem(key)',
    );
    await button('Edit').click();
    await page.getByLabel('Change location, access or contact').waitFor();
    expect(await page.getByLabel('How to get in').count()).toBe(0);
    await look('host-edit-elsewhere');
    await page.getByLabel('Price of energy').fill('0.32');
    await button('Sign the change').click();
    await page
      .getByText(/0\.32.*\/kWh/)
      .first()
      .waitFor();
  });

  it('states once, by signing in, what VAT the host’s prices include', async () => {
    await page.getByText('VAT on receipts: none').click();
    await page.getByLabel('Rate in percent').fill('60');
    await page.getByText('A rate is between').waitFor();
    await page.getByLabel('Rate in percent').fill('19');
    await page.getByLabel('VAT or tax number').fill('DE123456789');
    await look('host-vat');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.locator('[data-vat="1900"]').waitFor();
  });

  it('shows the edited location to the driver of a later slot as soon as the host releases it', async () => {
    const [{ listingId }] = (await listed()) as [{ listingId: string }];
    await book(listingId, async () => {
      await page.getByLabel('Day').selectOption({ index: 2 });
      await page.getByRole('radio').first().click();
    });
    const line = page.getByRole('dialog').locator('[data-relay-fee]');
    const shown = await line.getAttribute('data-relay-fee');
    expect(BigInt(shown ?? 0)).toBeGreaterThan(0n);
    const words = new RegExp(`^Relay fee: [0-9.]+\\s\\w+ \\(${shown} token units\\)\\. .*not refunded`);
    expect(await line.textContent()).toMatch(words);
    await look('relay-fee');
    await button(/Sign and lock/).click();
    await page.getByText('or earlier if the host releases it').waitFor();
    await look('driver-waits');
    const booking = page.url();
    const signed = (await (
      await fetch(`${fixture.server.api}/bookings/${booking.split('/').at(-1)}`)
    ).json()) as BookingResponse;
    expect(signed.relayFee).toBe(shown);
    await goTo('host');
    await button('Show it now').click();
    await page.getByText('The driver can see the exact location.').waitFor();
    await page.goto(booking);
    await page.getByText('Ring twice').waitFor();
    expect(await page.locator('.pp-panel').textContent()).not.toContain('4711');
  });

  it('starts the charge by a guest’s card, and keeps the notice of the fault that ended it', async () => {
    const [{ listingId }] = (await listed()) as [{ listingId: string }];
    await book(listingId);
    await page.getByText('Somebody else charges').click();
    await page.getByLabel('For a guest without a phone').check();
    await page.getByLabel('Card UID').fill('no card!');
    await page.keyboard.press('Tab');
    await page.getByText('4 to 20 letters and digits').waitFor();
    await look('card-wrong');
    await page.getByLabel('Card UID').fill(CARD);
    await page.getByText('The host could take this though you never come').waitFor();
    await button(/Sign and lock/).click();
    await page.locator('[data-card=HANDED_OVER]').waitFor();
    await look('card-booked');
    const isPlugged = page.waitForResponse((response) => response.url().includes('/local/wallboxes/'));
    await button('Plug in').click();
    await isPlugged;
    await button('Hold the card to the reader').click();
    await page.locator('[data-session=CHARGING]').waitFor();
    expect(fixture.agent.sessions.all().some((s) => s.idTag === '04A2B3C4')).toBe(true);
    await page.getByText('co-signed on this device').waitFor();
    await look('card-charging');
    fixture.box.fault('GroundFailure');
    onTestFinished(() => fixture.box.fault('clear'));
    await page.locator('[data-receipt]').waitFor();
    await page.locator('[data-notice=SAFETY_STOP]').waitFor();
    await look('fault-receipt');
  });

  it('refunds everything where another car is at the wallbox', async () => {
    const { ledger, agent, box } = fixture;
    const terms = testTerms(localAccount('host').address, agent.key.account.address);
    const second = testListing(terms, 'CP1', 2);
    const consent = { host: localAccount('host').address, validUntil: 0 };
    keepConsent(agent.journal, listingIdOf(agent.key.account.address, second.place.connector), consent);
    const listingId = await publish(ledger.market, agent.key.account, second);
    await waitFor('the second listing to be known', async () => (await listed()).length === 2);
    box.plug(2);
    expect(await box.present('OWNER', 2)).toBe('Accepted');
    await book(listingId);
    await button(/Sign and lock/).click();
    await page.locator('[data-block-reason=OCCUPIED]').waitFor();
    await look('occupied');
    await button('End the booking for a full refund').click();
    await page.locator('[data-receipt]').waitFor();
    await look('occupied-receipt');
    const receipt = await page.locator('[data-receipt]').textContent();
    expect(receipt).toMatch(/Paid to the host0\.00\s/);
    expect(receipt).toContain('full refund');
    // The only thing that does not come back.
    expect(receipt).toMatch(/Relay fee, paid when you booked0\.\d+\sDUSD/);
  });

  it('pauses, resumes, pays out and closes by signature: the host has no ether', async () => {
    await goTo('host');
    const first = page.getByRole('list', { name: 'Your chargers' }).getByRole('listitem').first();
    const act = (name: string) => first.getByRole('button', { name, exact: true });
    await act('Pause bookings').click();
    await act('Take bookings again').waitFor();
    await look('host-paused');
    await act('Take bookings again').click();
    await act('Pause bookings').waitFor();
    const host = JSON.parse(await page.evaluate('localStorage.getItem("plugpact:wallet:host")')).address;
    const { market } = fixture.ledger;
    const client = clientOf(market.rpcUrl, localAccount('deployer'));
    const tokens = {
      address: market.token,
      abi: demoTokenAbi,
      functionName: 'balanceOf',
      args: [host],
    } as const;
    const earned = BigInt((await first.locator('[data-earned]').getAttribute('data-earned')) ?? 0);
    if (earned > 0n) {
      await act('Withdraw').click();
      await first.locator('[data-earned="0"]').waitFor();
    }
    const received = await client.readContract(tokens);
    expect(received <= earned && (earned === 0n || received > 0n)).toBe(true);
    await act('Close for good').click();
    await look('host-close');
    await act('Close and revoke the key').click();
    await first.getByText('Closed for good').waitFor();
    expect(await client.getBalance({ address: host })).toBe(0n);
  });

  it('links to the page of its operator that there is, and to no other', async () => {
    await goTo('bookings');
    const imprint = page.getByRole('link', { name: 'Imprint' });
    await imprint.waitFor();
    expect(await page.getByRole('link', { name: 'Privacy' }).count()).toBe(0);
    await imprint.click();
    await page.getByText('Charge e.V., Aachen').waitFor();
    await page.getByRole('link', { name: 'Back' }).click();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
  });

  it('has thrown no error in the page, and nothing that its content policy forbids', () => {
    expect(complaints).toEqual([]);
  });
});
