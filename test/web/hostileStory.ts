import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { waitFor } from '../../scripts/lib/wait.ts';
import { untilSlotHasTime } from '../support/slot-time.ts';
import type { HostileWallet } from './hostileWallet.ts';

interface Stage {
  page: Page;
  wallet: HostileWallet;
  look(name: string): Promise<void>;
}

const SIGN = 'eth_signTypedData_v4';
const LOCAL_CHAIN = '0x7a69';

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

/** The code stands in the details of the error. */
const failsWith = (page: Page, code: string) => page.getByText(code).first().waitFor({ state: 'attached' });

/** On the page of accounts: it refuses, is busy, does not know the chain, and at last is connected. */
export async function connectInTheEnd({ page, wallet, look }: Stage): Promise<void> {
  const use = button(page, 'Use Moody');
  for (const [method, how, code] of [
    ['wallet_requestPermissions', 4001, 'wallet.refused'],
    ['wallet_requestPermissions', -32_002, 'wallet.pending'],
    ['wallet_switchEthereumChain', 4001, 'wallet.refused'],
  ] as const) {
    await wallet.behave(method, how);
    await use.click();
    await failsWith(page, code);
    await wallet.behave(method);
  }
  await wallet.behave('wallet_switchEthereumChain', 4902);
  await wallet.behave('wallet_addEthereumChain', -32_603);
  await use.click();
  await failsWith(page, 'wallet.unknownChain');
  await look('wallet-unknown-chain');
  await wallet.behave('wallet_addEthereumChain');
  await use.click();
  await page.locator('[data-account=browser]').waitFor();
}

/** It leaves the market's chain, and comes back when it is asked to. */
export async function changeChain({ page, wallet, look }: Stage): Promise<void> {
  await wallet.changeChain('0x1');
  await page.locator('[data-wallet=wrongChain]').waitFor();
  await look('wallet-wrong-chain');
  await wallet.behave('wallet_switchEthereumChain');
  await button(page, /^Change to /).click();
  await page.locator('[data-wallet=wrongChain]').waitFor({ state: 'detached' });
}

/** On the page of a charger: it refuses, hangs, signs with another account and shows another one; then it books. */
export async function bookInTheEnd({ page, wallet, look }: Stage, consent: string): Promise<void> {
  const [mine, other] = wallet.accounts;
  await wallet.changeChain(LOCAL_CHAIN);
  await untilSlotHasTime();
  await button(page, /^Book /).click();
  const sign = button(page, /Sign and lock/);
  await sign.waitFor();
  await page.getByLabel(consent).check();
  await wallet.behave(SIGN, 4001);
  await sign.click();
  await failsWith(page, 'wallet.refused');
  await wallet.behave(SIGN, 'hang');
  await sign.click();
  await waitFor('the request', async () => (await wallet.count(SIGN)) === 2);
  await page.clock.fastForward(11_000);
  await page.locator('[data-wallet-pending]').waitFor();
  await look('wallet-hangs');
  await button(page, 'Stop waiting').click();
  await failsWith(page, 'wallet.abandoned');
  await wallet.behave(SIGN);
  await wallet.signAs(other);
  await sign.click();
  await failsWith(page, 'wallet.otherSigner');
  await wallet.signAs(undefined);
  await wallet.changeAccount(other);
  await page.locator('[data-wallet=otherAccount]').waitFor();
  await look('wallet-other-account');
  await sign.click();
  await failsWith(page, 'wallet.otherAccount');
  await wallet.changeAccount(mine);
  const before = await wallet.count(SIGN);
  await sign.click();
  await button(page, 'Start charging').waitFor();
  expect((await wallet.count(SIGN)) - before).toBe(1);
}
