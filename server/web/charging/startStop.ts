import { type Address, type Hex, isAddressEqual } from 'viem';
import { privateKeyToAccount, publicKeyToAddress } from 'viem/accounts';
import { PlugpactError } from '../../../protocol/errors.ts';
import type { StartEnvelope } from '../../../protocol/link.ts';
import { seal } from '../../../protocol/seal.ts';
import { signMessageOf } from '../../../protocol/signature.ts';
import { api } from '../app/api.ts';
import { type StoredBooking, updateBooking } from '../booking/storedBookings.ts';

/**
 * Seals the start secret, signed by the session key, to the agent's public key, so that only the agent can open it. With
 * a card, the charge starts when that card is held to the wallbox.
 *
 * @throws PlugpactError `start.wrongAgent` when the API names a key that is not the one of the booked terms.
 */
export async function sealStart(
  stored: StoredBooking,
  agentPublicKey: Hex,
  agentKey: Address,
  rfidUid?: string,
): Promise<Hex> {
  const named = publicKeyToAddress(agentPublicKey);
  if (!isAddressEqual(named, agentKey)) {
    throw new PlugpactError({
      code: 'start.wrongAgent',
      value: named,
      rule: `The start secret may only be sent to the agent of your booking, ${agentKey}.`,
      remedy: 'Nothing was sent. Contact the host before you charge here.',
    });
  }
  const { bookingId, secret } = stored;
  const account = privateKeyToAccount(stored.sessionPrivateKey);
  const signature = await signMessageOf(account, stored.ref, 'Start', { bookingId, secret });
  const card = rfidUid === undefined ? {} : { rfidUid };
  return seal(
    agentPublicKey,
    JSON.stringify({ bookingId, secret, signature, ...card } satisfies StartEnvelope),
  );
}

/** Sends the start secret to the agent. The API forwards it and cannot read it. */
export const start = (stored: StoredBooking): Promise<void> => sendStart(stored);

/** Sends the start secret with a guest's card, which may then start the charge. It replaces an earlier card. */
export async function sendCard(stored: StoredBooking, uid: string): Promise<void> {
  await sendStart(stored, uid);
  updateBooking(stored.bookingId, { card: { uid, handedOverAt: Math.floor(Date.now() / 1_000) } });
}

async function sendStart(stored: StoredBooking, rfidUid?: string): Promise<void> {
  const detail = await api('getCharger', { params: { listingId: stored.booking.listingId } });
  if (detail.agentPublicKey === null) {
    throw new PlugpactError({
      code: 'start.agentUnknown',
      rule: 'The charger’s agent must have been online once to receive the start secret.',
      remedy: 'Wait a moment and try again, or give the host the start code below.',
      retry: 'later',
    });
  }
  const envelope = await sealStart(stored, detail.agentPublicKey, stored.booking.terms.agentKey, rfidUid);
  // Stored before it is sent: energy from before this moment is not co-signed.
  if (stored.startedAt === undefined)
    updateBooking(stored.bookingId, { startedAt: Math.floor(Date.now() / 1_000) });
  await api('startCharging', { params: { bookingId: stored.bookingId }, body: { envelope } });
}

/** Asks the agent to stop and to sign the final reading. */
export async function stop(stored: StoredBooking): Promise<void> {
  const account = privateKeyToAccount(stored.sessionPrivateKey);
  const signature = await signMessageOf(account, stored.ref, 'Stop', { bookingId: stored.bookingId });
  await api('stopCharging', { params: { bookingId: stored.bookingId }, body: { signature } });
  updateBooking(stored.bookingId, { stopAskedAt: Math.floor(Date.now() / 1_000) });
}
