import { type Address, type Hex, hexToBytes, isAddressEqual, recoverAddress } from 'viem';
import { wordHex } from '../lib/hex.ts';
import { bitsAt } from './bits.ts';
import { digestOf, type FieldValue, type MarketRef, type SignedType } from './signed-types.ts';

/** ERC-2098's form: the lowest bit of `v` is the highest of `vs`. */
export interface CompactSignature {
  r: Hex;
  vs: Hex;
}

/** Half of secp256k1's order: a larger `s` is a second form of a signature, which the ledger refuses (EIP-2). */
const MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Zeros: where a call leaves a signature out. */
export const isAbsent = ({ r, vs }: CompactSignature): boolean => BigInt(r) === 0n && BigInt(vs) === 0n;

/** The key that signed these 32 bytes; undefined where no key did, or `s` is too large for the ledger. */
export function recoverKey(digest: Hex, { r, vs }: CompactSignature): Promise<Address | undefined> {
  const s = bitsAt(BigInt(vs), 0, 255);
  if (s > MAX_S) return Promise.resolve(undefined);
  const signature = { r, s: wordHex(s), yParity: Number(BigInt(vs) >> 255n) };
  return recoverAddress({ hash: digest, signature }).catch(() => undefined);
}

/** The same of the usual 65 bytes, as OpenZeppelin's ECDSA takes them: `v` is 27 or 28. */
export async function recoverKeyOf65(digest: Hex, signature: Hex): Promise<Address | undefined> {
  const bytes = hexToBytes(signature);
  const [v] = bytes.slice(64);
  if (bytes.length !== 65 || (v !== 27 && v !== 28)) return undefined;
  const s = BigInt(`0x${signature.slice(66, 130)}`);
  if (s > MAX_S) return undefined;
  const vs = wordHex(s | (BigInt(v - 27) << 255n));
  return recoverKey(digest, { r: `0x${signature.slice(2, 66)}`, vs });
}

/** Who signed a message of one of the market's types. */
export const signerOf = (
  market: MarketRef,
  type: SignedType,
  message: Readonly<Record<string, FieldValue>>,
  signature: CompactSignature,
): Promise<Address | undefined> => recoverKey(digestOf(market, type, message), signature);

export async function isSignedBy(key: Address, digest: Hex, signature: CompactSignature): Promise<boolean> {
  const signer = await recoverKey(digest, signature);
  return signer !== undefined && isAddressEqual(signer, key);
}
