import type { Address } from 'viem';
import type { MarketRef } from '../../../protocol/signedTypes.ts';

/** Keys of vaults that this browser has opened: they can be used here, and not be read out. */
const DATABASE = 'plugpact-vault';
const KEYS = 'keys';

const nameOf = (ref: MarketRef, account: Address): string =>
  `${ref.chainId}:${ref.market}:${account}`.toLowerCase();

/** Undefined where there is none, or where the browser keeps no database in this window. */
export const loadVaultKey = (ref: MarketRef, account: Address): Promise<CryptoKey | undefined> =>
  inKeys<CryptoKey | undefined>('readonly', (keys) => keys.get(nameOf(ref, account))).catch(() => undefined);

/** Where it cannot be kept, the next visit asks for it once more. */
export const keepVaultKey = (ref: MarketRef, account: Address, key: CryptoKey): Promise<void> =>
  inKeys('readwrite', (keys) => keys.put(key, nameOf(ref, account))).then(
    () => undefined,
    () => undefined,
  );

export const forgetVaultKey = (ref: MarketRef, account: Address): Promise<void> =>
  inKeys('readwrite', (keys) => keys.delete(nameOf(ref, account))).then(
    () => undefined,
    () => undefined,
  );

async function inKeys<T>(mode: IDBTransactionMode, use: (keys: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    return await settled(use(database.transaction(KEYS, mode).objectStore(KEYS)));
  } finally {
    database.close();
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(KEYS);
  return settled(request);
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
