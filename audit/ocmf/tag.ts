import { encodeAbiParameters, type Hex, keccak256 } from 'viem';

/** RFC 4648, section 6. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const CHARACTERS = 20;
const WORDS = [{ type: 'uint256' }, { type: 'address' }, { type: 'bytes32' }, { type: 'bytes32' }] as const;

/**
 * The tag that ties a meter's record to its booking: the first 100 bits of keccak256(chain id ‖ market ‖ booking id ‖ start
 * secret), each as a 32-byte word, in base32.
 */
export function tagOf(chainId: number, market: Hex, bookingId: Hex, startSecret: Hex): string {
  const digest = keccak256(encodeAbiParameters(WORDS, [BigInt(chainId), market, bookingId, startSecret]));
  const bits = BigInt(digest).toString(2).padStart(256, '0');
  return Array.from({ length: CHARACTERS }, (_, index) =>
    BASE32.charAt(Number.parseInt(bits.slice(5 * index, 5 * index + 5), 2)),
  ).join('');
}
