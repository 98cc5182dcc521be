import type { Page } from 'playwright-core';
import { type Address, encodeFunctionData, type Hex } from 'viem';
import { depositAddressesAbi } from '../../../protocol/abi.ts';
import { depositAddressOf } from '../../../protocol/depositAddress.ts';
import { ApiClient } from '../../client/api-client.ts';
import { waitFor } from '../../lib/wait.ts';

const CONSENT = 'I understand that this cannot be deleted';
const RARELY = { pollMs: 500 };

/** What the driver's device counted. */
export interface Counted {
  /** Clicks on the page from its opening until energy flows; the cable is plugged in by hand. */
  taps: number;
  /** How often the passkey was asked for, from the opening until energy flows. */
  prompts: number;
}

/** Called where there is something new to see. */
export type Look = (view: string) => Promise<void>;

/** A driver with a phone whose authenticator confirms by itself, from the account to the receipt. */
export class DriverStory {
  readonly page: Page;
  readonly #origin: string;
  readonly #look: Look;
  #taps = 0;
  #prompts = 0;

  constructor(page: Page, origin: string, look: Look = async () => {}) {
    this.page = page;
    this.#origin = origin;
    this.#look = look;
  }

  get account(): Promise<Address> {
    return this.page
      .evaluate('localStorage.getItem("plugpact:wallet:driver")')
      .then((text) => JSON.parse(text as string).address);
  }

  #button(name: string | RegExp) {
    return this.page.getByRole('button', { name });
  }

  async #tap(name: string | RegExp): Promise<void> {
    this.#taps += 1;
    await this.#button(name).first().click();
  }

  async addAuthenticator(): Promise<void> {
    const devtools = await this.page.context().newCDPSession(this.page);
    devtools.on('WebAuthn.credentialAsserted', () => {
      this.#prompts += 1;
    });
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal' },
        ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true, hasPrf: true },
        automaticPresenceSimulation: true,
      },
    });
  }

  /** A passkey, and its twelve words, of which three are typed again. */
  async createAccount(): Promise<void> {
    await this.page.goto(`${this.#origin}/?account#/accounts`);
    await this.#button('Create an account').waitFor();
    await this.#look('account-choice');
    await this.#button('Create an account').click();
    const list = this.page.getByRole('list', { name: 'Twelve words, in this order' });
    await list.waitFor();
    const words = (await list.getByRole('listitem').allTextContents()).map((text) =>
      text.replace(/^\d+/, ''),
    );
    await this.#look('account-words');
    await this.#button('I have written them down').click();
    for (const field of await this.page.getByLabel(/^Word \d+$/).all()) {
      const id = await field.getAttribute('id');
      const label = await this.page.locator(`label[for="${id}"]`).textContent();
      await field.fill(words[Number(label?.replace(/\D/g, '')) - 1] ?? '');
    }
    await this.#look('account-confirm');
    await this.#button('Finish').click();
    await this.page.locator('[data-account=passkey]').waitFor();
  }

  /** Demo money on the deposit address, swept by the relayer: no account of the driver has ether. */
  async fund(): Promise<void> {
    const api = new ApiClient(this.#origin.replace('localhost', '127.0.0.1'));
    const account = await this.account;
    const { depositAddresses } = await api.call('getConfig');
    const to = depositAddressOf(depositAddresses as Address, account, 0);
    await api.call('giveDemoMoney', { body: { account: to, gas: false } });
    const sweep = { abi: depositAddressesAbi, functionName: 'sweep', args: [account, 0] } as const;
    const data = encodeFunctionData(sweep);
    const { id: callId } = await api.call('relayCall', { body: { to: depositAddresses as Address, data } });
    await waitFor(
      'the money to be swept',
      async () => (await api.call('readRelayedCall', { params: { callId } })).status === 'DONE',
      RARELY,
    );
    await this.page.goto(`${this.#origin}/?funded#/accounts`);
    await this.page.locator('[data-account=passkey]').waitFor();
    await this.#look('account');
  }

  /** From the opened page to flowing energy. */
  async bookAndCharge(listingId: Hex): Promise<Counted> {
    this.#taps = 0;
    this.#prompts = 0;
    await this.page.goto(`${this.#origin}/?story#/`);
    const entry = this.page.locator(`a[href="#/charger/${listingId}"]`).first();
    await entry.waitFor();
    await this.#look('map');
    this.#taps += 1;
    await entry.click();
    await this.#button(/^Book /).waitFor();
    await this.#look('charger');
    await this.#tap(/^Book /);
    await this.#button(/Sign and lock/).waitFor();
    await this.#look('confirm');
    this.#taps += 1;
    await this.page.getByLabel(CONSENT).check();
    await this.#tap(/Sign and lock/);
    await this.#button('Start charging').waitFor();
    await this.#look('booking');
    await this.#tap('Start charging');
    await this.#button('Plug in').click();
    const energy = this.page.locator('[data-energy-wh]').first();
    await waitFor('energy', async () => Number(await energy.getAttribute('data-energy-wh')) > 0);
    await this.#look('charging');
    return { taps: this.#taps, prompts: this.#prompts };
  }

  async stop(): Promise<void> {
    await this.#button('Stop charging').first().click();
    const unplug = this.#button('Unplug');
    await unplug.click();
    await this.page.locator('[data-receipt]').waitFor();
    await this.#look('receipt');
  }
}
