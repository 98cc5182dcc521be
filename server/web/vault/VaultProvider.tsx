import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { useWallet } from '../accounts/WalletProvider.tsx';
import type { Wallet } from '../accounts/wallet.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { withWords } from '../app/words.ts';
import type { VaultKeeper, VaultState } from './VaultKeeper.ts';

const VaultContext = createContext<VaultKeeper | undefined>(undefined);

/** Keeps the sealed copy of the driver's bookings; undefined until it is loaded, and without an account. */
export const useVault = (): VaultKeeper | undefined => useContext(VaultContext);

const LOAD_AGAIN_MS = 20_000;

const NO_STATE: VaultState = { name: 'NOTHING' };
const never = () => () => {};

export function useVaultState(): VaultState {
  const keeper = useVault();
  return useSyncExternalStore(keeper?.subscribe ?? never, keeper?.state ?? (() => NO_STATE));
}

/** The driver's account, also while the host's page shows the host's. */
function useDriver(): Wallet | undefined {
  const { role, wallet } = useWallet();
  const driver = useRef<Wallet>(undefined);
  if (role === 'driver') driver.current = wallet;
  return driver.current;
}

export function VaultProvider({ children }: { children: ReactNode }) {
  const { ledger } = useMarket();
  const driver = useDriver();
  const [keeper, setKeeper] = useState<VaultKeeper>();
  const address = driver?.address;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same account may come as a new object
  useEffect(() => {
    if (driver === undefined) return;
    let stop: (() => void) | undefined;
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // Loaded after what the first view needs. Until that works, the bookings stay in this browser alone.
    const load = () =>
      withWords(() => import('./VaultKeeper.ts')).then(
        ({ VaultKeeper }) => {
          if (isGone) return;
          const made = new VaultKeeper(driver, ledger);
          stop = made.start();
          setKeeper(made);
        },
        () => {
          if (!isGone) timer = setTimeout(() => void load(), LOAD_AGAIN_MS);
        },
      );
    void load();
    return () => {
      isGone = true;
      clearTimeout(timer);
      stop?.();
      setKeeper(undefined);
    };
  }, [address, ledger]);
  return <VaultContext value={keeper}>{children}</VaultContext>;
}
