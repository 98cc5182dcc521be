import { type Hex, hexToBytes, keccak256, toRlp } from 'viem';
import { z } from 'zod';
import { hex32, hexBytes, quantity } from '../lib/schemas.ts';

/** A block's header as JSON-RPC gives it, with all that its hash is made of. */
export const nodeHeader = z
  .looseObject({
    number: quantity,
    hash: hex32,
    parentHash: hex32,
    timestamp: quantity,
    logsBloom: hexBytes,
    transactions: z.array(z.unknown()).default([]),
  })
  .transform(({ number, hash, parentHash, timestamp, logsBloom, transactions, ...rest }) => ({
    number: Number(number),
    hash,
    parentHash,
    timestamp: Number(timestamp),
    logsBloom,
    transactions,
    /** As the node wrote it, for the hash. */
    raw: {
      ...rest,
      ...{ hash, parentHash, logsBloom },
      number: `0x${number.toString(16)}`,
      timestamp: `0x${timestamp.toString(16)}`,
    } as Record<string, unknown>,
  }));

export type NodeHeader = z.infer<typeof nodeHeader>;

/** The fields of every header, in the order of their RLP; `true` for integers. */
const FIELDS: [name: string, isInteger: boolean][] = [
  ['parentHash', false],
  ['sha3Uncles', false],
  ['miner', false],
  ['stateRoot', false],
  ['transactionsRoot', false],
  ['receiptsRoot', false],
  ['logsBloom', false],
  ['difficulty', true],
  ['number', true],
  ['gasLimit', true],
  ['gasUsed', true],
  ['timestamp', true],
  ['extraData', false],
  ['mixHash', false],
  ['nonce', false],
];

/** What later forks added to its end, in this order. */
const LATER_FIELDS: [name: string, isInteger: boolean][] = [
  ['baseFeePerGas', true],
  ['withdrawalsRoot', false],
  ['blobGasUsed', true],
  ['excessBlobGas', true],
  ['parentBeaconBlockRoot', false],
  ['requestsHash', false],
  ['blockAccessListHash', false],
  ['slotNumber', true],
];

/** Recomputes a header's hash; undefined when the node leaves fields out that each header has. */
export function headerHash(answer: unknown): Hex | undefined {
  const fields = answer as Record<string, unknown>;
  const present = [...FIELDS, ...LATER_FIELDS.filter(([name]) => typeof fields[name] === 'string')];
  const values = present.map(([name, isInteger]) => {
    const text = fields[name];
    if (typeof text !== 'string' || !/^0x[0-9a-fA-F]*$/.test(text)) return undefined;
    return isInteger ? integerHex(text) : (text as Hex);
  });
  return values.every((value) => value !== undefined) ? keccak256(toRlp(values as Hex[])) : undefined;
}

function integerHex(text: string): Hex {
  const digits = text.slice(2).replace(/^0+/, '');
  return `0x${digits.length % 2 === 0 ? '' : '0'}${digits}`;
}

const BLOOM_BYTES = 256;
const positions = new Map<Hex, readonly number[]>();

/** The three bits that an address or a topic sets in the bloom of a header. */
function bitsOf(value: Hex): readonly number[] {
  const known = positions.get(value);
  if (known !== undefined) return known;
  const hash = hexToBytes(keccak256(value));
  const bits = [0, 2, 4].map((at) => ((hash[at]! << 8) | hash[at + 1]!) & (BLOOM_BYTES * 8 - 1));
  positions.set(value, bits);
  return bits;
}

/** Whether a bloom may hold a value: never wrong when it says no. Only few values are asked for, again and again. */
export function bloomHolds(bloom: Hex, value: Hex): boolean {
  return bitsOf(value.toLowerCase() as Hex).every((bit) => {
    const byte = BLOOM_BYTES - 1 - (bit >> 3);
    return (Number.parseInt(bloom.slice(2 + 2 * byte, 4 + 2 * byte), 16) & (1 << (bit & 7))) !== 0;
  });
}
