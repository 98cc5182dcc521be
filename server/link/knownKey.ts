import { verify } from 'tiny-secp256k1';
import { type Hex, hexToBytes } from 'viem';

/** Bytes of `r` and `s`; the byte after them serves recovery, which a known key does not need. */
const RS_BYTES = 64;

/**
 * Whether a key (65 bytes) signed a digest. Costs a tenth of recovering the address, and less than node:crypto, which
 * would hash the digest once more. An `s` in the upper half is refused, as the ledger refuses it (EIP-2).
 */
export function isSignedByKey(publicKey: Uint8Array, digest: Uint8Array, signature: Hex): boolean {
  try {
    return verify(digest, publicKey, hexToBytes(signature).subarray(0, RS_BYTES), true);
  } catch {
    return false;
  }
}
