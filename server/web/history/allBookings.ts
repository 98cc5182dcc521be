import type { Address } from 'viem';
import type { BookingResponse } from '../../../protocol/api.ts';
import { api } from '../app/api.ts';

/** All bookings of the signed-in driver, newest first, page after page. */
export async function allBookings(account: Address): Promise<BookingResponse[]> {
  const found: BookingResponse[] = [];
  let cursor: string | undefined;
  do {
    const query = { account, ...(cursor === undefined ? {} : { cursor }) };
    const page = await api('listMyBookings', { query });
    found.push(...page.bookings);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** What bookings come to, token units and Wh. What is still locked is in none of the sums. */
export interface Totals {
  bookings: number;
  charges: number;
  energyWh: bigint;
  paid: bigint;
  relayFees: bigint;
}

export function totalsOf(bookings: readonly BookingResponse[]): Totals {
  const totals: Totals = { bookings: bookings.length, charges: 0, energyWh: 0n, paid: 0n, relayFees: 0n };
  for (const { energyWh, paid, relayFee, reservationStatus } of bookings) {
    if (reservationStatus === 'FULFILLED' && (energyWh ?? 0) > 0) totals.charges += 1;
    totals.energyWh += BigInt(energyWh ?? 0);
    totals.paid += BigInt(paid ?? 0);
    totals.relayFees += BigInt(relayFee);
  }
  return totals;
}
