import {
  type Address,
  type Hex,
  hashMessage,
  hashTypedData,
  isAddressEqual,
  parseAbi,
  recoverAddress,
  type TypedDataDefinition,
} from 'viem';
import { sendTransaction, signMessage, signTypedData } from 'viem/actions';
import { type Config, type Connector, createConfig, http } from 'wagmi';
import {
  connect,
  disconnect,
  getConnectorClient,
  reconnect,
  watchConnections,
  watchConnectors,
} from 'wagmi/actions';
import type { Ledger } from '../app/ledgerClient.ts';
import { accountError } from './accountError.ts';
import { waitingFor } from './pendingRequests.ts';
import { walletApp, walletAppName } from './walletApp.ts';
import type { WalletAppProvider } from './walletAppProvider.ts';
import { chainError, walletError } from './walletError.ts';
import { type BrowserWallet, forgetWallet, type Role, WALLET_APP } from './walletKinds.ts';

/** Wallets may announce themselves a moment after the page asked (EIP-6963). */
const ANNOUNCE_MS = 1_000;

let config: Config | undefined;

/** The market's chain is the only one; what was connected is kept with the wallet of each role, not by wagmi. */
function wagmiOf({ chain, walletConnect }: Ledger): Config {
  config ??= createConfig({
    chains: [chain],
    connectors: walletConnect === null ? [] : [walletApp(walletConnect, chain)],
    storage: null,
    transports: { [chain.id]: http() },
  });
  return config;
}

/** A wallet that announced itself. */
export interface FoundWallet {
  rdns: string;
  name: string;
  /** Data URL. */
  icon?: string;
}

const foundIn = (connectors: readonly Connector[]): FoundWallet[] =>
  connectors
    .filter(({ id }) => id !== WALLET_APP)
    .map(({ id, name, icon }) => ({ rdns: id, name, ...(icon !== undefined && { icon }) }));

/** Reports the wallets of this browser, and again when one more announces itself. @returns what ends it. */
export function watchWallets(ledger: Ledger, onFound: (wallets: FoundWallet[]) => void): () => void {
  const wagmi = wagmiOf(ledger);
  onFound(foundIn(wagmi.connectors));
  return watchConnectors(wagmi, { onChange: (connectors) => onFound(foundIn(connectors)) });
}

/** @throws PlugpactError `wallet.missing`. */
async function connectorOf(ledger: Ledger, rdns: string): Promise<Connector> {
  const wagmi = wagmiOf(ledger);
  const find = () => wagmi.connectors.find(({ id }) => id === rdns);
  const giveUpAt = Date.now() + ANNOUNCE_MS;
  for (let found = find(); ; found = find()) {
    if (found !== undefined) return found;
    if (Date.now() > giveUpAt) throw accountError('missing', { value: rdns });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const nameOf = ({ id, name }: Connector): string => (id === WALLET_APP ? walletAppName() : undefined) ?? name;

const asking = <T>(connector: Connector, request: () => Promise<T>, appLink?: string): Promise<T> =>
  waitingFor(nameOf(connector), request, appLink).catch((error) => {
    throw walletError(error);
  });

/**
 * Pairs a wallet app by a code that is shown, unless one is connected already, and connects it.
 *
 * @throws PlugpactError `wallet.…`.
 */
export async function connectWalletApp(
  ledger: Ledger,
  role: Role,
  show: (uri: string) => void,
  signal: AbortSignal,
): Promise<BrowserWallet> {
  const connector = await connectorOf(ledger, WALLET_APP);
  const provider = (await connector.getProvider()) as WalletAppProvider;
  if (!provider.isPaired) {
    await provider.pair(show, signal).catch((error) => {
      throw walletError(error);
    });
  }
  if (signal.aborted) throw accountError('abandoned');
  const { appLink } = provider;
  return { ...(await connectWallet(ledger, role, WALLET_APP)), ...(appLink !== undefined && { appLink }) };
}

/**
 * Asks a wallet for an account, and switches it to the market's chain.
 *
 * @throws PlugpactError `wallet.…`.
 */
export async function connectWallet(ledger: Ledger, role: Role, rdns: string): Promise<BrowserWallet> {
  const wagmi = wagmiOf(ledger);
  const connector = await connectorOf(ledger, rdns);
  const isConnected = wagmi.state.connections.has(connector.uid);
  const accounts = await asking(connector, async () =>
    isConnected ? connector.getAccounts() : (await connect(wagmi, { connector })).accounts,
  );
  const [address] = accounts;
  if (address === undefined) throw accountError('noAccount');
  await requireChain(ledger, connector);
  return { role, kind: 'browser', address, rdns };
}

/** Adds the chain where the wallet does not know it (4902). @throws PlugpactError `wallet.wrongChain` and others. */
async function requireChain({ chain }: Ledger, connector: Connector): Promise<void> {
  const current = () => asking(connector, () => connector.getChainId());
  if ((await current()) === chain.id) return;
  const change = async () => connector.switchChain?.({ chainId: chain.id });
  await waitingFor(nameOf(connector), change).catch((error) => {
    throw chainError(error);
  });
  const found = await current();
  if (found !== chain.id) throw accountError('wrongChain', { value: String(found) });
}

/** The wallet with the account that is asked for, on the market's chain. @throws PlugpactError `wallet.…`. */
async function readyClient({ address, rdns }: BrowserWallet, ledger: Ledger) {
  const connector = await connectorOf(ledger, rdns);
  let accounts = await asking(connector, () => connector.getAccounts());
  if (accounts.length === 0)
    accounts = (await asking(connector, () => connector.connect())).accounts as Address[];
  if (!accounts.some((account) => isAddressEqual(account, address))) {
    throw accountError('otherAccount', { value: accounts[0] ?? '' });
  }
  await requireChain(ledger, connector);
  const given = { connector, account: address, chainId: ledger.chain.id };
  const client = await asking(connector, () => getConnectorClient(wagmiOf(ledger), given));
  return { connector, client };
}

export async function signTypedWith(
  wallet: BrowserWallet,
  ledger: Ledger,
  data: TypedDataDefinition,
): Promise<Hex> {
  const { connector, client } = await readyClient(wallet, ledger);
  const signature = await asking(connector, () => signTypedData(client, data as never), wallet.appLink);
  return checked(wallet, ledger, hashTypedData(data), signature);
}

export async function signTextWith(wallet: BrowserWallet, ledger: Ledger, message: string): Promise<Hex> {
  const { connector, client } = await readyClient(wallet, ledger);
  const signature = await asking(connector, () => signMessage(client, { message }), wallet.appLink);
  return checked(wallet, ledger, hashMessage(message), signature);
}

export async function sendWith(
  wallet: BrowserWallet,
  ledger: Ledger,
  call: { to: Hex; data: Hex },
): Promise<Hex> {
  const { connector, client } = await readyClient(wallet, ledger);
  const send = () => sendTransaction(client, { ...call, chain: ledger.chain } as never);
  return asking(connector, send, wallet.appLink);
}

const ERC1271 = parseAbi(['function isValidSignature(bytes32,bytes) view returns (bytes4)']);
const IS_VALID = '0x1626ba7e';

/**
 * A signature with v of 27 or 28, as the ledger wants it, by the account: wallets may sign with another one that was
 * chosen in the meantime.
 *
 * @throws PlugpactError `wallet.otherSigner`.
 */
async function checked({ address }: BrowserWallet, { client }: Ledger, hash: Hex, given: Hex): Promise<Hex> {
  const signature = given.length === 132 ? (`${given.slice(0, 130)}${vOf(given)}` as Hex) : given;
  const signer = await recoverAddress({ hash, signature }).catch(() => undefined);
  if (signer !== undefined && isAddressEqual(signer, address)) return signature;
  const call = { address, abi: ERC1271, functionName: 'isValidSignature', args: [hash, given] } as const;
  const answer = await client.readContract(call).catch(() => undefined);
  if (answer === IS_VALID) return given;
  throw accountError('otherSigner', signer === undefined ? {} : { value: signer });
}

function vOf(signature: Hex): string {
  const v = Number.parseInt(signature.slice(130), 16);
  return (v < 27 ? v + 27 : v).toString(16);
}

/** What became of a wallet after it was connected. */
export type WalletCondition =
  | { name: 'ready' | 'missing' | 'disconnected' | 'wrongChain' }
  | { name: 'otherAccount'; address: Address };

/** Reports the condition of a wallet now, and whenever its account or chain changes. @returns what ends it. */
export function watchWallet(
  wallet: BrowserWallet,
  ledger: Ledger,
  report: (condition: WalletCondition) => void,
): () => void {
  const wagmi = wagmiOf(ledger);
  const look = (connector: Connector) => report(conditionOf(wallet, ledger, wagmi, connector));
  let end = () => {};
  let ended = false;
  const begin = async () => {
    const connector = await connectorOf(ledger, wallet.rdns);
    await reconnect(wagmi, { connectors: [connector] });
    if (ended) return;
    look(connector);
    end = watchConnections(wagmi, { onChange: () => look(connector) });
  };
  begin().catch(() => report({ name: 'missing' }));
  return () => {
    ended = true;
    end();
  };
}

function conditionOf(
  { address }: BrowserWallet,
  { chain }: Ledger,
  wagmi: Config,
  { uid }: Connector,
): WalletCondition {
  const connection = wagmi.state.connections.get(uid);
  if (connection === undefined) return { name: 'disconnected' };
  const [first] = connection.accounts;
  if (!connection.accounts.some((account) => isAddressEqual(account, address))) {
    return { name: 'otherAccount', address: first };
  }
  return { name: connection.chainId === chain.id ? 'ready' : 'wrongChain' };
}

/** Asks the wallet to change to the market's chain. @throws PlugpactError `wallet.…`. */
export async function switchChain({ rdns }: BrowserWallet, ledger: Ledger): Promise<void> {
  await requireChain(ledger, await connectorOf(ledger, rdns));
}

/** Takes back what the page may ask of the wallet, and forgets it. */
export async function disconnectWallet(wallet: BrowserWallet, ledger: Ledger): Promise<void> {
  forgetWallet(wallet);
  const connector = await connectorOf(ledger, wallet.rdns).catch(() => undefined);
  if (connector !== undefined) await disconnect(wagmiOf(ledger), { connector }).catch(() => {});
}
