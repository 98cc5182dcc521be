import type { Page } from 'playwright-core';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listingIdOf } from '../../protocol/listing.ts';
import { clientOf } from '../../scripts/client/local-market.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { ensureWebBuilt } from '../../scripts/lib/web-build.ts';
import { appLinkOf } from '../../server/web/accounts/walletAppLink.ts';
import { Scope } from '../meter-agent/support/start-agent.ts';
import { startLedger, startServer } from '../server/support.ts';
import { publish, testListing, testTerms } from '../support/market.ts';
import { untilSlotHasTime } from '../support/slot-time.ts';
import { startWalletRelay, type WalletRelay } from '../support/wallet-relay.ts';
import { objectionsTo } from './axe.ts';
import { openPage } from './fixture.ts';
import { type PhoneWallet, startPhoneWallet } from './phoneWallet.ts';

const PROJECT = 'c0'.repeat(16);
const LOCAL_CHAIN = 31_337;
const SIGN = 'eth_signTypedData_v4';

describe('a driver whose wallet is an app on a phone', () => {
  const scope = new Scope();
  const driver = privateKeyToAccount(generatePrivateKey());
  let relay: WalletRelay;
  let phone: PhoneWallet;
  let page: Page;
  let complaints: string[];
  let url: string;
  let listingId: string;
  let rpcUrl: string;

  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const failsWith = (code: string) => page.getByText(code).first().waitFor({ state: 'attached' });
  const look = async (name: string) => {
    const folder = process.env.PLUGPACT_SHOTS;
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
  };
  const shownCode = async (): Promise<string> => {
    const code = page.locator('[data-pairing]');
    await code.waitFor();
    return (await code.getAttribute('data-pairing'))!;
  };

  beforeAll(async () => {
    const [ledger, webDir] = await Promise.all([startLedger(), ensureWebBuilt()]);
    scope.onEnd(() => ledger.stop());
    relay = await startWalletRelay();
    scope.onEnd(() => relay.stop());
    const env = { WEB_DIR: webDir, WALLETCONNECT_PROJECT_ID: PROJECT, WALLETCONNECT_RELAY_URL: relay.url };
    const server = await startServer(ledger.market, env);
    scope.onEnd(() => server.stop());
    const agentKey = privateKeyToAccount(generatePrivateKey());
    const listing = testListing(testTerms(localAccount('host').address, agentKey.address), 'CP1', 1);
    listingId = listingIdOf(agentKey.address, listing.place.connector);
    await publish(ledger.market, agentKey, listing);
    ({ rpcUrl } = ledger.market);
    url = server.url;
    const faucet = () =>
      fetch(`${server.api}/faucet`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: url },
        body: JSON.stringify({ account: driver.address, gas: false }),
      });
    await waitFor('the server to reach the ledger', async () => (await faucet()).ok);
    phone = await startPhoneWallet(relay.url, PROJECT, driver);
    scope.onEnd(() => phone.stop());
    ({ page, complaints } = await openPage(scope, `${url}/#/accounts`));
  });
  afterAll(() => scope.end());

  it('is shown a code, may refuse, and gets another one', async () => {
    await button('Wallet app (WalletConnect)').click();
    await phone.scan(await shownCode(), 'refuse');
    await failsWith('wallet.refused');
    await look('wallet-app-refused');
    await button('Try again').click();
    const code = await shownCode();
    expect(code).toMatch(/^wc:[0-9a-f]{64}@2\?/);
    await page.getByRole('img', { name: 'Code for the wallet app' }).waitFor();
    expect(await page.getByRole('link', { name: 'Open a wallet on this device' }).getAttribute('href')).toBe(
      code,
    );
    await look('wallet-app-code');
    expect(await objectionsTo(page)).toEqual([]);
    expect(await phone.scan(code, { chains: [1] })).toBe('Plugpact');
    await failsWith('wallet.unknownChain');
    expect(phone.asked).toEqual(['wallet_switchEthereumChain']);
    await phone.update([1, LOCAL_CHAIN]);
    await button('Try again').click();
    await page.locator('[data-account=browser]').waitFor();
    expect([...relay.projects]).toEqual([PROJECT]);
  });

  it('books by one signature of the app, without ether', async () => {
    await page.goto(`${url}/?app#/charger/${listingId}`);
    await untilSlotHasTime();
    await button(/^Book /).click();
    const sign = button(/Sign and lock/);
    await sign.waitFor();
    await page.getByLabel('I understand that this cannot be deleted').check();
    phone.behaviour[SIGN] = 5000;
    await sign.click();
    await failsWith('wallet.refused');
    delete phone.behaviour[SIGN];
    await sign.click();
    await page.waitForURL(/#\/booking/);
    expect(phone.asked.filter((method) => method === SIGN)).toHaveLength(2);
    const client = clientOf(rpcUrl, localAccount('deployer'));
    expect(await client.getBalance({ address: driver.address })).toBe(0n);
    await look('wallet-app-booked');
  });

  it('is told when the app is elsewhere, on another chain, or gone', async () => {
    await phone.emit('chainChanged', 1);
    await page.locator('[data-wallet=wrongChain]').waitFor();
    await button(/^Change to /).click();
    await page.locator('[data-wallet=wrongChain]').waitFor({ state: 'detached' });
    await phone.emit('accountsChanged', [localAccount('host').address]);
    await page.locator('[data-wallet=otherAccount]').waitFor();
    await phone.emit('accountsChanged', [`eip155:${LOCAL_CHAIN}:${driver.address}`]);
    await page.locator('[data-wallet=otherAccount]').waitFor({ state: 'detached' });
    await phone.disconnect();
    await page.locator('[data-wallet=disconnected]').waitFor();
    await look('wallet-app-ended');
    await button('Connect again').click();
    await phone.scan(await shownCode(), { chains: [LOCAL_CHAIN] });
    await page.locator('[data-wallet=disconnected]').waitFor({ state: 'detached' });
  });

  it('is told that a code that nobody took is too old', async () => {
    const late = await page.context().browser()!.newPage();
    late.setDefaultTimeout(60_000);
    await late.clock.install();
    await late.addInitScript('HTMLCanvasElement.prototype.getContext = () => null');
    await late.goto(`${url}/#/accounts`);
    await late.getByRole('button', { name: 'Wallet app (WalletConnect)' }).click();
    await late.locator('[data-pairing]').waitFor();
    await late.clock.fastForward(301_000);
    await late.getByText('wallet.expired').first().waitFor({ state: 'attached' });
    await late.close();
  });

  it('is taken off the page, and the app is told', async () => {
    await page.goto(`${url}/?leave#/accounts`);
    await button('Use another account').click();
    await button('Leave this account').click();
    await button('Wallet app (WalletConnect)').waitFor();
    await waitFor('the app to hear of it', () => phone.asked.at(-1) === 'session_delete');
    expect(complaints).toEqual([]);
    for (const text of relay.carried) expect(text).not.toContain(driver.address.slice(2, 12));
  });
});

it('a link that an app gives is followed only to an app', () => {
  expect(appLinkOf({ native: 'pocket://', universal: 'https://pocket.example' })).toBe('pocket://');
  expect(appLinkOf({ native: 'javascript:alert(1)', universal: 'https://pocket.example/wc' })).toBe(
    'https://pocket.example/wc',
  );
  for (const native of [
    'javascript:alert(1)',
    'JavaScript:x',
    'data:text/html,x',
    'pocket',
    '',
    'a:\nb',
    'blob:x',
  ])
    expect(appLinkOf({ native })).toBeUndefined();
});
