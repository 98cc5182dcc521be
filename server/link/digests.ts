import { type Hex, hashDomain } from 'viem';
import type { FromAgent } from '../../protocol/link.ts';
import { type MarketRef, marketDomain, TYPE_HASHES } from '../../protocol/signedTypes.ts';
import { fastKeccak256 } from './keccak.ts';

const EIP712_DOMAIN = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
];

/** Of a signed message: two bytes, the domain, and the hash of what is signed. */
const PREFIX = '1901';
const STRUCT_AT = 34;
const DIGESTED_BYTES = 66;
/** What is signed is words of this length. */
export const WORD_BYTES = 32;

/** Two bytes, the domain of the market that was asked about last, and room for the hash of what is signed. */
const digested = Buffer.alloc(DIGESTED_BYTES);
let ofMarket: string | undefined;

/**
 * The EIP-712 digest of a message for a market, as viem's `hashTypedData` makes it, from its words. That one hashes types
 * and domain again for each message, and in JavaScript: twenty times as long.
 */
export function digestOf(ref: MarketRef, struct: Uint8Array): Uint8Array {
  const market = `${ref.chainId} ${ref.market}`;
  if (ofMarket !== market) {
    const types = { EIP712Domain: EIP712_DOMAIN };
    const domain = hashDomain({ domain: marketDomain(ref), types } as never) as Hex;
    digested.write(PREFIX + domain.slice(2), 'hex');
    ofMarket = market;
  }
  digested.set(fastKeccak256(struct), STRUCT_AT);
  return fastKeccak256(digested);
}

type Hello = Pick<Extract<FromAgent, { type: 'hello' }>, 'agentKey'> & { nonce: Hex; audience: string };

/** The digest of an `AgentHello`. */
export function helloDigest(ref: MarketRef, { agentKey, nonce, audience }: Hello): Uint8Array {
  const struct = Buffer.alloc(4 * WORD_BYTES);
  struct.write(TYPE_HASHES.AgentHello.slice(2), 'hex');
  struct.write(agentKey.slice(2), WORD_BYTES + 12, 'hex');
  struct.write(nonce.slice(2), 2 * WORD_BYTES, 'hex');
  struct.set(fastKeccak256(audience), 3 * WORD_BYTES);
  return digestOf(ref, struct);
}

/** The address of a public key (65 bytes, of which the first says only how it is written). */
export const keyAddress = (publicKey: Uint8Array): Hex =>
  `0x${Buffer.from(fastKeccak256(publicKey.subarray(1)).subarray(12)).toString('hex')}`;
