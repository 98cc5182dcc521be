import { privateKeyToAccount } from 'viem/accounts';
import type { BookingResponse, RelayResponse } from '../../../protocol/api.ts';
import { toBookingStruct } from '../../../protocol/booking.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { marketCall } from '../accounts/send.ts';
import { api, indexed } from '../app/api.ts';
import { confirmed, type Ledger } from '../app/ledgerClient.ts';
import type { StoredBooking } from './storedBookings.ts';

/**
 * Says on the ledger that the driver was there, signed by the booking's session key, so that this device needs no
 * wallet for it.
 */
export async function sayArrived(ledger: Ledger, stored: StoredBooking): Promise<void> {
  const { bookingId, booking, ref } = stored;
  const account = privateKeyToAccount(stored.sessionPrivateKey);
  const signature = await signMessageOf(account, ref, 'Arrived', { bookingId });
  const { state } = await api<BookingResponse>('GET', `/bookings/${bookingId}`);
  const present = { head: BigInt(state.head), claim: BigInt(state.claim) };
  const data = marketCall('arrived', [toBookingStruct(booking), present, signature]);
  const { transactionHash } = await api<RelayResponse>('POST', '/relay', { to: ref.market, data });
  const { blockNumber } = await confirmed(ledger, transactionHash);
  await indexed(blockNumber);
}
