import { SignClient } from '@walletconnect/sign-client';
import { type Address, getAddress, numberToHex } from 'viem';
import { appLinkOf } from './walletAppLink.ts';

type Client = Awaited<ReturnType<typeof SignClient.init>>;
type Session = ReturnType<Client['session']['get']>;

export interface WalletAppSettings {
  projectId: string;
  relayUrl: string;
  chainId: number;
}

interface Request {
  method: string;
  params?: unknown;
}

/** Of EIP-1193, as a wallet of the browser says them. */
interface Events {
  accountsChanged: Address[];
  chainChanged: string;
  disconnect: undefined;
}

const METHODS = [
  ...['eth_signTypedData_v4', 'personal_sign', 'eth_sendTransaction'],
  ...['wallet_switchEthereumChain', 'wallet_addEthereumChain'],
];

/** An error with a code of EIP-1193 or of WalletConnect, as a wallet would answer. */
const coded = (code: number, message: string) => Object.assign(new Error(message), { code });

/** The library names what ran out by its message alone. */
const withCode = (error: unknown): unknown =>
  /expired/i.test((error as Error | undefined)?.message ?? '')
    ? coded(8000, (error as Error).message)
    : error;

/** Its rejection is nobody's failure while nobody waits for it. */
function unheard(): PromiseWithResolvers<never> {
  const resolvers = Promise.withResolvers<never>();
  resolvers.promise.catch(() => undefined);
  return resolvers;
}

/**
 * A wallet app, reached through a relay (WalletConnect), as a provider of EIP-1193. The relay carries what both ends seal: it sees
 * neither accounts nor what is signed. What the app says of itself is believed no more than what an extension says.
 */
export class WalletAppProvider {
  readonly #client: Client;
  readonly #chainId: number;
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();
  #session: Session | undefined;
  /** What the app said since the session was settled. */
  #said: { accounts?: Address[]; chainId?: number } = {};
  #gone = unheard();

  private constructor(client: Client, chainId: number) {
    this.#client = client;
    this.#chainId = chainId;
    this.#begin(client.session.getAll().findLast(({ expiry }) => expiry * 1_000 > Date.now()));
    this.#listen();
  }

  /** With the session that this browser kept, if there is one. */
  static async open({ projectId, relayUrl, chainId }: WalletAppSettings): Promise<WalletAppProvider> {
    const { origin } = location;
    const client = await SignClient.init({
      ...{ projectId, relayUrl, telemetryEnabled: false, logger: 'silent' },
      metadata: {
        name: 'Plugpact',
        description: 'Home chargers lent by the kWh',
        url: origin,
        icons: [`${origin}/icons/mark-192.png`],
      },
    });
    // It would load a frame of the relay's company to vouch for this page, which the page's policy forbids.
    client.core.verify.register = async () => '';
    return new WalletAppProvider(client, chainId);
  }

  get isPaired(): boolean {
    return this.#session !== undefined;
  }

  /** How the app names itself. */
  get appName(): string | undefined {
    return this.#session?.peer.metadata.name.slice(0, 40) || undefined;
  }

  /** What opens the app on the device that it is on. */
  get appLink(): string | undefined {
    return appLinkOf(this.#session?.peer.metadata.redirect ?? {});
  }

  /** Waits until an app takes the code that is shown. One that takes it after the reader has left is let go. */
  async pair(show: (uri: string) => void, signal: AbortSignal): Promise<void> {
    const chains = [`eip155:${this.#chainId}`];
    const { uri, approval } = await this.#client.connect({
      optionalNamespaces: {
        eip155: { chains, methods: METHODS, events: ['accountsChanged', 'chainChanged'] },
      },
    });
    if (uri !== undefined && !signal.aborted) show(uri);
    const session = await approval().catch((error) => {
      throw withCode(error);
    });
    if (signal.aborted) await this.#end(session.topic);
    else this.#begin(session);
  }

  async request({ method, params }: Request): Promise<unknown> {
    if (method === 'eth_accounts' || method === 'eth_requestAccounts') return this.accounts();
    if (method === 'eth_chainId') return numberToHex(this.chainId());
    return this.#ask({ method, params: params ?? [] }, this.#chainId);
  }

  accounts(): Address[] {
    return this.#said.accounts ?? this.#settled(this.chainId());
  }

  /** The market's where the app let this page use it, else the first that it did. */
  chainId(): number {
    const { chainId } = this.#said;
    if (chainId !== undefined) return chainId;
    return this.#allows(this.#chainId) ? this.#chainId : (this.#chains()[0] ?? this.#chainId);
  }

  /** Asks for the market's chain where the app did not allow it. @throws an error with a code. */
  async switchChain(chain: { chainName: string; rpcUrls: readonly string[]; nativeCurrency: object }) {
    if (!this.#allows(this.#chainId)) await this.#askForChain(chain);
    if (!this.#allows(this.#chainId)) throw coded(5100, 'The app does not use this chain.');
    this.#said = { ...this.#said, chainId: this.#chainId };
    this.#say('chainChanged', numberToHex(this.#chainId));
  }

  async #askForChain(chain: object): Promise<void> {
    const chainId = numberToHex(this.#chainId);
    const on = this.chainId();
    try {
      await this.#ask({ method: 'wallet_switchEthereumChain', params: [{ chainId }] }, on);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 4902) throw error;
      await this.#ask({ method: 'wallet_addEthereumChain', params: [{ chainId, ...chain }] }, on);
    }
  }

  async disconnect(): Promise<void> {
    if (this.#session === undefined) return;
    const { topic } = this.#session;
    this.#begin(undefined);
    await this.#end(topic);
  }

  on<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
  }

  removeListener<E extends keyof Events>(event: E, listener: (value: Events[E]) => void): void {
    this.#listeners.get(event)?.delete(listener);
  }

  #say<E extends keyof Events>(event: E, value: Events[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
  }

  #begin(session: Session | undefined): void {
    this.#session = session;
    this.#said = {};
    this.#gone.reject(coded(4900, 'The session has ended.'));
    this.#gone = unheard();
  }

  #end(topic: string): Promise<void> {
    return this.#client.disconnect({ topic, reason: { code: 6000, message: 'User disconnected.' } });
  }

  /** A request that is under way when the session ends has no answer to wait for. */
  async #ask(request: { method: string; params: unknown }, chainId: number): Promise<unknown> {
    if (this.#session === undefined) throw coded(4900, 'No wallet app is connected.');
    const { topic } = this.#session;
    const asked = this.#client.request({ topic, chainId: `eip155:${chainId}`, request });
    return Promise.race([asked, this.#gone.promise]).catch((error) => {
      throw withCode(error);
    });
  }

  #settled(chainId: number): Address[] {
    const prefix = `eip155:${chainId}:`;
    const accounts = this.#session?.namespaces.eip155?.accounts ?? [];
    return accounts
      .filter((one) => one.startsWith(prefix))
      .map((one) => getAddress(one.slice(prefix.length)));
  }

  #chains(): number[] {
    const accounts = this.#session?.namespaces.eip155?.accounts ?? [];
    return [...new Set(accounts.map((one) => Number(one.split(':')[1])))];
  }

  #allows = (chainId: number): boolean => this.#chains().includes(chainId);

  #isCurrent = (topic: string): boolean => topic === this.#session?.topic;

  #listen(): void {
    const ended = ({ topic }: { topic: string }) => {
      if (!this.#isCurrent(topic)) return;
      this.#begin(undefined);
      this.#say('disconnect', undefined);
    };
    this.#client.on('session_delete', ended);
    this.#client.on('session_expire', ended);
    this.#client.on('session_update', ({ topic, params }) => {
      if (!this.#isCurrent(topic)) return;
      this.#session = { ...this.#session!, namespaces: params.namespaces };
      this.#said = {};
      this.#say('accountsChanged', this.accounts());
      this.#say('chainChanged', numberToHex(this.chainId()));
    });
    this.#client.on('session_event', ({ topic, params: { event } }) => {
      if (this.#isCurrent(topic)) this.#heard(event);
    });
  }

  /** Accounts come as addresses, or with their chain before them; a chain as a number, or as its digits. */
  #heard({ name, data }: { name: string; data: unknown }): void {
    if (name === 'accountsChanged' && Array.isArray(data)) {
      const accounts = data.map((one) => getAddress(String(one).split(':').at(-1) ?? ''));
      this.#said = { ...this.#said, accounts };
      this.#say('accountsChanged', accounts);
    }
    if (name === 'chainChanged' && Number.isSafeInteger(Number(data))) {
      this.#said = { ...this.#said, chainId: Number(data) };
      this.#say('chainChanged', numberToHex(Number(data)));
    }
  }
}
