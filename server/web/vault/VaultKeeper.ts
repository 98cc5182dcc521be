import { type Address, isAddressEqual } from 'viem';
import { PlugpactError } from '../../../protocol/errors.ts';
import { accountSecret, secretAtHand } from '../accounts/secret.ts';
import { signIn } from '../accounts/signIn.ts';
import type { Wallet } from '../accounts/wallet.ts';
import { api } from '../app/api.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import { forget, load, save } from '../app/storage.ts';
import {
  listBookings,
  onBookingsChanged,
  type StoredBooking,
  storeBooking,
} from '../booking/storedBookings.ts';
import { vaultKeyOf } from './sealVault.ts';
import { syncVault } from './syncVault.ts';
import { vaultAt } from './vaultApi.ts';
import { contentsText, isOpen } from './vaultContents.ts';
import { forgetVaultKey, keepVaultKey, loadVaultKey } from './vaultKeys.ts';

/** A change that the other device must know soon is written after this pause; a new co-signature can wait longer. */
const SOON_MS = 500;
const LATER_MS = 30_000;
const TRY_AGAIN_MS = 15_000;

/**
 * `NOTHING`: there is no booking to keep. `LOCKED`: the key is not in this browser, and making it takes a prompt. `WAITING`: no open
 * booking and no sign-in lets this device write. `OFF`: the driver deleted the copy. `UNAVAILABLE`: the browser has no
 * cryptography for this page.
 */
export type VaultState =
  | { name: 'NOTHING' | 'LOCKED' | 'SAVING' | 'WAITING' | 'OFF' | 'UNAVAILABLE' }
  | { name: 'SAVED'; savedAt: number }
  | { name: 'FAILED'; error: PlugpactError };

const nowSec = (): number => Math.floor(Date.now() / 1_000);

/** Keeps the sealed copy of an account's bookings like this device's, while the page is open. */
export class VaultKeeper {
  private readonly wallet: Wallet;
  private readonly ledger: Ledger;
  private key: CryptoKey | undefined;
  private present: VaultState = { name: 'NOTHING' };
  private readonly listeners = new Set<() => void>();
  private timer: { at: number; id: ReturnType<typeof setTimeout> } | undefined;
  private written: string | undefined;
  private work: Promise<unknown> = Promise.resolve();
  private ended = false;

  constructor(wallet: Wallet, ledger: Ledger) {
    this.wallet = wallet;
    this.ledger = ledger;
  }

  /** @returns a function that stops it. */
  start(): () => void {
    const stopListening = onBookingsChanged(() => void this.onChange());
    const onHide = () =>
      document.visibilityState === 'hidden' && this.timer !== undefined && this.schedule(0);
    document.addEventListener('visibilitychange', onHide);
    void this.onChange();
    return () => {
      this.ended = true;
      stopListening();
      document.removeEventListener('visibilitychange', onHide);
      clearTimeout(this.timer?.id);
    };
  }

  readonly state = (): VaultState => this.present;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Makes the key, which may prompt, and writes the copy. */
  async unlock(): Promise<void> {
    this.turnOn();
    await this.requireKey();
    await this.sync();
  }

  /** Brings here what the account's other devices left, with a sign-in where no booking's key lets this one read. */
  async restore(): Promise<void> {
    await this.requireKey();
    try {
      await this.syncOnce();
    } catch (error) {
      if (!(error instanceof PlugpactError) || error.code !== 'vault.noWayIn') throw error;
      await signIn(this.wallet, this.ledger);
      await this.syncOnce();
    }
    this.show(this.isOff() ? { name: 'OFF' } : { name: 'SAVED', savedAt: nowSec() });
  }

  /** Deletes all that the server has of the account, the copy included, and makes no new one until `unlock`. */
  async erase(): Promise<Record<string, number>> {
    save(this.offKey, true);
    clearTimeout(this.timer?.id);
    this.timer = undefined;
    await this.work;
    const query = { account: this.account };
    const erase = () => api('eraseMyData', { query });
    const { rows } = await erase().catch(async (error: PlugpactError) => {
      if (error.code !== 'signIn.missing') throw error;
      await signIn(this.wallet, this.ledger);
      return erase();
    });
    this.key = undefined;
    await forgetVaultKey(this.ledger.ref, this.account);
    this.show({ name: 'OFF' });
    return rows;
  }

  private get account(): Address {
    return this.wallet.address;
  }

  private get offKey(): string {
    return `vaultOff:${this.account.toLowerCase()}`;
  }

  private turnOn(): void {
    forget(this.offKey);
  }

  private isOff(): boolean {
    return load<boolean>(this.offKey) === true;
  }

  private show(state: VaultState): void {
    this.present = state;
    for (const listener of this.listeners) listener();
  }

  /** Those that the ledger has: one that never got there has no key that the server knows. */
  private readonly list = (): StoredBooking[] =>
    listBookings(this.ledger.ref).filter(
      ({ booking, bookedTx }) => bookedTx !== undefined && isAddressEqual(booking.driver, this.account),
    );

  private async onChange(): Promise<void> {
    if (globalThis.crypto?.subtle === undefined) return this.show({ name: 'UNAVAILABLE' });
    if (this.isOff()) return this.show({ name: 'OFF' });
    const hasBookings = this.list().length > 0;
    if (hasBookings) void askToPersist();
    this.key ??= await this.keyAtHand();
    if (this.ended) return;
    if (this.key !== undefined) this.schedule(this.urgentText() === this.written ? LATER_MS : SOON_MS);
    else this.show({ name: hasBookings ? 'LOCKED' : 'NOTHING' });
  }

  /** Without a prompt. */
  private async keyAtHand(): Promise<CryptoKey | undefined> {
    const kept = await loadVaultKey(this.ledger.ref, this.account);
    if (kept !== undefined) return kept;
    const secret = await secretAtHand(this.wallet, this.ledger);
    return secret && this.keyOf(secret);
  }

  private async requireKey(): Promise<void> {
    this.key ??= await this.keyAtHand();
    this.key ??= await this.keyOf(await accountSecret(this.wallet, this.ledger));
  }

  private async keyOf(secret: Uint8Array): Promise<CryptoKey> {
    const key = await vaultKeyOf(secret, this.ledger.ref, this.account);
    await keepVaultKey(this.ledger.ref, this.account, key);
    return key;
  }

  /** What another device must know soon: all but the newest co-signature, which it can also get from the agent. */
  private urgentText(): string {
    const bookings = this.list().map(({ curve: _, cosigned, ...stored }) =>
      cosigned?.reading.isFinal ? { ...stored, cosigned } : stored,
    );
    return contentsText({ bookings, others: [] });
  }

  private schedule(pauseMs: number): void {
    const at = Date.now() + pauseMs;
    if (this.timer !== undefined && this.timer.at <= at) return;
    clearTimeout(this.timer?.id);
    this.timer = { at, id: setTimeout(() => void this.sync(), pauseMs) };
  }

  /** @throws nothing: the state says what went wrong, and what can be tried again is. */
  private async sync(): Promise<void> {
    clearTimeout(this.timer?.id);
    this.timer = undefined;
    this.show({ name: 'SAVING' });
    try {
      await this.syncOnce();
      const { length } = this.list();
      this.show(length === 0 ? { name: 'NOTHING' } : { name: 'SAVED', savedAt: nowSec() });
    } catch (caught) {
      this.onFailure(caught as PlugpactError);
    }
  }

  private onFailure(error: PlugpactError): void {
    const isEmpty = this.list().length === 0;
    if (error.code === 'vault.noWayIn') this.show({ name: isEmpty ? 'NOTHING' : 'WAITING' });
    else this.show({ name: 'FAILED', error });
    if (error.retry === 'later' && !this.ended) this.schedule(TRY_AGAIN_MS);
  }

  /** One after the other: two at once would only refuse each other. */
  private syncOnce(): Promise<void> {
    const next = this.work.then(async () => {
      const { key, account, list } = this;
      if (key === undefined) return;
      const at = vaultAt(account, () => list().filter((stored) => isOpen(stored, nowSec())));
      // After the copy was deleted one may be looked for, and none is left.
      const vault = this.isOff() ? { ...at, write: async () => true } : at;
      const urgent = this.urgentText();
      const owner = { account, ref: this.ledger.ref, key };
      await syncVault(owner, vault, { list, store: (bookings) => bookings.forEach(storeBooking) }, nowSec);
      this.written = urgent;
    });
    this.work = next.catch(() => undefined);
    return next;
  }
}

/** Asks the browser, once, not to clear this page's data when it needs room. */
async function askToPersist(): Promise<void> {
  if (load<boolean>('persistAsked') === true) return;
  save('persistAsked', true);
  await navigator.storage?.persist?.().catch(() => undefined);
}
