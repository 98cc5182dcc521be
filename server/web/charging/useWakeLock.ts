import { useEffect } from 'react';

/** Keeps the screen on while `isOn` and the page is looked at. Where a device refuses, it sleeps as it likes. */
export function useWakeLock(isOn: boolean): void {
  useEffect(() => {
    const { wakeLock } = navigator as { wakeLock?: WakeLock };
    if (!isOn || wakeLock === undefined) return;
    let held: WakeLockSentinel | undefined;
    let isOver = false;
    const hold = async () => {
      if (document.visibilityState !== 'visible') return;
      const got = await wakeLock.request('screen').catch(() => undefined);
      if (isOver) return void got?.release();
      held = got;
    };
    void hold();
    // The lock ends as the page is hidden, and has to be asked for again.
    document.addEventListener('visibilitychange', hold);
    return () => {
      isOver = true;
      document.removeEventListener('visibilitychange', hold);
      void held?.release();
    };
  }, [isOn]);
}
