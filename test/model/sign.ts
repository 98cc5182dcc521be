import { type Address, type Hex, zeroAddress } from 'viem';
import { type CompactSignature, NO_SIGNATURE } from '../../protocol/reading.ts';
import { signMessageOf, toCompact } from '../../protocol/signature.ts';
import type { MarketRef, SignedTypeName } from '../../protocol/signedTypes.ts';
import { addressOf, keyOf } from './actors.ts';

/** Addresses of the market and its token. */
export interface MarketAddresses extends MarketRef {
  token: Address;
}

/** A call of the market before it is encoded. */
export type Encoded = readonly [functionName: string, args: readonly unknown[]];

export const orZero = (name: string | null): Address => (name === null ? zeroAddress : addressOf(name));

/** Signs as `signer`; no signature if it is null. */
export async function sign(
  addresses: MarketAddresses,
  signer: string | null,
  type: SignedTypeName,
  message: object,
): Promise<Hex> {
  return signer === null ? '0x' : signMessageOf(keyOf(signer), addresses, type, message);
}

export async function signCompact(
  addresses: MarketAddresses,
  signer: string | null,
  type: SignedTypeName,
  message: object,
): Promise<CompactSignature> {
  return signer === null ? NO_SIGNATURE : toCompact(await sign(addresses, signer, type, message));
}
