import { useEffect, useState } from 'react';
import { useMap } from './MapContext.tsx';

/** Safari has no word for an idle moment. */
const whenIdle = (run: () => void): void => {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(run);
  else run();
};

/**
 * Whether the chargers have been here for so long, and the page has drawn them: on a slow device that takes longer than the
 * time. Then line and device are free for what may be wanted next.
 */
export function useAfterList(afterMs: number): boolean {
  const { loading } = useMap().chargers;
  const [isAfter, setAfter] = useState(false);
  useEffect(() => {
    if (loading) return;
    let isOver = false;
    const timer = setTimeout(() => whenIdle(() => isOver || setAfter(true)), afterMs);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [loading, afterMs]);
  return isAfter;
}
