import * as secp256k1 from 'tiny-secp256k1';
import {
  type Address,
  type Hex,
  hashTypedData,
  hexToBytes,
  keccak256,
  serializeTransaction,
  type TransactionSerializableLegacy,
  toHex,
  zeroAddress,
} from 'viem';
import { type CompactSignature, NO_SIGNATURE } from '../../protocol/reading.ts';
import { toCompact } from '../../protocol/signature.ts';
import { type MarketRef, type SignedTypeName, typedData } from '../../protocol/signedTypes.ts';
import { addressOf, secretOf } from './actors.ts';

/** Addresses of the market and its token. */
export interface MarketAddresses extends MarketRef {
  token: Address;
}

/** A call of the market before it is encoded. */
export type Encoded = readonly [functionName: string, args: readonly unknown[]];

export const orZero = (name: string | null): Address => (name === null ? zeroAddress : addressOf(name));

/** Signs as `signer`; no signature if it is null. As viem does, in a tenth of its time. */
export async function sign(
  addresses: MarketAddresses,
  signer: string | null,
  type: SignedTypeName,
  message: object,
): Promise<Hex> {
  if (signer === null) return '0x';
  const hash = hexToBytes(hashTypedData(typedData(addresses, type, message as never) as never));
  const { signature, recoveryId } = signHash(signer, hash);
  return `${toHex(signature)}${(27 + recoveryId).toString(16)}`;
}

const signHash = (signer: string, hash: Uint8Array) =>
  secp256k1.signRecoverable(hash, hexToBytes(secretOf(signer)));

/** A transaction as its sender hands it to a node. */
export function signTransaction(sender: string, unsigned: TransactionSerializableLegacy): Hex {
  const hash = hexToBytes(keccak256(serializeTransaction(unsigned)));
  const { signature, recoveryId } = signHash(sender, hash);
  const [r, s] = [toHex(signature.slice(0, 32)), toHex(signature.slice(32))];
  return serializeTransaction(unsigned, { r, s, v: BigInt(27 + recoveryId) });
}

export async function signCompact(
  addresses: MarketAddresses,
  signer: string | null,
  type: SignedTypeName,
  message: object,
): Promise<CompactSignature> {
  return signer === null ? NO_SIGNATURE : toCompact(await sign(addresses, signer, type, message));
}
