import { type Address, type Hex, isAddress } from 'viem';
import { forget, load, save } from '../app/storage.ts';

/** A person may be both. The ledger lets nobody book their own charger, so each role has its own account. */
export type Role = 'driver' | 'host';

/** The account of an ERC-7913 signer. It can hold no tokens and no ether of its own, only purses. */
export interface PasskeyWallet {
  role: Role;
  kind: 'passkey';
  address: Address;
  /** Verifier ‖ x ‖ y ‖ address of the recovery key. */
  signer: Hex;
  /** The passkey on this device; without it the account was recovered, and its twelve words sign. */
  credentialId?: string;
  /** From the recovery key, where the passkey's authenticator makes no secrets (WebAuthn PRF). */
  secret?: Hex;
  /** The PRF's secret, sealed to the recovery key. */
  sealedSecret?: Hex;
}

/** Stands for a wallet app in `rdns`. */
export const WALLET_APP = 'walletConnect';

/** A wallet of the browser: an extension or a wallet app's browser (EIP-6963); or a wallet app (WalletConnect). */
export interface BrowserWallet {
  role: Role;
  kind: 'browser';
  address: Address;
  /** How the wallet names itself for programs, for instance `io.metamask`; `WALLET_APP` for any wallet app. */
  rdns: string;
  /** Opens the wallet app, where it is on this device. */
  appLink?: string;
}

/** A private key in this browser, for the local ledger only. */
export interface DemoWallet {
  role: Role;
  kind: 'demo';
  address: Address;
  privateKey: Hex;
}

export type Wallet = PasskeyWallet | BrowserWallet | DemoWallet;

const KINDS: readonly unknown[] = ['passkey', 'browser', 'demo'] satisfies Wallet['kind'][];

const keyOf = (role: Role): string => `wallet:${role}`;

export function storeWallet({ role, ...stored }: Wallet): void {
  save(keyOf(role), stored);
}

export const forgetWallet = ({ role }: Wallet): void => forget(keyOf(role));

/** The wallet last used in this role. */
export function storedWallet(role: Role): Wallet | undefined {
  const stored = load<Partial<Wallet>>(keyOf(role));
  if (typeof stored !== 'object' || stored === null) return undefined;
  if (!KINDS.includes(stored.kind) || !isAddress(stored.address ?? '')) return undefined;
  return { ...stored, role } as Wallet;
}

/** The private key of a demo wallet that was stored without its address, by an earlier version of the page. */
export function oldDemoKey(role: Role): Hex | undefined {
  const stored = load<Partial<DemoWallet>>(keyOf(role));
  return stored?.kind === 'demo' && stored.address === undefined ? stored.privateKey : undefined;
}
