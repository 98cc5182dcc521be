import { verify } from 'tiny-secp256k1';
import type { Hex } from 'viem';
import { loadCompiledCurve } from './compiledCurve.ts';

/** Bytes of `r` and `s`; the byte after them serves recovery, which a known key does not need. */
const RS_BYTES = 64;

/** A quarter of WebAssembly's time, where there is one for this platform. */
const compiled = loadCompiledCurve();

/**
 * Whether a key (65 bytes) signed a digest. Costs a small part of recovering the address, and less than node:crypto, which
 * would hash the digest once more. An `s` in the upper half is refused, as the ledger refuses it (EIP-2).
 */
export function isSignedByKey(publicKey: Uint8Array, digest: Uint8Array, signature: Hex): boolean {
  const rs = Buffer.from(signature.slice(2, 2 + 2 * RS_BYTES), 'hex');
  if (compiled !== undefined) return compiled.verify(rs, digest, publicKey);
  try {
    return verify(digest, publicKey, rs, true);
  } catch {
    return false;
  }
}
