import { useSyncExternalStore } from 'react';
import type { Hex } from 'viem';

/** The current view. It is in the address bar (`#/charger/0x…`), so that back, reload and links work. */
export type Route =
  | { page: 'map' }
  | { page: 'charger'; listingId: Hex }
  | { page: 'bookings' }
  | { page: 'booking'; bookingId: Hex }
  | { page: 'receipt'; bookingId: Hex }
  | { page: 'history' }
  | { page: 'host' }
  | { page: 'accounts' }
  | { page: 'audit' }
  | { page: 'watch' };

const HEX32 = /^0x[0-9a-f]{64}$/;

/** Anything unknown shows the map. */
export function parseRoute(hash: string): Route {
  const [, page = '', id = ''] = hash.split('/');
  if (page === 'charger' && HEX32.test(id)) return { page, listingId: id as Hex };
  if ((page === 'booking' || page === 'receipt') && HEX32.test(id)) return { page, bookingId: id as Hex };
  if (page === 'history' || page === 'watch') return { page };
  if (page === 'bookings' || page === 'host' || page === 'accounts' || page === 'audit') return { page };
  return { page: 'map' };
}

export function hrefOf(route: Route): string {
  if (route.page === 'map') return '#/';
  if (route.page === 'charger') return `#/charger/${route.listingId}`;
  if (route.page === 'booking' || route.page === 'receipt') return `#/${route.page}/${route.bookingId}`;
  return `#/${route.page}`;
}

export function go(route: Route): void {
  window.location.hash = hrefOf(route);
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

export const useRoute = (): Route => parseRoute(useSyncExternalStore(subscribe, () => window.location.hash));
