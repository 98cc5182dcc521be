import { useSyncExternalStore } from 'react';

/** A version of this page that waits until it may take over. */
let waiting: ServiceWorker | undefined;
const watchers = new Set<() => void>();

function setWaiting(worker: ServiceWorker | undefined): void {
  waiting = worker;
  for (const watcher of watchers) watcher();
}

const subscribe = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** True while a newer version of this page is ready; what is open stays as it is until the reader wants it. */
export const useNewVersion = (): boolean => useSyncExternalStore(subscribe, () => waiting !== undefined);

/** Lets the newer version take over, where no other page of the old one is open, and loads this page again. */
export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  waiting?.postMessage('take over');
}

function watch(registration: ServiceWorkerRegistration | undefined): void {
  // A browser that is told to block workers registers none, and says nothing.
  if (registration === undefined) return;
  const look = () => {
    // The first worker of all replaces nothing.
    const isUpdate = navigator.serviceWorker.controller !== null;
    setWaiting(isUpdate ? (registration.waiting ?? undefined) : undefined);
  };
  look();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', look);
  });
}

/**
 * Registers the service worker: shell, receipts and locations work without a network then, and a push can wake it. It
 * waits until the page is shown, since it reads the page's parts through the same narrow line.
 */
export function installWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const register = () => {
    // Private browsing or a page without https has none: the page works without it.
    void navigator.serviceWorker.register('/worker.js').then(watch, () => undefined);
  };
  const whenIdle = () => setTimeout(register, 1_000);
  if (document.readyState === 'complete') whenIdle();
  else window.addEventListener('load', whenIdle, { once: true });
}
