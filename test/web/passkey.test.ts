import { readFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright-core';
import { type Address, encodeFunctionData, type Hex, isAddressEqual } from 'viem';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepConsent } from '../../meter-agent/connectors/consents.ts';
import { demoTokenAbi, depositAddressesAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import type { BookingResponse } from '../../protocol/api.ts';
import { depositAddressOf } from '../../protocol/depositAddress.ts';
import { signerAccountOf } from '../../protocol/funding.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { clientOf } from '../../scripts/client/local-market.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { Scope } from '../meter-agent/support/start-agent.ts';
import { startServer } from '../server/support.ts';
import { publish, testListing, testTerms } from '../support/market.ts';
import { untilSlotHasTime } from '../support/slot-time.ts';
import { openPage, startFixture } from './fixture.ts';
import { bookInTheEnd, changeChain, connectInTheEnd } from './hostileStory.ts';
import { addHostileWallet } from './hostileWallet.ts';

const CONSENT = 'I understand that this cannot be deleted';
const PHONE = { width: 375, height: 740 };

/** A passkey's authenticator of a device, which confirms by itself, and how often it signed. */
async function addAuthenticator(page: Page): Promise<{ cdp: CDPSession; signed: () => number }> {
  const cdp = await page.context().newCDPSession(page);
  let signed = 0;
  cdp.on('WebAuthn.credentialAsserted', () => {
    signed += 1;
  });
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal' },
      ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true, hasPrf: true },
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, signed: () => signed };
}

describe('a driver with a passkey and without ether', () => {
  const scope = new Scope();
  let fixture: Awaited<ReturnType<typeof startFixture>>;
  let page: Page;
  let complaints: string[];
  let signed: () => number;
  let words: string[];
  let file: string;
  let account: Address;
  let listingId: Hex;
  let secondId: Hex;

  const origin = () => fixture.server.url.replace('127.0.0.1', 'localhost');
  const button = (name: string | RegExp, on: Page = page) => on.getByRole('button', { name });
  const look = async (name: string, on: Page = page) => {
    const folder = process.env.PLUGPACT_SHOTS;
    if (folder !== undefined) await on.screenshot({ path: `${folder}/${name}.png` });
  };
  const client = () => clientOf(fixture.ledger.market.rpcUrl, localAccount('deployer'));
  const inPurse = async (): Promise<bigint> => {
    const call = {
      address: fixture.ledger.market.market,
      abi: plugpactMarketAbi,
      functionName: 'purseOf',
    } as const;
    const [balance] = await client().readContract({ ...call, args: [account, 0] });
    return balance;
  };
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${fixture.server.api}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: fixture.server.url },
      body: JSON.stringify(body),
    });
    expect(answer.status, await answer.clone().text()).toBeLessThan(300);
  };

  beforeAll(async () => {
    fixture = await startFixture(scope);
    const { ledger, agent } = fixture;
    const host = localAccount('host').address;
    for (const number of [1, 2]) {
      const listing = testListing(testTerms(host, agent.key.account.address), 'CP1', number);
      const id = listingIdOf(agent.key.account.address, listing.place.connector);
      keepConsent(agent.journal, id, { host, validUntil: 0 });
      await publish(ledger.market, agent.key.account, listing);
      if (number === 1) listingId = id;
      else secondId = id;
    }
    ({ page, complaints } = await openPage(scope, `${origin()}/#/accounts`));
    await page.setViewportSize(PHONE);
    ({ signed } = await addAuthenticator(page));
  });
  afterAll(() => scope.end());

  it('makes an account: a passkey, and twelve words of which three are typed again', async () => {
    await button('Create an account').waitFor();
    await look('account-choice');
    await button('Create an account').click();
    const list = page.getByRole('list', { name: 'Twelve words, in this order' });
    await list.waitFor();
    words = (await list.getByRole('listitem').allTextContents()).map((text) => text.replace(/^\d+/, ''));
    expect(words).toHaveLength(12);
    const download = page.waitForEvent('download');
    await button('Save the account file').click();
    file = readFileSync(await (await download).path(), 'utf8');
    const code = await page.locator('[data-code]').getAttribute('data-code');
    await page.getByRole('img', { name: 'QR code of your account file' }).waitFor();
    expect(file).toContain(code);
    await look('account-words');
    await button('I have written them down').click();
    const asked = page.getByLabel(/^Word \d+$/);
    expect(await asked.count()).toBe(3);
    await asked.first().fill('nonsense');
    await button('Finish').click();
    await page
      .getByText(/^This is not word \d+/)
      .first()
      .waitFor();
    await look('account-confirm');
    for (const field of await asked.all()) {
      const id = await field.getAttribute('id');
      const label = await page.locator(`label[for="${id}"]`).textContent();
      await field.fill(words[Number(label?.replace(/\D/g, '')) - 1] ?? '');
    }
    await button('Finish').click();
    await page.locator('[data-account=passkey]').waitFor();
    account = JSON.parse(await page.evaluate('localStorage.getItem("plugpact:wallet:driver")')).address;
    expect(await page.locator('.pp-panel').textContent()).not.toContain(words[0]! + words[1]!);
    await look('account-made');
  });

  it('gets money at an address, and books with one prompt', async () => {
    const { market, depositAddresses } = fixture.ledger.market;
    const to = depositAddressOf(depositAddresses, account, 0);
    await post('/faucet', { account: to, gas: false });
    const sweep = { abi: depositAddressesAbi, functionName: 'sweep', args: [account, 0] } as const;
    await post('/relay', { to: depositAddresses, data: encodeFunctionData(sweep) });
    await waitFor('the money to be in the purse', async () => (await inPurse()) === 100_000_000n);
    const before = signed();
    await page.goto(`${origin()}/?booking#/charger/${listingId}`);
    await untilSlotHasTime();
    await button(/^Book /).click();
    await button(/Sign and lock/).waitFor();
    await page.getByLabel(CONSENT).check();
    await look('passkey-book');
    await button(/Sign and lock/).click();
    await button('Start charging').waitFor();
    expect(signed() - before).toBe(1);
    const id = page.url().split('/').at(-1);
    const booked = (await (await fetch(`${fixture.server.api}/bookings/${id}`)).json()) as BookingResponse;
    expect(isAddressEqual(booked.driver as Address, account)).toBe(true);
    expect(market).toBeDefined();
  });

  it('is found again by its passkey after the page has forgotten everything, and its charge goes on', async () => {
    const sealed = () => fixture.server.db.selectFrom('vaults').selectAll().execute();
    await waitFor('a sealed copy, without a prompt', async () => (await sealed()).length === 1);
    const booking = page.url().split('#')[1];
    await button('Start charging').click();
    await button('Plug in').click();
    await page.locator('[data-session=CHARGING]').waitFor();
    await waitFor('a copy that knows of the start', async () => (await sealed())[0]!.version > 1);
    await page.evaluate('localStorage.clear(); indexedDB.deleteDatabase("plugpact-vault")');
    await page.goto(`${origin()}/?again#${booking}`);
    const before = signed();
    await button('I have an account').click();
    await look('account-open');
    await button('Use my passkey').click();
    await button('Continue here').waitFor();
    expect(signed() - before).toBe(2);
    const again = JSON.parse(await page.evaluate('localStorage.getItem("plugpact:wallet:driver")'));
    expect(again.address).toBe(account);
    await look('account-again');
    await button('Continue here').click();
    await page.locator('[data-session=CHARGING]').waitFor();
    expect(signed() - before).toBe(3);
  });

  it('charges and is paid back what was not used, without a prompt', async () => {
    const before = signed();
    const energy = page.locator('[data-energy-wh]').first();
    await waitFor('energy', async () => Number(await energy.getAttribute('data-energy-wh')) > 0);
    await button('Stop charging').click();
    await button('Unplug').click();
    await page.locator('[data-receipt]').waitFor();
    await look('passkey-receipt');
    expect(signed() - before).toBe(0);
  });

  it('is opened on another page of the market by words and file, and takes the money out there', async () => {
    const other = await startServer(fixture.ledger.market, { WEB_DIR: fixture.server.config.webDir! });
    scope.onEnd(() => other.stop());
    const elsewhere = await page.context().browser()!.newPage({ viewport: PHONE });
    elsewhere.setDefaultTimeout(60_000);
    await elsewhere.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    await elsewhere.goto(`${other.url.replace('127.0.0.1', 'localhost')}/#/accounts`);
    await button('I have an account', elsewhere).click();
    await elsewhere.getByLabel('Account file or code').fill(file);
    await elsewhere.getByLabel('Your twelve words').fill([...words.slice(1), words[0]].join(' '));
    await button('Open the account', elsewhere).click();
    await elsewhere.getByRole('alert').waitFor();
    await look('account-recover-wrong', elsewhere);
    await elsewhere.getByLabel('Your twelve words').fill(words.join(' '));
    await button('Open the account', elsewhere).click();
    await elsewhere.locator('[data-account=recovered]').waitFor();
    await look('account-recovered', elsewhere);
    const stored = JSON.parse(await elsewhere.evaluate('localStorage.getItem("plugpact:wallet:driver")'));
    expect(signerAccountOf(stored.signer)).toBe(account);
    expect(JSON.stringify(stored)).not.toContain('privateKey');
    await takeAllOut(elsewhere);
  });

  /** To an address that has nothing yet. */
  async function takeAllOut(on: Page): Promise<void> {
    const { token } = fixture.ledger.market;
    const to = privateKeyToAddress(generatePrivateKey());
    const all = await inPurse();
    expect(all).toBeGreaterThan(0n);
    await button('Take money out', on).click();
    await button('Take out all of it', on).click();
    await on.getByLabel('To', { exact: true }).fill(to);
    await button('Sign and send', on).click();
    await waitFor('the purse to be empty', async () => (await inPurse()) === 0n);
    await look('account-emptied', on);
    const call = { address: token, abi: demoTokenAbi, functionName: 'balanceOf', args: [to] } as const;
    expect(await client().readContract(call)).toBe(all);
    expect(await client().getBalance({ address: to })).toBe(0n);
  }

  it('signs by a wallet of the browser too, whatever that does: nothing moves but what was asked for', async () => {
    const moody = await page.context().browser()!.newPage({ viewport: PHONE });
    moody.setDefaultTimeout(60_000);
    await moody.clock.install();
    await moody.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    const wallet = await addHostileWallet(moody);
    const [mine] = wallet.accounts;
    await post('/faucet', { account: mine, gas: false });
    const stage = { page: moody, wallet, look: (name: string) => look(name, moody) };
    await moody.goto(`${origin()}/?moody#/accounts`);
    await connectInTheEnd(stage);
    await changeChain(stage);
    await moody.goto(`${origin()}/?moody#/charger/${secondId}`);
    await bookInTheEnd(stage, CONSENT);
    expect(await client().getBalance({ address: mine })).toBe(0n);
    await moody.goto(`${origin()}/?moody#/accounts`);
    await button('Use another account', moody).click();
    await button('Leave this account', moody).click();
    await button('Use Moody', moody).waitFor();
  });

  it('needed no ether: nobody has any but the relayer, and who deployed', async () => {
    const to = depositAddressOf(fixture.ledger.market.depositAddresses, account, 0);
    for (const address of [account, to]) expect(await client().getBalance({ address })).toBe(0n);
    expect(complaints).toEqual([]);
  });
});
