import { Signature, TypedDataEncoder, verifyTypedData } from 'ethers';
import fc from 'fast-check';
import {
  hashStruct,
  hashTypedData,
  isAddressEqual,
  keccak256,
  parseSignature,
  serializeSignature,
  stringToHex,
  toHex,
} from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { fromCompact, signerOf, signMessageOf, toCompact } from '../../protocol/signature.ts';
import {
  marketDomain,
  SIGNED_TYPES,
  type SignedTypeName,
  TYPE_HASHES,
  typedData,
  typeString,
} from '../../protocol/signedTypes.ts';
import { termsHash, toTermsStruct } from '../../protocol/terms.ts';
import { address, bytes, RUNS, terms, uint } from './arbitraries.ts';

const NAMES = Object.keys(SIGNED_TYPES) as SignedTypeName[];
/** Hashing twice and signing take milliseconds per case: fewer cases. */
const DEEP = process.env.PLUGPACT_DEEP !== undefined;
const HASHED = { ...RUNS, numRuns: DEEP ? 500 : 25 };
const SIGNED = { ...RUNS, numRuns: DEEP ? 100 : 4 };
/** Order of secp256k1 (SEC 2, section 2.4.1). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const ref = { chainId: 31_337, market: '0x5fbdb2315678afecb367f032d93f642f64180aa3' } as const;
const account = privateKeyToAccount(generatePrivateKey());

function anyOf(type: string): fc.Arbitrary<unknown> {
  if (type === 'address') return address;
  if (type === 'bool') return fc.boolean();
  if (type === 'bytes32') return bytes(32);
  if (type === 'string') return fc.string();
  return uint(Number(/^uint(\d+)$/.exec(type)?.[1]));
}

const messageOf = (name: SignedTypeName): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(Object.fromEntries(SIGNED_TYPES[name].map((field) => [field.name, anyOf(field.type)])));

const ethersTypes = (name: SignedTypeName) => ({ [name]: SIGNED_TYPES[name].map((field) => ({ ...field })) });

describe.each(NAMES)('%s', (name) => {
  it('has the same type string and digest in viem and ethers', () => {
    expect(TypedDataEncoder.from(ethersTypes(name)).encodeType(name)).toBe(typeString(name));
    expect(TYPE_HASHES[name]).toBe(keccak256(stringToHex(typeString(name))));
    const property = fc.property(messageOf(name), (message) => {
      const digest = hashTypedData(typedData(ref, name, message) as never);
      expect(TypedDataEncoder.hash(marketDomain(ref), ethersTypes(name), message)).toBe(digest);
    });
    fc.assert(property, HASHED);
  });

  it('signed by viem is recovered by ethers and by protocol/, but not for another message', async () => {
    const property = fc.asyncProperty(messageOf(name), messageOf(name), async (message, other) => {
      const signature = await signMessageOf(account, ref, name, message);
      expect(verifyTypedData(marketDomain(ref), ethersTypes(name), message, signature)).toBe(account.address);
      expect(await signerOf(ref, name, message, signature)).toBe(account.address);
      fc.pre(JSON.stringify(other, bigintText) !== JSON.stringify(message, bigintText));
      expect(isAddressEqual(await signerOf(ref, name, other, signature), account.address)).toBe(false);
    });
    await fc.assert(property, SIGNED);
  });
});

const bigintText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

describe('a signature', () => {
  const message = { bookingId: `0x${'11'.repeat(32)}` };

  it('is valid on one chain and one market', async () => {
    const signature = await signMessageOf(account, ref, 'Stop', message);
    for (const other of [
      { ...ref, chainId: 1 },
      { ...ref, market: account.address },
    ]) {
      expect(await signerOf(other, 'Stop', message, signature)).not.toBe(account.address);
    }
  });

  it('converts to the compact form of ERC-2098 and back, as with ethers', async () => {
    for (let n = 0; n < 20; n += 1) {
      const signature = await signMessageOf(account, ref, 'Stop', { bookingId: toHex(n, { size: 32 }) });
      const compact = toCompact(signature);
      expect(fromCompact(compact)).toBe(signature);
      expect(Signature.from(signature)).toMatchObject({ r: compact.r, yParityAndS: compact.vs });
    }
  });

  it('with a high s is refused, though it recovers: the ledger accepts none', async () => {
    const signature = await signMessageOf(account, ref, 'Stop', message);
    const { r, s, yParity } = parseSignature(signature);
    const malleated = serializeSignature({
      r,
      s: toHex(ORDER - BigInt(s), { size: 32 }),
      yParity: 1 - yParity,
    });
    await expect(signerOf(ref, 'Stop', message, malleated)).rejects.toMatchObject({
      code: 'signature.notCanonical',
    });
    expect(() => toCompact(malleated)).toThrow();
  });

  it('of another shape is refused', async () => {
    for (const bad of [
      '0x',
      `0x${'00'.repeat(65)}`,
      `0x${'ff'.repeat(65)}`,
      `0x${'11'.repeat(64)}`,
    ] as const) {
      await expect(signerOf(ref, 'Stop', message, bad)).rejects.toThrow();
    }
  });
});

describe('the terms hash', () => {
  it('is the EIP-712 struct hash of the terms', () => {
    const property = fc.property(terms, (t) => {
      const struct = toTermsStruct(t);
      const data = { ...struct };
      const types = { Terms: SIGNED_TYPES.Terms };
      expect(termsHash(struct)).toBe(hashStruct({ data, primaryType: 'Terms', types } as never));
    });
    fc.assert(property, RUNS);
  });
});
