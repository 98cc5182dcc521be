import { type Chain, numberToHex, SwitchChainError } from 'viem';
import { type CreateConnectorFn, createConnector } from 'wagmi';
import type { WalletAppProvider } from './walletAppProvider.ts';
import { WALLET_APP } from './walletKinds.ts';

/** What the server says of WalletConnect. */
export interface WalletAppConfig {
  projectId: string;
  relayUrl: string;
}

let opened: WalletAppProvider | undefined;

/** The app that is connected, as it names itself. */
export const walletAppName = (): string | undefined => opened?.appName;

/** One client for the page: two would take each other's messages. It is loaded when a reader has chosen a wallet app. */
function opener(config: WalletAppConfig, chainId: number): () => Promise<WalletAppProvider> {
  let opening: Promise<WalletAppProvider> | undefined;
  const open = async () => {
    const { WalletAppProvider } = await import('./walletAppProvider.ts');
    opened = await WalletAppProvider.open({ ...config, chainId });
    return opened;
  };
  return () => {
    opening ??= open().catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
}

/** wagmi's connector to a wallet app. It connects what was paired before, and pairs nothing itself. */
export function walletApp(config: WalletAppConfig, chain: Chain): CreateConnectorFn<WalletAppProvider> {
  const open = opener(config, chain.id);
  return createConnector<WalletAppProvider>(({ emitter }) => {
    let isListening = false;
    const listen = (provider: WalletAppProvider) => {
      if (isListening) return;
      isListening = true;
      provider.on('accountsChanged', (accounts) => emitter.emit('change', { accounts }));
      provider.on('chainChanged', (chainId) => emitter.emit('change', { chainId: Number(chainId) }));
      provider.on('disconnect', () => emitter.emit('disconnect'));
    };
    return {
      ...{ id: WALLET_APP, name: 'WalletConnect', type: WALLET_APP },
      async connect() {
        const provider = await open();
        listen(provider);
        if (!provider.isPaired) throw Object.assign(new Error('no session'), { code: 4900 });
        return { accounts: provider.accounts(), chainId: provider.chainId() } as never;
      },
      disconnect: async () => (await open()).disconnect(),
      getAccounts: async () => (await open()).accounts(),
      getChainId: async () => (await open()).chainId(),
      getProvider: open,
      isAuthorized: async () => (await open()).isPaired,
      async switchChain({ chainId }) {
        if (chainId !== chain.id)
          throw new SwitchChainError(new Error(`not the market's: ${numberToHex(chainId)}`));
        const { name: chainName, rpcUrls, nativeCurrency } = chain;
        await (await open()).switchChain({ chainName, rpcUrls: rpcUrls.default.http, nativeCurrency });
        return chain;
      },
      onAccountsChanged: () => undefined,
      onChainChanged: () => undefined,
      onDisconnect: () => undefined,
    };
  });
}
