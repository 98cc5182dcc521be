import { useCallback, useEffect, useRef, useState } from 'react';

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
 * Loads a value, and again whenever `key` changes. While it reloads, the previous value of the same key stays, so that
 * the layout does not jump. With an `undefined` key nothing is loaded.
 */
export function useLoaded<T>(key: string | undefined, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key?: string; value?: T; error?: Error; loading: boolean }>({
    loading: true,
  });
  const [round, setRound] = useState(0);
  const loadRef = useRef(load);
  loadRef.current = load;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round loads the same key again
  useEffect(() => {
    if (key === undefined) return setState({ loading: false });
    let current = true;
    setState((old) => ({
      key,
      loading: true,
      ...(old.key === key && 'value' in old ? { value: old.value } : {}),
    }));
    loadRef.current().then(
      (value) => current && setState({ key, value, loading: false }),
      (error: Error) => current && setState((old) => ({ ...old, key, error, loading: false })),
    );
    return () => {
      current = false;
    };
  }, [key, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { value: state.value, error: state.error, loading: state.loading, reload };
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
