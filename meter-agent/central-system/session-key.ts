import { type Hex, isAddressEqual } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import { signerOf } from '../../protocol/signature.ts';
import type { MarketRef, SignedTypeName } from '../../protocol/signedTypes.ts';

/** Checks that the booking's session key signed the message; throws `signature.notSessionKey`. */
export async function requireSessionKey(
  ref: MarketRef,
  type: SignedTypeName,
  message: object,
  signature: Hex,
  sessionKey: Hex,
): Promise<void> {
  const signer = await signerOf(ref, type, message, signature).catch(() => undefined);
  if (signer !== undefined && isAddressEqual(signer, sessionKey)) return;
  throw new PlugpactError({
    code: 'signature.notSessionKey',
    rule: `This ${type} is not signed by the session key of the booking.`,
    remedy: 'Sign it on the device that booked.',
  });
}
