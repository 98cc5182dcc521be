import { cellToLatLng } from 'h3-js';
import type { BrowserContext, Page } from 'playwright-core';
import type { Hex } from 'viem';
import { generatePrivateKey } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import webPush from 'web-push';
import { keepConsent } from '../../meter-agent/connectors/consents.ts';
import type { BookingResponse } from '../../protocol/api.ts';
import { type Handover, placeCommitmentOf } from '../../protocol/handover.ts';
import { listingIdOf, unpackLocation } from '../../protocol/listing.ts';
import { presetAllowance, presetBookingTerms } from '../../protocol/presets.ts';
import { seal } from '../../protocol/seal.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { newestCosigned, newestReading } from '../../server/charging/store.ts';
import { Scope } from '../meter-agent/support/start-agent.ts';
import { newBrowser } from '../server/subscriptions/open-push.ts';
import { type Receiver, startReceiver } from '../server/subscriptions/receiver.ts';
import { launchBrowser } from '../support/browser.ts';
import { publish, testListing, testTerms } from '../support/market.ts';
import { untilSlotHasTime } from '../support/slot-time.ts';
import { startFixture } from './fixture.ts';

const isDeep = process.env.PLUGPACT_DEEP !== undefined;
/** How long the page stays closed, in minutes; sampled, until 100 Wh are past what this device signed last. */
const CLOSED_MIN = isDeep ? [3, 20] : [0];
const POWER_W = isDeep ? 11_000 : 22_000;
const PAST_WH = 100;
const DEEP_MS = 1_500_000;

const CONSENT = 'I understand that this cannot be deleted';

/** A browser's end of web push that is reached here: what the page asks of its push service, and where it sends. */
const pushStub = (endpoint: string, keys: object) => `
  PushManager.prototype.subscribe = async () => ({ toJSON: () => (${JSON.stringify({ endpoint, keys })}) });
  Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
  Notification.requestPermission = async () => 'granted';
  HTMLCanvasElement.prototype.getContext = () => null;
`;

/** A browser without a desktop refuses notifications: what it would show is kept by tag, as a tray keeps it. */
const TRAY = `
  self.tray ??= new Map();
  ServiceWorkerRegistration.prototype.showNotification = async (title, { tag, body }) => void self.tray.set(tag, body);
`;

describe('a charge whose page is closed', () => {
  const scope = new Scope();
  const device = newBrowser();
  const vapid = webPush.generateVAPIDKeys();
  let receiver: Receiver;
  let fixture: Awaited<ReturnType<typeof startFixture>>;
  let context: BrowserContext;
  let page: Page;
  let bookingUrl = '';
  const complaints: string[] = [];

  beforeAll(async () => {
    receiver = await startReceiver();
    scope.onEnd(() => receiver.stop());
    const push = {
      WEBHOOK_PRIVATE_HOSTS: receiver.host,
      VAPID_PUBLIC_KEY: vapid.publicKey,
      VAPID_PRIVATE_KEY: vapid.privateKey,
      VAPID_SUBJECT: 'mailto:who@map.example',
    };
    fixture = await startFixture(scope, push, POWER_W);
    const browser = await launchBrowser();
    scope.onEnd(() => browser.close());
    const permissions = ['notifications'];
    context = await browser.newContext({ viewport: { width: 375, height: 812 }, permissions });
    await context.addInitScript(pushStub(`http://${receiver.host}/device`, device.keys));
  });
  afterAll(() => scope.end());

  const look = async (name: string) => {
    const folder = process.env.PLUGPACT_SHOTS;
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: false });
  };
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const bookingId = () => bookingUrl.split('/').at(-1) as Hex;
  const db = () => fixture.server.db;
  const signed = async () => (await newestCosigned(db(), bookingId()))?.reading;
  const read = async () => (await newestReading(db(), bookingId()))?.reading;

  async function open(path: string): Promise<void> {
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${fixture.server.url}/#/${path}`);
  }

  /** A charger of the usual terms at 0.25 per kWh. */
  async function listed(): Promise<Hex> {
    const { agent, ledger } = fixture;
    const host = localAccount('host').address;
    const base = testTerms(host, agent.key.account.address);
    const tariff = {
      ...base.tariff,
      pricePerKwh: 250_000n,
      pricePerHour: 0n,
      overstayPerHour: 0n,
      overstayReserve: 0n,
    };
    const trust = presetAllowance('usual', tariff, 6);
    const metering = { ...base.metering, ...trust, maxPowerW: BigInt(POWER_W) };
    const listing = testListing({ ...base, tariff, metering, bookingTerms: presetBookingTerms('usual', 6) });
    const listingId = listingIdOf(agent.key.account.address, listing.place.connector);
    keepConsent(agent.journal, listingId, { host, validUntil: 0 });
    const handover = exactLocation(listingId, listing.place.location);
    const placeCommitment = placeCommitmentOf(handover);
    await publish(ledger.market, agent.key.account, {
      ...listing,
      place: { ...listing.place, placeCommitment },
    });
    await waitFor('the agent to see the listing', () => agent.journal.listingVersions().length > 0);
    agent.handovers.storeLocation(listingId, seal(agent.key.account.publicKey, JSON.stringify(handover)));
    return listingId;
  }

  /** In the middle of the cell that is listed. */
  function exactLocation(listingId: Hex, location: bigint): Handover {
    const middle = cellToLatLng(unpackLocation(location).h3Cell);
    const place = middle.map((degrees) => degrees.toFixed(6)).join(',');
    return { listingId, salt: generatePrivateKey(), place, instructions: 'Gate code 4711', contact: '' };
  }

  /** The page again from this device alone, and then again as it was. */
  async function withoutNetwork(look: () => Promise<void>): Promise<void> {
    await page.evaluate('navigator.serviceWorker.ready');
    await context.setOffline(true);
    // A worker that has just been started hears of it later than the page: what it asks meanwhile would be answered.
    const isCutOff = "fetch('/healthz', { cache: 'no-store' }).then(() => false, () => true)";
    await waitFor('the worker to have no network', () => page.evaluate<boolean>(isCutOff));
    await page.reload();
    await look();
    await context.setOffline(false);
    await page.reload();
  }

  it('is booked in six taps from the charger’s page, and says until when the phone may sleep', async () => {
    const listingId = await listed();
    await open(`charger/${listingId}`);
    await untilSlotHasTime();
    await button(/^Book /).click();
    await button('Make a demo wallet').click();
    await page.getByLabel(CONSENT).check();
    const said = await page.getByRole('dialog').locator('[data-locked]').getAttribute('data-locked');
    await page.getByRole('dialog').getByText('Your phone may sleep').waitFor();
    await look('book-dialog');
    await button(/Sign and lock/).click();
    await button('Start charging').waitFor();
    bookingUrl = page.url();
    // What was said is what is locked: the usual terms ask for no bond.
    const booked = (await (
      await fetch(`${fixture.server.api}/bookings/${bookingId()}`)
    ).json()) as BookingResponse;
    expect([said, booked.unsignedCost]).toEqual([String(BigInt(booked.cap) + BigInt(booked.relayFee)), '0']);
    await look('booked');
    await page.locator('[data-location]').waitFor();
    await withoutNetwork(async () => {
      await page.getByText('Gate code 4711').waitFor();
      await page.getByText('This device has compared it with the ledger before.').waitFor();
      await look('location-offline');
    });
    await button('Start charging').click();
    await button('Plug in').click();
    await page.locator('[data-session=CHARGING]').waitFor();
    // The device raises to the choice once it has seen energy.
    await page.locator('[data-allowed="2000000"]').waitFor();
    await look('charging');
  });

  it('is to be woken for it, at an address that the booking’s own key signed for', async () => {
    await button('Wake this phone to sign').click();
    await page.locator('[data-wake=ON]').waitFor();
    await look('charging-wake');
  });

  it.each(CLOSED_MIN)(
    'goes on within the allowance, closed for %i minutes',
    { timeout: DEEP_MS },
    async (minutes) => {
      await page.close();
      const before = (await signed())!;
      const openAt = Date.now() + minutes * 60_000;
      await waitFor(
        'energy past the last signature',
        async () => Date.now() >= openAt && ((await read())?.energyWh ?? 0) > before.energyWh + PAST_WH,
        { timeoutMs: DEEP_MS, pollMs: 500 },
      );
      expect((await signed())?.seq).toBe(before.seq);
      const session = fixture.agent.sessions.all().find(({ plan }) => plan.bookingId === bookingId());
      expect([session?.phase, session?.pause]).toEqual(['CHARGING', null]);
      if (minutes === CLOSED_MIN.at(-1)) return;
      await open(`booking/${bookingId()}`);
      await page.locator('[data-session=CHARGING]').waitFor();
      const isSigned = async () => ((await signed())?.seq ?? 0) > before.seq;
      await waitFor('the page to sign again', isSigned, { timeoutMs: 120_000 });
    },
  );

  it('is signed by the worker that a push message wakes, which shows one notification', async () => {
    const pushes = () => receiver.received.filter(({ path }) => path === '/device');
    const pushed = await waitFor('a push message for a reading', () => pushes().at(-1));
    const payload = device.open(pushed.body);
    expect(JSON.parse(payload)).toMatchObject({ type: 'reading.made', data: { bookingId: bookingId() } });
    const before = (await signed())!;
    await deliver(payload);
    const after = await waitFor('the worker to sign', async () => {
      const now = await signed();
      return (now?.seq ?? 0) > before.seq && now;
    });
    expect(after.energyWh).toBeGreaterThan(before.energyWh + PAST_WH);
    await deliver(payload);
    const shown = await waitFor('the notification', async () => {
      const tray = await worker().evaluate<[string, string][]>('[...(self.tray ?? [])]');
      return tray.length > 0 && tray;
    });
    expect(shown).toEqual([
      [`plugpact:${bookingId()}`, expect.stringMatching(/^\d+\.\d\u00a0kWh · \d+\.\d\d · signed$/)],
    ]);
  });

  it('is taken up by the page where the worker left it, and paid', async () => {
    const { seq } = (await signed())!;
    await open(`booking/${bookingId()}`);
    await waitFor('the page to have what the worker signed', async () => {
      const shown = await page.getByText('co-signed on this device').textContent();
      return Number(/\d+/.exec(shown ?? '')) > seq;
    });
    await look('charging-back');
    expect(await page.getByText('Not co-signed').count()).toBe(0);
    await button('Stop charging').click();
    await page.locator('[data-receipt]').waitFor();
    await withoutNetwork(async () => {
      await page.locator('[data-stored]').waitFor();
      await page.locator('[data-receipt]').waitFor();
      await look('receipt-offline');
    });
    expect(complaints).toEqual([]);
  });

  /** What a push service would do: Chromium's own debugger wakes the worker with the message. */
  async function deliver(data: string): Promise<void> {
    const idle = await context.newPage();
    await idle.goto(`${fixture.server.url}/#/bookings`);
    const session = await context.newCDPSession(idle);
    const registrationId = await new Promise<string>((resolve) => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const found = registrations.find(({ isDeleted }) => !isDeleted);
        if (found !== undefined) resolve(found.registrationId);
      });
      void session.send('ServiceWorker.enable');
    });
    await idle.goto('about:blank');
    await worker().evaluate(TRAY);
    await session.send('ServiceWorker.deliverPushMessage', {
      origin: fixture.server.url,
      registrationId,
      data,
    });
    await idle.close();
  }

  const worker = () => context.serviceWorkers()[0]!;
});
