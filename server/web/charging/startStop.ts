import { type Address, type Hex, isAddressEqual } from 'viem';
import { privateKeyToAccount, publicKeyToAddress } from 'viem/accounts';
import type { ChargerDetail } from '../../../protocol/api.ts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { StartEnvelope } from '../../../protocol/link.ts';
import { seal } from '../../../protocol/seal.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { api } from '../app/api.ts';
import { type KeptBooking, updateBooking } from '../booking/storedBookings.ts';

/**
 * Makes what only the agent can open: the start secret, signed by the session key, sealed to the agent's public key;
 * with a card, the charge begins when that card is shown.
 *
 * @throws PlugpactError `start.wrongAgent` when the API names a key that is not the one of the booked terms.
 */
export async function sealStart(
  kept: KeptBooking,
  agentPublicKey: Hex,
  agentKey: Address,
  rfidUid?: string,
): Promise<Hex> {
  const named = publicKeyToAddress(agentPublicKey);
  if (!isAddressEqual(named, agentKey)) {
    throw new PlugpactError({
      code: 'start.wrongAgent',
      value: named,
      rule: `The start secret is for the agent of your booking alone, ${agentKey}.`,
      remedy: 'Nothing was sent. Do not charge here before the host has cleared this up.',
    });
  }
  const { bookingId, secret } = kept;
  const account = privateKeyToAccount(kept.sessionPrivateKey);
  const signature = await signMessageOf(account, kept.ref, 'Start', { bookingId, secret });
  const card = rfidUid === undefined ? {} : { rfidUid };
  return seal(
    agentPublicKey,
    JSON.stringify({ bookingId, secret, signature, ...card } satisfies StartEnvelope),
  );
}

/** Hands the start secret to the agent. The API carries it and cannot read it. */
export const start = (kept: KeptBooking): Promise<void> => handOverStart(kept);

/** Hands it over ahead of the visit, for a guest's card to begin the charge. Another card replaces the one before. */
export async function handOverCard(kept: KeptBooking, uid: string): Promise<void> {
  await handOverStart(kept, uid);
  updateBooking(kept.bookingId, { card: { uid, handedOverAt: Math.floor(Date.now() / 1_000) } });
}

async function handOverStart(kept: KeptBooking, rfidUid?: string): Promise<void> {
  const detail = await api<ChargerDetail>('GET', `/chargers/${kept.booking.listingId}`);
  if (detail.agentPublicKey === null) {
    throw new PlugpactError({
      code: 'start.agentUnknown',
      rule: 'The charger’s agent has not been online yet, so there is nobody to hand the start to.',
      remedy: 'Wait a moment and try again, or give the host the start code below.',
      retry: 'later',
    });
  }
  const envelope = await sealStart(kept, detail.agentPublicKey, kept.booking.terms.agentKey, rfidUid);
  // Noted before it is sent: energy from before this moment is not co-signed.
  if (kept.startedAt === undefined)
    updateBooking(kept.bookingId, { startedAt: Math.floor(Date.now() / 1_000) });
  await api('POST', `/bookings/${kept.bookingId}/start`, { envelope });
}

/** Asks the agent to stop and to sign the final reading. */
export async function stop(kept: KeptBooking): Promise<void> {
  const account = privateKeyToAccount(kept.sessionPrivateKey);
  const signature = await signMessageOf(account, kept.ref, 'Stop', { bookingId: kept.bookingId });
  await api('POST', `/bookings/${kept.bookingId}/stop`, { signature });
  updateBooking(kept.bookingId, { stopAskedAt: Math.floor(Date.now() / 1_000) });
}
