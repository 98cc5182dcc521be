import { privateKeyToAccount } from 'viem/accounts';
import type { HandoverResponse } from '../../../protocol/api.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { api } from '../app/api.ts';
import { type KeptBooking, updateBooking } from './storedBookings.ts';

/** Asks for the place, as the booking's session key; keeps it sealed as it came. */
export async function askForPlace({ bookingId, ref, sessionPrivateKey }: KeptBooking): Promise<void> {
  const account = privateKeyToAccount(sessionPrivateKey);
  const signature = await signMessageOf(account, ref, 'HandoverRequest', { bookingId });
  const { sealed } = await api<HandoverResponse>('POST', `/bookings/${bookingId}/handover`, { signature });
  updateBooking(bookingId, { sealedPlace: sealed });
}
