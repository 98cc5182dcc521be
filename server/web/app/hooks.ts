import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useId, useState } from 'react';
import { allWords, hasAllWords } from './words.ts';

/** Unix seconds, renewed every `everyMs`. */
export function useNow(everyMs = 1_000): number {
  const [nowSec, setNowSec] = useState(() => Math.floor(Date.now() / 1_000));
  useEffect(() => {
    const timer = setInterval(() => setNowSec(Math.floor(Date.now() / 1_000)), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return nowSec;
}

export interface Loaded<T> {
  value: T | undefined;
  error: Error | undefined;
  loading: boolean;
  reload: () => void;
}

/**
 * Loads a value by TanStack Query, and again whenever `key` changes. While it reloads, the previous value of the same key
 * stays, so that the layout does not jump. With an `undefined` key nothing is loaded.
 */
export function useLoaded<T>(key: string | undefined, load: () => Promise<T>): Loaded<T> {
  const { data, error, isFetching, isPending, refetch } = useQuery({
    queryKey: ['loaded', useId(), key],
    queryFn: async () => (await load()) ?? null,
    enabled: key !== undefined,
  });
  const reload = useCallback(() => void refetch(), [refetch]);
  return {
    value: (data ?? undefined) as T | undefined,
    error: error ?? undefined,
    loading: key !== undefined && (isFetching || isPending),
    reload,
  };
}

/** Runs an action, one call at a time, and holds its error for display. */
export function useAction<Args extends unknown[]>(run: (...args: Args) => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const act = async (...args: Args) => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await run(...args);
    } catch (caught) {
      setError(caught as Error);
    } finally {
      setBusy(false);
    }
  };
  return { act, busy, error, clear: () => setError(undefined) };
}

/** Whether all messages are here, or will not come. They are asked for where they are not. */
export function useAllWords(isNeeded = true): boolean {
  const [isSettled, setSettled] = useState(hasAllWords);
  useEffect(() => {
    if (!isNeeded || isSettled) return;
    const settle = () => setSettled(true);
    allWords().then(settle, settle);
  }, [isNeeded, isSettled]);
  return isSettled;
}
