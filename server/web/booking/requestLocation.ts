import { privateKeyToAccount } from 'viem/accounts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { api } from '../app/api.ts';
import { type StoredBooking, updateBooking } from './storedBookings.ts';

/** Requests the exact location, signed by the booking's session key, and stores it sealed. */
export async function requestLocation({ bookingId, ref, sessionPrivateKey }: StoredBooking): Promise<void> {
  const account = privateKeyToAccount(sessionPrivateKey);
  const signature = await signMessageOf(account, ref, 'HandoverRequest', { bookingId });
  const { sealed } = await api('requestHandover', { params: { bookingId }, body: { signature } });
  updateBooking(bookingId, { sealedLocation: sealed });
}
