import { privateKeyToAccount } from 'viem/accounts';
import { toBookingStruct } from '../../../protocol/booking.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { relayed } from '../accounts/relayed.ts';
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
  const { state } = await api('getBooking', { params: { bookingId } });
  const present = { head: BigInt(state.head), claim: BigInt(state.claim) };
  const data = marketCall('arrived', [toBookingStruct(booking), present, signature]);
  const { blockNumber } = await confirmed(ledger, await relayed(ref.market, data));
  await indexed(blockNumber);
}
