import { SignClient } from '@walletconnect/sign-client';
import { hexToString, type LocalAccount, type TypedDataDefinition } from 'viem';
import { waitFor } from '../../scripts/lib/wait.ts';

/** What the wallet app does with a method: an error's code, no answer, or, where nothing is set, what it was asked. */
type Behaviour = number | 'hang';

/** A wallet app on somebody's phone. Its person scans codes, and confirms or refuses. */
export interface PhoneWallet {
  /** What it was asked, by the method of EIP-1193. */
  asked: string[];
  behaviour: Record<string, Behaviour>;
  /** Scans a code. @returns the name of the page that it saw. */
  scan(uri: string, how: { chains: readonly number[] } | 'refuse'): Promise<string>;
  /** Uses these chains from now on. */
  update(chains: readonly number[]): Promise<void>;
  emit(name: 'chainChanged' | 'accountsChanged', data: unknown): Promise<void>;
  disconnect(): Promise<void>;
  stop(): Promise<void>;
}

const METHODS = [
  'eth_signTypedData_v4',
  'personal_sign',
  'eth_sendTransaction',
  'wallet_switchEthereumChain',
];
const REFUSED = { code: 5000, message: 'User rejected.' };

/** What a promise gives, or an error that says what was waited for: the library of wallets waits for minutes. */
async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settled = promise.finally(() => {
    isSettled = true;
  });
  settled.catch(() => {});
  await waitFor(what, () => isSettled);
  return settled;
}

/** Made of the library of wallets, with the app's own words and a key in memory. */
export async function startPhoneWallet(relayUrl: string, projectId: string, account: LocalAccount) {
  const client = await SignClient.init({
    ...{ projectId, relayUrl, telemetryEnabled: false, logger: 'silent' },
    storageOptions: { database: ':memory:' },
    metadata: {
      ...{ name: 'Pocket', description: 'A wallet app', url: 'https://pocket.example', icons: [] },
      redirect: { native: 'pocket://' },
    },
  });
  const asked: string[] = [];
  const behaviour: PhoneWallet['behaviour'] = {};
  let topic = '';
  const namespacesOf = (chains: readonly number[]) => ({
    eip155: {
      accounts: chains.map((chain) => `eip155:${chain}:${account.address}`),
      chains: chains.map((chain) => `eip155:${chain}`),
      ...{ methods: METHODS, events: ['accountsChanged', 'chainChanged'] },
    },
  });
  const answers: Record<string, (params: string[]) => unknown> = {
    eth_signTypedData_v4: ([, data]) => account.signTypedData(JSON.parse(data!) as TypedDataDefinition),
    personal_sign: ([message]) => account.signMessage({ message: hexToString(message as `0x${string}`) }),
    wallet_switchEthereumChain: () => null,
  };
  client.on('session_delete', () => asked.push('session_delete'));
  client.on('session_request', async ({ id, topic, params: { request } }) => {
    const { method, params } = request;
    asked.push(method);
    const how = behaviour[method];
    if (how === 'hang') return;
    const answer = answers[method];
    const code = how ?? (answer === undefined ? 4200 : undefined);
    const response =
      code === undefined
        ? { id, jsonrpc: '2.0', result: await answer!(params) }
        : { id, jsonrpc: '2.0', error: { code, message: `refused by ${code}` } };
    await client.respond({ topic, response });
  });
  const wallet: PhoneWallet = {
    ...{ asked, behaviour },
    async scan(uri, how) {
      const proposed = new Promise<Parameters<Parameters<typeof client.once<'session_proposal'>>[1]>[0]>(
        (resolve) => client.once('session_proposal', resolve),
      );
      await client.pair({ uri });
      const { id, params } = await soon('what the page proposes', proposed);
      if (how === 'refuse') await client.reject({ id, reason: REFUSED });
      else {
        const approved = await client.approve({ id, namespaces: namespacesOf(how.chains) });
        topic = approved.topic;
        await soon('the page to take the session', approved.acknowledged());
      }
      return params.proposer.metadata.name;
    },
    async update(chains) {
      const { acknowledged } = await client.update({ topic, namespaces: namespacesOf(chains) });
      await soon('the page to take the chains', acknowledged());
    },
    async emit(name, data) {
      const [chainId = ''] = client.session.get(topic).namespaces.eip155?.chains ?? [];
      await client.emit({ topic, chainId, event: { name, data } });
    },
    disconnect: () => client.disconnect({ topic, reason: { code: 6000, message: 'User disconnected.' } }),
    async stop() {
      client.core.heartbeat.stop();
      await client.core.relayer.transportClose();
    },
  };
  return wallet;
}
