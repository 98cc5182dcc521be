import type { Heartbeat } from '../../protocol/link.ts';
import { type MarketRef, TYPE_HASHES } from '../../protocol/signedTypes.ts';
import { digestsFor, WORD_BYTES } from '../link/digests.ts';
import { fastKeccak256 } from '../link/keccak.ts';

/** The digest of a heartbeat, whose connectors are given as `connectorsText`. */
type HeartbeatDigest = (heartbeat: Omit<Heartbeat, 'connectors'>, connectors: string) => Uint8Array;

/** The EIP-712 digests of heartbeats for one market. */
export function heartbeatDigests(ref: MarketRef): HeartbeatDigest {
  const digestOf = digestsFor(ref);
  const struct = Buffer.alloc(4 * WORD_BYTES);
  struct.write(TYPE_HASHES.Heartbeat.slice(2), 'hex');
  return ({ agentKey, sentAt }, connectors) => {
    struct.write(agentKey.slice(2), WORD_BYTES + 12, 'hex');
    // `unixSec` has at most 40 bits.
    struct.writeUIntBE(sentAt, 3 * WORD_BYTES - 6, 6);
    struct.set(fastKeccak256(connectors), 3 * WORD_BYTES);
    return digestOf(struct);
  };
}
