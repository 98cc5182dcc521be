import { AccountsPanel } from './accounts/AccountsPanel.tsx';
import { useWallet } from './accounts/WalletProvider.tsx';
import type { Purse } from './app/ledgerClient.ts';
import { useMarket } from './app/MarketProvider.tsx';
import { whenOf } from './app/units.ts';
import { t } from './app/words.ts';
import { lockOf } from './booking/lock.ts';
import { useStoredBookings } from './booking/storedBookings.ts';
import { RestoreOffer } from './vault/RestoreOffer.tsx';
import { Unreadable } from './vault/Unreadable.tsx';
import { VaultCard } from './vault/VaultCard.tsx';

/** The driver's account: its money, and what is kept of it where. */
export default function AccountPage() {
  const { config, ledger } = useMarket();
  const { wallet } = useWallet();
  const stored = useStoredBookings(ledger.ref);
  const lockWords = (purse: Purse) => {
    const lock = wallet && lockOf(stored, purse, wallet.address, config);
    if (lock === undefined) return undefined;
    const words = t('vault.lock.until', { start: whenOf(lock.start), from: whenOf(lock.freeFrom) });
    return { locked: lock.locked, words };
  };
  return (
    <AccountsPanel lockOf={lockWords}>
      {wallet === undefined ? null : (
        <>
          <RestoreOffer />
          <VaultCard />
        </>
      )}
      <Unreadable />
    </AccountsPanel>
  );
}
