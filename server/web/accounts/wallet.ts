import {
  type Account,
  type Address,
  type Chain,
  createWalletClient,
  custom,
  type EIP1193Provider,
  type Hex,
  http,
  type Transport,
  type WalletClient,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { PlugpactError } from '../../../protocol/errors.ts';
import { type SignedTypeName, typedData } from '../../../protocol/signedTypes.ts';
import type { Ledger } from '../app/ledgerClient.ts';
import { load, save } from '../app/storage.ts';

/** A person may be both. The ledger lets nobody book their own charger, so each role has its own account. */
export type Role = 'driver' | 'host';

export interface Wallet {
  role: Role;
  /** `demo`: the private key is in this browser. `browser`: an extension has it (EIP-6963). */
  kind: 'demo' | 'browser';
  address: Address;
  client: WalletClient<Transport, Chain, Account>;
}

/** What an extension announces, EIP-6963. */
export interface AnnouncedProvider {
  info: { uuid: string; name: string; rdns: string };
  provider: EIP1193Provider;
}

type StoredWallet = { kind: 'demo'; privateKey: Hex } | { kind: 'browser'; rdns: string; address: Address };

const keyOf = (role: Role): string => `wallet:${role}`;

function demoWallet(ledger: Ledger, role: Role, privateKey: Hex): Wallet {
  const account = privateKeyToAccount(privateKey);
  const client = createWalletClient({ account, chain: ledger.chain, transport: http() });
  return { role, kind: 'demo', address: account.address, client };
}

function browserWallet(ledger: Ledger, role: Role, address: Address, provider: EIP1193Provider): Wallet {
  const account = { address, type: 'json-rpc' } as const;
  const client = createWalletClient({ account, chain: ledger.chain, transport: custom(provider) });
  return { role, kind: 'browser', address, client };
}

/** Makes a private key in this browser. For demo money only: anyone who uses this browser can use it. */
export function makeDemoWallet(ledger: Ledger, role: Role): Wallet {
  const privateKey = generatePrivateKey();
  save(keyOf(role), { kind: 'demo', privateKey } satisfies StoredWallet);
  return demoWallet(ledger, role, privateKey);
}

/** Asks an extension for an account and switches it to the market's chain. */
export async function connectWallet(
  ledger: Ledger,
  role: Role,
  announced: AnnouncedProvider,
): Promise<Wallet> {
  const [address] = await announced.provider.request({ method: 'eth_requestAccounts' });
  if (address === undefined) {
    throw new PlugpactError({
      code: 'wallet.noAccount',
      rule: `${announced.info.name} must offer an account, and offered none.`,
      remedy: 'Unlock the wallet, choose an account for this page, and try again.',
    });
  }
  const wallet = browserWallet(ledger, role, address, announced.provider);
  await wallet.client
    .switchChain({ id: ledger.chain.id })
    .catch(() => wallet.client.addChain({ chain: ledger.chain }));
  save(keyOf(role), { kind: 'browser', rdns: announced.info.rdns, address } satisfies StoredWallet);
  return wallet;
}

/** The wallet last used in this role, if it is still available. */
export function storedWallet(
  ledger: Ledger,
  role: Role,
  announced: readonly AnnouncedProvider[],
): Wallet | undefined {
  const stored = load<StoredWallet>(keyOf(role));
  if (stored === undefined) return undefined;
  if (stored.kind === 'demo') return demoWallet(ledger, role, stored.privateKey);
  const found = announced.find(({ info }) => info.rdns === stored.rdns);
  return found && browserWallet(ledger, role, stored.address, found.provider);
}

/** Listens for extensions that announce themselves (EIP-6963). @returns a function that stops listening. */
export function listenForWallets(found: (announced: AnnouncedProvider) => void): () => void {
  const onAnnounce = (event: Event) => found((event as CustomEvent<AnnouncedProvider>).detail);
  window.addEventListener('eip6963:announceProvider', onAnnounce);
  window.dispatchEvent(new Event('eip6963:requestProvider'));
  return () => window.removeEventListener('eip6963:announceProvider', onAnnounce);
}

/** Signs one of the market's EIP-712 types with the account. */
export function signAs(wallet: Wallet, ledger: Ledger, type: SignedTypeName, message: object): Promise<Hex> {
  const data = typedData(ledger.ref, type, message as Record<string, unknown>);
  return wallet.client.signTypedData({ account: wallet.client.account, ...data } as never);
}
