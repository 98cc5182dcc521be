import { type Hex, hexToBytes, keccak256 } from 'viem';

const BLOOM_BYTES = 256;

/** Bits that an address or topic sets in a block's bloom filter (Yellow Paper, section 4.3.1), by the value. */
const bits = new Map<Hex, number[]>();

function bitsOf(value: Hex): number[] {
  const hash = hexToBytes(keccak256(value));
  return [0, 2, 4].map((at) => ((hash[at]! << 8) | hash[at + 1]!) & 2_047);
}

/** The filter that a block with these logs has. Those values that many logs share are kept. */
export function bloomOf(logs: readonly { address: Hex; topics: readonly Hex[] }[]): Hex {
  const bloom = Buffer.alloc(BLOOM_BYTES);
  const set = (bit: number) => {
    bloom[BLOOM_BYTES - 1 - (bit >> 3)]! |= 1 << (bit & 7);
  };
  for (const { address, topics } of logs) {
    const [selector, ...indexed] = topics;
    for (const shared of [address, selector!]) {
      const known = bits.get(shared) ?? bitsOf(shared);
      bits.set(shared, known);
      known.forEach(set);
    }
    for (const topic of indexed) bitsOf(topic).forEach(set);
  }
  return `0x${bloom.toString('hex')}`;
}
