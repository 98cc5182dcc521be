import { type Hex, keccak256 } from 'viem';

/** A bloom filter (2,048 bits) with more bits set than this says of almost anything that it may be there. */
const SATURATED_BITS = 1_400;

/** The three bits that a value sets in a header's bloom filter (Yellow Paper, 4.3.1). */
function bitsOf(value: Hex): number[] {
  const hash = keccak256(value).slice(2);
  return [0, 4, 8].map((at) => Number.parseInt(hash.slice(at, at + 4), 16) & 0x7ff);
}

const isSet = (bloom: string, bit: number): boolean => {
  const digit = Number.parseInt(bloom[bloom.length - 1 - (bit >> 2)]!, 16);
  return (digit & (1 << (bit & 3))) !== 0;
};

/** What a header's bloom filter says of the market's logs in its block. */
export interface BloomFilter {
  /** False: the block certainly has no log of the market. */
  mayHaveLogs(bloom: string): boolean;
}

/** A filter for logs of this address with one of these first topics. */
export function bloomFilter(address: Hex, topics: readonly Hex[]): BloomFilter {
  const ofAddress = bitsOf(address);
  const ofTopics = topics.map(bitsOf);
  return {
    mayHaveLogs(bloom) {
      const hasAll = (bits: readonly number[]) => bits.every((bit) => isSet(bloom, bit));
      return hasAll(ofAddress) && ofTopics.some(hasAll);
    },
  };
}

/** Some chains leave the filter empty in every header. */
export const isEmptyBloom = (bloom: string): boolean => /^0x0*$/.test(bloom);

/** Whether so many bits are set that "may have" says nothing. */
export function isSaturatedBloom(bloom: string): boolean {
  let bits = 0;
  for (let i = 2; i < bloom.length; i++) {
    const digit = Number.parseInt(bloom[i]!, 16);
    bits += (digit & 1) + ((digit >> 1) & 1) + ((digit >> 2) & 1) + (digit >> 3);
  }
  return bits > SATURATED_BITS;
}
