import { createContext, useContext } from 'react';
import type { Loaded } from '../app/hooks.ts';
import type { Holdings } from './holdings.ts';
import type { Role, Wallet } from './walletKinds.ts';

interface WalletState {
  role: Role;
  wallet: Wallet | undefined;
  holdings: Loaded<Holdings>;
  /** Works with this account from now on, also after the page is loaded again. */
  choose: (wallet: Wallet) => void;
  leave: () => void;
}

export const WalletContext = createContext<WalletState | undefined>(undefined);

/** The wallet of the role that the current page is for. */
export function useWallet(): WalletState {
  const state = useContext(WalletContext);
  if (state === undefined) throw new Error('useWallet must be used inside WalletProvider.');
  return state;
}
