import type { Hex } from 'viem';
import { forget, load, save } from '../app/storage.ts';

const keyOf = (bookingId: Hex): string => `checkedLocation:${bookingId}`;

/** Notes that a location, as it came sealed, was the one that the ledger commits to. What is in it stays sealed. */
export function noteChecked(bookingId: Hex, sealed: Hex): void {
  try {
    save(keyOf(bookingId), sealed);
  } catch {
    // Where there is no room it is checked each time.
  }
}

/** What differs from the ledger now is not shown later for what it was. */
export const forgetChecked = (bookingId: Hex): void => forget(keyOf(bookingId));

/** Whether this device has checked exactly this one. */
export const wasChecked = (bookingId: Hex, sealed: Hex): boolean => load<Hex>(keyOf(bookingId)) === sealed;
