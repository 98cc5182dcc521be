import { lazyPart } from '../app/Boundary.tsx';
import { usePendingRequests } from './pendingRequests.ts';
import { useWallet } from './walletContext.ts';
import './accounts.css';

// For who uses a wallet of the browser.
const WalletNotice = lazyPart(() => import('./WalletNotice.tsx'), null);

/** Where a wallet's notices are shown, at the edge of every page. */
export function WalletNotices() {
  const { wallet } = useWallet();
  const hasRequests = usePendingRequests().length > 0;
  return (
    <div className="pp-walletnotices" aria-live="polite">
      {hasRequests || wallet?.kind === 'browser' ? <WalletNotice /> : null}
    </div>
  );
}
