import type { Hex } from 'viem';
import type { AllowanceJson, ConfigResponse } from '../../../protocol/api.ts';
import type { MarketWindows } from '../../../protocol/slots.ts';
import type { Cosigned } from '../booking/storedBookings.ts';
import type { Signing } from './signing.ts';

/** Texts that the worker shows: it has no catalogue. `{energy}` and `{cost}` are put in. */
export interface WorkerTexts {
  locale: string;
  title: string;
  signed: string;
  refused: string;
  ended: string;
  news: string;
  unplug: string;
}

/** Of a booking what the service worker needs, which has no other storage of the page. */
export interface WorkerBooking extends Signing {
  windows: MarketWindows;
  token: ConfigResponse['token'];
  texts: WorkerTexts;
  /** Points of the energy curve that were signed, unix seconds and Wh. */
  curve?: [number, number][];
}

/** What either side of this device signed last. */
export type Signed = Pick<WorkerBooking, 'cosigned' | 'raise' | 'curve'>;

const NAME = 'plugpact-worker';
const STORE = 'bookings';
const VERSION = 1;

const asked = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => void request.result.createObjectStore(STORE, { keyPath: 'bookingId' });
  return asked(request);
}

async function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>): Promise<T> {
  const database = await opened();
  try {
    const transaction = database.transaction(STORE, mode, { durability: 'strict' });
    const isDone = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await work(transaction.objectStore(STORE));
    await isDone;
    return result;
  } finally {
    database.close();
  }
}

const newer = (a: Cosigned | undefined, b: Cosigned | undefined): Cosigned | undefined =>
  a === undefined || (b !== undefined && b.reading.seq > a.reading.seq) ? b : a;

const higher = (a: AllowanceJson | undefined, b: AllowanceJson | undefined): AllowanceJson | undefined =>
  a === undefined || (b !== undefined && BigInt(b.cost) > BigInt(a.cost)) ? b : a;

/** The newest of what was signed on two sides: signatures are never taken back. */
export function newestSigned(a: Signed, b: Signed): Signed {
  const cosigned = newer(a.cosigned, b.cosigned);
  const raise = higher(a.raise, b.raise);
  const curves = [...(a.curve ?? []), ...(b.curve ?? [])].sort(([at], [bt]) => at - bt);
  const curve = curves.filter(([at], i) => at !== curves[i - 1]?.[0]);
  return {
    ...(cosigned === undefined ? {} : { cosigned }),
    ...(raise === undefined ? {} : { raise }),
    ...(curve.length === 0 ? {} : { curve }),
  };
}

export const readWorkerBooking = (bookingId: Hex): Promise<WorkerBooking | undefined> =>
  inStore('readonly', (store) => asked<WorkerBooking | undefined>(store.get(bookingId)));

/** Keeps a booking for the worker. What the worker signed meanwhile stays, and is returned. */
export const keepWorkerBooking = (booking: WorkerBooking): Promise<Signed> =>
  inStore('readwrite', async (store) => {
    const kept = await asked<WorkerBooking | undefined>(store.get(booking.bookingId));
    const signed = newestSigned(booking, kept ?? {});
    await asked(store.put({ ...booking, ...signed }));
    return signed;
  });

/** Keeps what was signed of a booking that the worker has; of one that it has not, nothing. */
export const keepSigned = (bookingId: Hex, signed: Signed): Promise<void> =>
  inStore('readwrite', async (store) => {
    const kept = await asked<WorkerBooking | undefined>(store.get(bookingId));
    if (kept !== undefined) await asked(store.put({ ...kept, ...newestSigned(kept, signed) }));
  });

export const forgetWorkerBooking = (bookingId: Hex): Promise<void> =>
  inStore('readwrite', async (store) => void (await asked(store.delete(bookingId))));

/**
 * Runs what signs alone on this device: page and worker may get two readings of one number, of which only one may be
 * signed. A browser without locks has no worker either.
 */
export async function signingAlone<T>(bookingId: Hex, work: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return work();
  return (await locks.request(`plugpact:sign:${bookingId}`, work)) as T;
}
