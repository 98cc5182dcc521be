import type { Hex } from 'viem';
import { load, save } from '../app/storage.ts';
import type { EndedBooking } from './loadReceipt.ts';

/** Of what is kept; another version is read from the ledger again. */
const VERSION = 1;

const keyOf = (bookingId: Hex): string => `receipt:${bookingId}`;

/** Keeps a receipt for when this device is offline. Where there is no room it is read from the ledger each time. */
export function storeReceipt(ended: EndedBooking): void {
  try {
    save(keyOf(ended.made.bookingId), { version: VERSION, ended });
  } catch {
    // Nothing is lost: the ledger has it.
  }
}

/** The receipt as it was read last; undefined where this device has none. */
export function storedReceipt(bookingId: Hex): EndedBooking | undefined {
  const kept = load<{ version: number; ended: EndedBooking }>(keyOf(bookingId));
  return kept?.version === VERSION ? kept.ended : undefined;
}
