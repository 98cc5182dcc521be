import { concatBytes, type Hex, hashDomain, hexToBytes, keccak256, numberToBytes } from 'viem';
import { connectorsHash, type Heartbeat } from '../../protocol/link.ts';
import { type MarketRef, marketDomain, TYPE_HASHES } from '../../protocol/signedTypes.ts';

const EIP712_DOMAIN = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
];

const PREFIX = new Uint8Array([0x19, 0x01]);
const TYPE_HASH = hexToBytes(TYPE_HASHES.Heartbeat);
const ADDRESS_PADDING = new Uint8Array(12);

/**
 * The EIP-712 digests of heartbeats for one market, as viem's `hashTypedData` makes them. That one hashes types and
 * domain again for each message: four times as long.
 */
export function heartbeatDigests(ref: MarketRef): (heartbeat: Heartbeat) => Uint8Array {
  const types = { EIP712Domain: EIP712_DOMAIN };
  const domain = hexToBytes(hashDomain({ domain: marketDomain(ref), types } as never) as Hex);
  return ({ agentKey, sentAt, connectors }) => {
    const struct = concatBytes([
      ...[TYPE_HASH, ADDRESS_PADDING, hexToBytes(agentKey), numberToBytes(sentAt, { size: 32 })],
      hexToBytes(connectorsHash(connectors)),
    ]);
    return keccak256(concatBytes([PREFIX, domain, keccak256(struct, 'bytes')]), 'bytes');
  };
}
