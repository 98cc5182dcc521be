import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { type Loaded, useLoaded } from '../app/hooks.ts';
import { type Purse, purseOf, tokenBalance } from '../app/ledgerClient.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { useRoute } from '../app/route.ts';
import {
  type AnnouncedProvider,
  connectWallet,
  listenForWallets,
  makeDemoWallet,
  type Role,
  storedWallet,
  type Wallet,
} from './wallet.ts';

/** Number of purses that the page uses, and so of bookings that can be open at once. */
export const PURSE_COUNT = 4;

export interface Holdings {
  /** Token units in the wallet itself. */
  tokens: bigint;
  /** Wei for gas. */
  gas: bigint;
  purses: Purse[];
}

interface WalletState {
  role: Role;
  wallet: Wallet | undefined;
  announced: readonly AnnouncedProvider[];
  holdings: Loaded<Holdings>;
  useDemo: () => void;
  connect: (announced: AnnouncedProvider) => Promise<void>;
}

const WalletContext = createContext<WalletState | undefined>(undefined);

/** The wallet of the role that the current page is for. */
export function useWallet(): WalletState {
  const state = useContext(WalletContext);
  if (state === undefined) throw new Error('useWallet must be used inside WalletProvider.');
  return state;
}

function useAnnounced(): readonly AnnouncedProvider[] {
  const [announced, setAnnounced] = useState<readonly AnnouncedProvider[]>([]);
  useEffect(
    () =>
      listenForWallets((found) =>
        setAnnounced((old) => (old.some((o) => o.info.uuid === found.info.uuid) ? old : [...old, found])),
      ),
    [],
  );
  return announced;
}

export function WalletProvider({ children }: { children: ReactNode }) {
  const { ledger } = useMarket();
  const role: Role = useRoute().page === 'host' ? 'host' : 'driver';
  const announced = useAnnounced();
  const [changed, setChanged] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `changed` counts changes of the stored wallet
  const wallet = useMemo(() => storedWallet(ledger, role, announced), [ledger, role, announced, changed]);
  const holdings = useLoaded(wallet?.address, async (): Promise<Holdings> => {
    const address = wallet!.address;
    const [tokens, gas, ...purses] = await Promise.all([
      tokenBalance(ledger, address),
      ledger.client.getBalance({ address }),
      ...Array.from({ length: PURSE_COUNT }, (_, index) => purseOf(ledger, address, index)),
    ]);
    return { tokens, gas, purses };
  });
  const useDemo = useCallback(() => {
    makeDemoWallet(ledger, role);
    setChanged((n) => n + 1);
  }, [ledger, role]);
  const connect = useCallback(
    async (found: AnnouncedProvider) => {
      await connectWallet(ledger, role, found);
      setChanged((n) => n + 1);
    },
    [ledger, role],
  );
  const state = { role, wallet, announced, holdings, useDemo, connect };
  return <WalletContext value={state}>{children}</WalletContext>;
}
