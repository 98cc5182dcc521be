import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { useLoaded } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { useRoute } from '../app/route.ts';
import { withWords } from '../app/words.ts';
import { WalletNotices } from './WalletNotices.tsx';
import { WalletContext } from './walletContext.ts';
import {
  forgetWallet,
  oldDemoKey,
  type Role,
  storedWallet,
  storeWallet,
  type Wallet,
} from './walletKinds.ts';

export { useWallet } from './walletContext.ts';

export function WalletProvider({ children }: { children: ReactNode }) {
  const { ledger } = useMarket();
  const role: Role = useRoute().page === 'host' ? 'host' : 'driver';
  const [changed, setChanged] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `changed` counts changes of the stored wallet
  const wallet = useMemo(() => storedWallet(role), [role, changed]);
  const choose = useCallback((chosen: Wallet) => {
    storeWallet(chosen);
    setChanged((n) => n + 1);
  }, []);
  const leave = useCallback(() => {
    if (wallet !== undefined) forgetWallet(wallet);
    setChanged((n) => n + 1);
  }, [wallet]);
  useEffect(() => {
    const privateKey = oldDemoKey(role);
    if (privateKey === undefined) return;
    withWords(() => import('./demoWallet.ts')).then(({ demoWallet }) => choose(demoWallet(role, privateKey)));
  }, [role, choose]);
  const holdings = useLoaded(wallet && `${wallet.kind} ${wallet.address}`, async () => {
    const { readHoldings } = await withWords(() => import('./holdings.ts'));
    return readHoldings(wallet!, ledger);
  });
  const state = { role, wallet, holdings, choose, leave };
  return (
    <WalletContext value={state}>
      {children}
      <WalletNotices />
    </WalletContext>
  );
}
