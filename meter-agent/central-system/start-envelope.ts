import { type Hex, keccak256 } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import { type StartEnvelope, startEnvelope } from '../../protocol/link.ts';
import { open } from '../../protocol/seal.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { requireSessionKey } from './session-key.ts';

/**
 * Opens a start envelope and checks that its secret is the one the driver committed to, and that the session key
 * signed it. Returns the secret, and the guest's card if one is named.
 */
export async function openEnvelope(
  ref: MarketRef,
  privateKey: Hex,
  envelope: Hex,
  expected: { bookingId: Hex; startHash: Hex; sessionKey: Hex },
): Promise<Pick<StartEnvelope, 'secret' | 'rfidUid'>> {
  const { bookingId, secret, signature, rfidUid } = parsed(privateKey, envelope);
  if (bookingId !== expected.bookingId || keccak256(secret) !== expected.startHash) {
    throw new PlugpactError({
      code: 'start.secret',
      rule: 'The start secret is not the one that this booking committed to.',
      remedy: 'Start on the device that booked.',
    });
  }
  await requireSessionKey(ref, 'Start', { bookingId, secret }, signature, expected.sessionKey);
  return { secret, rfidUid };
}

function parsed(privateKey: Hex, envelope: Hex): StartEnvelope {
  try {
    return startEnvelope.parse(JSON.parse(open(privateKey, envelope)));
  } catch {
    throw new PlugpactError({
      code: 'start.envelope',
      rule: 'The start envelope is not sealed to this agent key, or holds no start.',
      remedy: 'Seal {bookingId, secret, signature} to the agent key of the booked terms.',
    });
  }
}
