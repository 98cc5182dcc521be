import { concatHex, type Hex, keccak256, toRlp } from 'viem';
import { z } from 'zod';

/** The fields of a transaction as a node gives them, by which its hash can be computed. */
export const rawTransaction = z.looseObject({
  hash: z.string(),
  type: z.string().default('0x0'),
  blockNumber: z.string(),
  blockHash: z.string(),
  transactionIndex: z.string(),
  from: z.string(),
  to: z.string().nullish(),
  input: z.string(),
  value: z.string().default('0x0'),
  nonce: z.string().default('0x0'),
  gas: z.string().default('0x0'),
  gasPrice: z.string().nullish(),
  maxPriorityFeePerGas: z.string().nullish(),
  maxFeePerGas: z.string().nullish(),
  maxFeePerBlobGas: z.string().nullish(),
  chainId: z.string().nullish(),
  accessList: z.array(z.object({ address: z.string(), storageKeys: z.array(z.string()) })).nullish(),
  blobVersionedHashes: z.array(z.string()).nullish(),
  authorizationList: z
    .array(
      z.object({
        chainId: z.string(),
        address: z.string(),
        nonce: z.string(),
        yParity: z.string(),
        r: z.string(),
        s: z.string(),
      }),
    )
    .nullish(),
  v: z.string().nullish(),
  yParity: z.string().nullish(),
  r: z.string().nullish(),
  s: z.string().nullish(),
});

export type RawTransaction = z.infer<typeof rawTransaction>;

/** What a transaction's fields hash to, and what its sender signed. */
export interface SignedHash {
  hash: Hex;
  /** The digest under the sender's signature. */
  digest: Hex;
  /** r, s and the recovery byte. */
  signature: Hex;
}

type Rlp = Hex | readonly Rlp[];

/** An integer as RLP writes it: without leading zeros, nothing for zero. */
function integer(value: string | null | undefined): Hex {
  const digits = (value ?? '0x').slice(2).replace(/^0+/, '');
  return digits === '' ? '0x' : `0x${digits.length % 2 === 0 ? '' : '0'}${digits}`;
}

const bytes = (value: string | null | undefined): Hex => (value ?? '0x') as Hex;

const accessListOf = (tx: RawTransaction): Rlp =>
  (tx.accessList ?? []).map(({ address, storageKeys }) => [bytes(address), storageKeys.map(bytes)]);

const authorizationsOf = (tx: RawTransaction): Rlp =>
  (tx.authorizationList ?? []).map(({ chainId, address, nonce, yParity, r, s }) => [
    integer(chainId),
    bytes(address),
    integer(nonce),
    integer(yParity),
    integer(r),
    integer(s),
  ]);

/** What every kind of transaction says of the call, in this order. */
const callOf = (tx: RawTransaction): Rlp[] => [
  integer(tx.gas),
  bytes(tx.to),
  integer(tx.value),
  bytes(tx.input),
];

const feesOf = (tx: RawTransaction): Rlp[] => [integer(tx.maxPriorityFeePerGas), integer(tx.maxFeePerGas)];

/** The signed fields of an EIP-2718 transaction by its type; others carry no signature that could be checked. */
const TYPED: Record<string, (tx: RawTransaction) => Rlp[]> = {
  '0x1': (tx) => [integer(tx.gasPrice), ...callOf(tx), accessListOf(tx)],
  '0x2': (tx) => [...feesOf(tx), ...callOf(tx), accessListOf(tx)],
  '0x3': (tx) => [
    ...feesOf(tx),
    ...callOf(tx),
    accessListOf(tx),
    integer(tx.maxFeePerBlobGas),
    (tx.blobVersionedHashes ?? []).map(bytes),
  ],
  '0x4': (tx) => [...feesOf(tx), ...callOf(tx), accessListOf(tx), authorizationsOf(tx)],
};

const compact = (tx: RawTransaction, parity: bigint): Hex => {
  const word = (value: string | null | undefined) => bytes(value).slice(2).padStart(64, '0');
  return `0x${word(tx.r)}${word(tx.s)}${parity === 0n ? '1b' : '1c'}`;
};

/**
 * Computes a transaction's hash, which binds its calldata, and the digest that its sender signed.
 *
 * @returns undefined for kinds that no key signed, such as the deposits of a rollup.
 */
export function signedHashOf(tx: RawTransaction): SignedHash | undefined {
  const type = `0x${BigInt(tx.type).toString(16)}`;
  if (type === '0x0') return legacyHashOf(tx);
  const fields = TYPED[type];
  if (fields === undefined) return undefined;
  const list: Rlp[] = [integer(tx.chainId), integer(tx.nonce), ...fields(tx)];
  const parity = BigInt(tx.yParity ?? tx.v ?? '0x0');
  const prefix = `0x0${type.slice(2)}` as Hex;
  const hashed = (items: Rlp[]) => keccak256(concatHex([prefix, toRlp(items as never)]));
  const signed = [...list, integer(`0x${parity.toString(16)}`), integer(tx.r), integer(tx.s)];
  return { hash: hashed(signed), digest: hashed(list), signature: compact(tx, parity) };
}

const FIRST_PROTECTED_V = 35n;

function legacyHashOf(tx: RawTransaction): SignedHash {
  const list: Rlp[] = [integer(tx.nonce), integer(tx.gasPrice), ...callOf(tx)];
  const v = BigInt(tx.v ?? '0x0');
  const isProtected = v >= FIRST_PROTECTED_V;
  const chain = isProtected ? [integer(`0x${((v - FIRST_PROTECTED_V) / 2n).toString(16)}`), '0x', '0x'] : [];
  const parity = isProtected ? (v - FIRST_PROTECTED_V) % 2n : v - 27n;
  const hashed = (items: Rlp[]) => keccak256(toRlp(items as never));
  const signed = [...list, integer(tx.v), integer(tx.r), integer(tx.s)];
  return {
    hash: hashed(signed),
    digest: hashed([...list, ...(chain as Rlp[])]),
    signature: compact(tx, parity),
  };
}
