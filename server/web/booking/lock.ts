import { isAddressEqual } from 'viem';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { fromTermsStruct } from '../../../protocol/terms.ts';
import { min } from '../../../protocol/units.ts';
import type { Purse } from '../app/ledgerClient.ts';
import type { StoredBooking } from './storedBookings.ts';
import { timesOf } from './times.ts';

/** What an open booking holds of a purse, and when it began and comes free at the latest. */
export interface BookingLock {
  /** Token units: cap and bond. */
  locked: bigint;
  /** Of the booked time, unix seconds. */
  start: number;
  /** From then on anyone can end it where nobody charged, unix seconds. */
  freeFrom: number;
}

/** The lock of an account's purse; undefined where no booking of this browser is open on it. */
export function lockOf(
  stored: readonly StoredBooking[],
  { index, busy }: Purse,
  account: `0x${string}`,
  { windows, bondMax }: Pick<ConfigResponse, 'windows' | 'bondMax'>,
): BookingLock | undefined {
  const open = stored.find(
    ({ booking, outcome }) =>
      busy && outcome === undefined && booking.purse === index && isAddressEqual(booking.driver, account),
  );
  if (open === undefined) return undefined;
  const { money, terms } = open.booking;
  const bond = min(BigInt(bondMax), fromTermsStruct(terms).metering.unsignedCost);
  const { start, reportBy } = timesOf(open, windows);
  return { locked: money.cap + bond, start, freeFrom: reportBy };
}
