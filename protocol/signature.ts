import type { Address, LocalAccount } from 'viem';
import {
  type Hex,
  parseSignature,
  recoverTypedDataAddress,
  serializeSignature,
  signatureToCompactSignature,
  toHex,
} from 'viem';
import type { CompactSignature } from './reading.ts';
import { type MarketRef, type SignedTypeName, typedData } from './signedTypes.ts';

/** Signs one of our EIP-712 types with a local key. Returns the usual 65 bytes. */
export function signMessageOf(
  account: LocalAccount,
  ref: MarketRef,
  type: SignedTypeName,
  message: object,
): Promise<Hex> {
  return account.signTypedData(typedData(ref, type, message as Record<string, unknown>) as never);
}

/** The address that signed; a malformed signature throws. Compare with `isAddressEqual`. */
export function signerOf(
  ref: MarketRef,
  type: SignedTypeName,
  message: object,
  signature: Hex,
): Promise<Address> {
  const data = typedData(ref, type, message as Record<string, unknown>);
  return recoverTypedDataAddress({ ...data, signature } as never);
}

/** 65 bytes to ERC-2098's 64. */
export function toCompact(signature: Hex): CompactSignature {
  const { r, yParityAndS } = signatureToCompactSignature(parseSignature(signature));
  return { r, vs: yParityAndS };
}

/** ERC-2098's 64 bytes to the usual 65. */
export function fromCompact({ r, vs }: CompactSignature): Hex {
  const top = BigInt(vs) >> 255n;
  const s = toHex(BigInt(vs) & ((1n << 255n) - 1n), { size: 32 });
  return serializeSignature({ r, s, yParity: Number(top) });
}
