import { useSyncExternalStore } from 'react';
import { accountError } from './accountError.ts';

/** A request that a wallet of the browser has not answered yet. */
export interface PendingRequest {
  id: number;
  /** Name of the wallet. */
  wallet: string;
  /** Milliseconds of the clock. */
  since: number;
  /** Opens the wallet, where it is an app on this device. */
  appLink: string | undefined;
  /** Gives the page back to the reader. An answer that comes later is not used. */
  abandon: () => void;
}

let pending: readonly PendingRequest[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function change(next: readonly PendingRequest[]): void {
  pending = next;
  for (const listener of listeners) listener();
}

/** Waits for a wallet's answer, or until the reader stops waiting. @throws PlugpactError `wallet.abandoned`. */
export async function waitingFor<T>(wallet: string, request: () => Promise<T>, appLink?: string): Promise<T> {
  lastId += 1;
  const id = lastId;
  const { promise: abandoned, reject } = Promise.withResolvers<never>();
  const abandon = () => reject(accountError('abandoned'));
  change([...pending, { id, wallet, since: Date.now(), appLink, abandon }]);
  try {
    return await Promise.race([request(), abandoned]);
  } finally {
    change(pending.filter((one) => one.id !== id));
  }
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const pendingNow = (): readonly PendingRequest[] => pending;

export const usePendingRequests = (): readonly PendingRequest[] =>
  useSyncExternalStore(subscribe, pendingNow);
