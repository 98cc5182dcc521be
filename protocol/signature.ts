import type { Address, LocalAccount } from 'viem';
import {
  type Hex,
  hashTypedData,
  parseSignature,
  recoverPublicKey,
  recoverTypedDataAddress,
  serializeSignature,
  signatureToCompactSignature,
  toHex,
} from 'viem';
import { PlugpactError } from './errors.ts';
import type { CompactSignature } from './reading.ts';
import { type MarketRef, type SignedTypeName, typedData } from './signedTypes.ts';

/** Signs one of the EIP-712 types with a local key. Returns the usual 65 bytes. */
export function signMessageOf(
  account: LocalAccount,
  ref: MarketRef,
  type: SignedTypeName,
  message: object,
): Promise<Hex> {
  return account.signTypedData(typedData(ref, type, message as Record<string, unknown>) as never);
}

/** Half of secp256k1's order (SEC 2, section 2.4.1): the ledger refuses an `s` above it (EIP-2). */
const MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Whether the ledger takes a signature with this `s`. */
export const isCanonical = ({ s }: { s: Hex }): boolean => BigInt(s) <= MAX_S;

/**
 * The address that signed; a malformed signature throws. Compare with `isAddressEqual`.
 *
 * @throws PlugpactError `signature.notCanonical`: a co-signature that recovers here but not on the ledger would
 * be worthless, and the energy given for it lost.
 */
export async function signerOf(
  ref: MarketRef,
  type: SignedTypeName,
  message: object,
  signature: Hex,
): Promise<Address> {
  if (!isCanonical(parseSignature(signature))) {
    throw new PlugpactError({
      code: 'signature.notCanonical',
      value: signature,
      rule: "The s of a signature must be in the lower half of the curve's order.",
      remedy: 'Sign with a wallet or library that follows EIP-2.',
    });
  }
  const data = typedData(ref, type, message as Record<string, unknown>);
  return recoverTypedDataAddress({ ...data, signature } as never);
}

/** The public key (65 bytes) that signed: only the signer can open what is sealed to it. Throws as `signerOf` does. */
export async function publicKeyOf(
  ref: MarketRef,
  type: SignedTypeName,
  message: object,
  signature: Hex,
): Promise<Hex> {
  const hash = hashTypedData(typedData(ref, type, message as Record<string, unknown>) as never);
  return recoverPublicKey({ hash, signature });
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
