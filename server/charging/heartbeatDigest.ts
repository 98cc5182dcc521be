import { type Hex, hashDomain } from 'viem';
import { connectorsText, type Heartbeat } from '../../protocol/link.ts';
import { type MarketRef, marketDomain, TYPE_HASHES } from '../../protocol/signedTypes.ts';
import { fastKeccak256 } from './keccak.ts';

const EIP712_DOMAIN = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
];

/** Of a signed message: the prefix of EIP-712, the domain, and the hash of what is signed. */
const PREFIX = '1901';
const DIGESTED_BYTES = 66;
const STRUCT_AT = 34;
/** Of what is signed: type, agent key, time, and the hash of the connectors, a word each. */
const WORD_BYTES = 32;

/**
 * The EIP-712 digests of heartbeats for one market, as viem's `hashTypedData` makes them. That one hashes types and
 * domain again for each message, and in JavaScript: twenty times as long.
 */
export function heartbeatDigests(ref: MarketRef): (heartbeat: Heartbeat) => Uint8Array {
  const types = { EIP712Domain: EIP712_DOMAIN };
  const domain = hashDomain({ domain: marketDomain(ref), types } as never) as Hex;
  const digested = Buffer.alloc(DIGESTED_BYTES);
  digested.write(PREFIX + domain.slice(2), 'hex');
  const struct = Buffer.alloc(4 * WORD_BYTES);
  struct.write(TYPE_HASHES.Heartbeat.slice(2), 'hex');
  return ({ agentKey, sentAt, connectors }) => {
    struct.write(agentKey.slice(2), WORD_BYTES + 12, 'hex');
    // `unixSec` has at most 40 bits.
    struct.writeUIntBE(sentAt, 3 * WORD_BYTES - 6, 6);
    struct.set(fastKeccak256(connectorsText(connectors)), 3 * WORD_BYTES);
    digested.set(fastKeccak256(struct), STRUCT_AT);
    return fastKeccak256(digested);
  };
}
