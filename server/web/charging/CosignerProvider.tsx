import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import type { Hex } from 'viem';
import { bookingTimes } from '../../../protocol/slots.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { useNow } from '../app/hooks.ts';
import { useSetting } from '../app/MarketProvider.tsx';
import { type KeptBooking, useKeptBookings } from '../booking/storedBookings.ts';
import { cosign, type LiveState, NOT_LIVE } from './cosigner.ts';

/** A visit is followed from so long before it opens. */
const AHEAD_SEC = 60;

const LiveContext = createContext<Record<Hex, LiveState>>({});

/** The live state of a booking's visit. */
export const useLive = (bookingId: Hex): LiveState => useContext(LiveContext)[bookingId] ?? NOT_LIVE;

/** Co-signs for every booking of this device that is under way, whichever page is shown. */
export function CosignerProvider({ children }: { children: ReactNode }) {
  const { config, ledger } = useSetting();
  const kept = useKeptBookings(ledger.ref);
  const nowSec = useNow(5_000);
  const [live, setLive] = useState<Record<Hex, LiveState>>({});
  const running = useRef(new Map<Hex, () => void>());
  const due = kept.filter((k) => isDue(k, nowSec, config.windows));
  const dueIds = due.map((k) => k.bookingId).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: who is due decides, not what else changed in them
  useEffect(() => {
    for (const booking of due) {
      const { bookingId } = booking;
      if (running.current.has(bookingId)) continue;
      const show = (change: Partial<LiveState>) =>
        setLive((old) => ({ ...old, [bookingId]: { ...(old[bookingId] ?? NOT_LIVE), ...change } }));
      running.current.set(bookingId, cosign(booking, config.windows, show));
    }
    for (const [bookingId, stop] of running.current) {
      if (due.some((k) => k.bookingId === bookingId)) continue;
      stop();
      running.current.delete(bookingId);
    }
  }, [dueIds, config]);
  useEffect(() => {
    const all = running.current;
    return () => {
      for (const stop of all.values()) stop();
      all.clear();
    };
  }, []);
  return <LiveContext value={live}>{children}</LiveContext>;
}

function isDue(kept: KeptBooking, nowSec: number, windows: Parameters<typeof bookingTimes>[2]): boolean {
  if (kept.bookedTx === undefined || kept.ending !== undefined) return false;
  const { bookingTerms } = fromTermsStruct(kept.booking.terms);
  const { opens, reportBy } = bookingTimes(kept.booking, bookingTerms, windows);
  return nowSec >= opens - AHEAD_SEC && nowSec < reportBy + windows.challengeSec;
}
