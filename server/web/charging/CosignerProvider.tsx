import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import type { Hex } from 'viem';
import type { MarketWindows } from '../../../protocol/slots.ts';
import { useNow } from '../app/hooks.ts';
import { useMarket } from '../app/MarketProvider.tsx';
import { allWords } from '../app/words.ts';
import { type StoredBooking, useStoredBookings } from '../booking/storedBookings.ts';
import { timesOf } from '../booking/times.ts';
import { type LiveState, NOT_LIVE } from './liveState.ts';

/** The live stream of a session is opened this long before the booking opens. */
const AHEAD_SEC = 60;
const LOAD_AGAIN_MS = 3_000;

const LiveContext = createContext<Record<Hex, LiveState>>({});

/** The live state of a booking's session. */
export const useLive = (bookingId: Hex): LiveState => useContext(LiveContext)[bookingId] ?? NOT_LIVE;

type Signer = typeof import('./signer.ts').signer;

/**
 * What signs is loaded as soon as this device has a booking that may need it; while it does not come it is asked for again.
 * What is loaded stays: a part that is lost later ends no co-signing.
 */
function useSigner(isNeeded: boolean): Signer | undefined {
  const [signer, setSigner] = useState<Signer>();
  useEffect(() => {
    if (!isNeeded) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    // Words that do not come keep nobody from signing.
    const words = () => allWords().catch(() => undefined);
    const load = () =>
      words()
        .then(() => import('./signer.ts'))
        .then(
          (loaded) => isOver || setSigner(loaded.signer),
          () => {
            if (!isOver) timer = setTimeout(load, LOAD_AGAIN_MS);
          },
        );
    timer = setTimeout(load, 0);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isNeeded]);
  return signer;
}

/** Co-signs the readings of all active bookings of this device, whichever page is shown. */
export function CosignerProvider({ children }: { children: ReactNode }) {
  const { config, ledger } = useMarket();
  const stored = useStoredBookings(ledger.ref);
  const nowSec = useNow(5_000);
  const signer = useSigner(stored.some((k) => k.outcome === undefined || isForWorker(k)));
  const [live, setLive] = useState<Record<Hex, LiveState>>({});
  const running = useRef(new Map<Hex, () => void>());
  const active = stored.filter((k) => isActive(k, nowSec, config.windows));
  const activeIds = active.map((k) => k.bookingId).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: only which bookings are active matters, not their other changes
  useEffect(() => {
    if (signer === undefined) return;
    for (const booking of active) {
      const { bookingId } = booking;
      if (running.current.has(bookingId)) continue;
      const show = (change: Partial<LiveState>) =>
        setLive((old) => ({ ...old, [bookingId]: { ...(old[bookingId] ?? NOT_LIVE), ...change } }));
      running.current.set(bookingId, signer.cosign(booking, config.windows, show));
    }
    for (const [bookingId, stop] of running.current) {
      if (active.some((k) => k.bookingId === bookingId)) continue;
      stop();
      running.current.delete(bookingId);
    }
  }, [activeIds, config, signer]);
  useEffect(() => {
    if (signer === undefined) return;
    for (const booking of stored.filter(isForWorker))
      void signer.copyToWorker(booking, config).catch(() => undefined);
  }, [stored, config, signer]);
  useEffect(() => {
    const all = running.current;
    return () => {
      for (const stop of all.values()) stop();
      all.clear();
    };
  }, []);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function isActive(stored: StoredBooking, nowSec: number, windows: MarketWindows): boolean {
  if (stored.bookedTx === undefined || stored.outcome !== undefined) return false;
  const { opens, reportBy } = timesOf(stored, windows);
  return nowSec >= opens - AHEAD_SEC && nowSec < reportBy + windows.challengeSec;
}

/** Bookings that the worker may have to sign for, and those that have just ended, which it forgets. */
const isForWorker = ({ bookedTx, startedAt, card }: StoredBooking): boolean =>
  bookedTx !== undefined && (startedAt !== undefined || card !== undefined);
