import type { Heartbeat } from '../../protocol/link.ts';
import { type MarketRef, TYPE_HASHES } from '../../protocol/signedTypes.ts';
import { digestOf, WORD_BYTES } from '../link/digests.ts';
import { fastKeccak256 } from '../link/keccak.ts';

const struct = Buffer.alloc(4 * WORD_BYTES);
struct.write(TYPE_HASHES.Heartbeat.slice(2), 'hex');

/** The EIP-712 digest of a heartbeat for a market; its connectors are given as `connectorsText`. */
export function heartbeatDigest(
  ref: MarketRef,
  { agentKey, sentAt }: Omit<Heartbeat, 'connectors'>,
  connectors: string,
): Uint8Array {
  struct.write(agentKey.slice(2), WORD_BYTES + 12, 'hex');
  // `unixSec` has at most 40 bits.
  struct.writeUIntBE(sentAt, 3 * WORD_BYTES - 6, 6);
  struct.set(fastKeccak256(connectors), 3 * WORD_BYTES);
  return digestOf(ref, struct);
}
