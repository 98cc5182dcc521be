import { secp256k1 } from '@noble/curves/secp256k1.js';
import { recoverAddress as ethersRecover, Signature } from 'ethers';
import fc from 'fast-check';
import { concatHex, type Hex, hexToBigInt, numberToHex, recoverAddress, serializeSignature } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { signerOfBytes, signerOfCompact } from '../../audit/lib/signatures.ts';

const RUNS = process.env.PLUGPACT_DEEP === undefined ? 25 : 2_000;
const ORDER = secp256k1.Point.Fn.ORDER;

const word = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `0x${Buffer.from(bytes).toString('hex')}` as Hex);
const privateKey = fc.bigInt({ min: 1n, max: ORDER - 1n }).map((number) => numberToHex(number, { size: 32 }));

const compactOf = (signature: Hex) => {
  const { r, yParityAndS: vs } = Signature.from(signature);
  return { r: r as Hex, vs: vs as Hex };
};

describe('the signer of a digest', () => {
  it('is the holder of the key, as viem and ethers say too, in both forms', async () => {
    await fc.assert(
      fc.asyncProperty(privateKey, word, async (key, digest) => {
        const account = privateKeyToAccount(key);
        const signature = await account.sign({ hash: digest });
        const signer = account.address.toLowerCase();
        expect((await recoverAddress({ hash: digest, signature })).toLowerCase()).toBe(signer);
        expect(ethersRecover(digest, signature).toLowerCase()).toBe(signer);
        expect(signerOfBytes(digest, signature)).toBe(signer);
        expect(signerOfCompact(digest, compactOf(signature))).toBe(signer);
      }),
      { numRuns: RUNS },
    );
  });

  it('is nobody for the second form of a signature, which the ledger refuses (EIP-2)', async () => {
    await fc.assert(
      fc.asyncProperty(privateKey, word, async (key, digest) => {
        const signature = await privateKeyToAccount(key).sign({ hash: digest });
        const { r, s, yParity } = Signature.from(signature);
        const high = numberToHex(ORDER - hexToBigInt(s as Hex), { size: 32 });
        const mirrored = serializeSignature({ r: r as Hex, s: high, yParity: 1 - yParity });
        // The same point: one who takes any s would find the same key.
        const signer = await recoverAddress({ hash: digest, signature: mirrored });
        expect(signer).toBe(await recoverAddress({ hash: digest, signature }));
        expect(signerOfBytes(digest, mirrored)).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  it('is the same as viem’s for any words, or nobody, and never an error', async () => {
    const s = fc.oneof(word, fc.constantFrom(0n, 1n, ORDER / 2n, ORDER / 2n + 1n, ORDER).map(size32));
    const r = fc.oneof(word, fc.constantFrom(0n, 1n, ORDER - 1n, ORDER).map(size32));
    await fc.assert(
      fc.asyncProperty(word, r, s, fc.constantFrom(0, 1), async (digest, rWord, sWord, yParity) => {
        const signature = concatHex([rWord, sWord, numberToHex(27 + yParity)]);
        const isLow = hexToBigInt(sWord) <= ORDER / 2n;
        const found = await recoverAddress({ hash: digest, signature }).catch(() => undefined);
        const expected = isLow ? found?.toLowerCase() : undefined;
        expect(signerOfBytes(digest, signature)).toBe(expected);
        if (!isLow) return;
        const vs = numberToHex(hexToBigInt(sWord) | (BigInt(yParity) << 255n), { size: 32 });
        expect(signerOfCompact(digest, { r: rWord, vs })).toBe(expected);
      }),
      { numRuns: RUNS },
    );
  });

  it('is nobody where the bytes are no 65, or the last is neither 27 nor 28', async () => {
    const digest = size32(7n);
    const signature = await privateKeyToAccount(size32(5n)).sign({ hash: digest });
    const head = signature.slice(0, 130);
    for (const other of ['0x', `${head}00`, `${head}01`, `${head}1d`, head, `${signature}00`]) {
      expect(signerOfBytes(digest, other as Hex)).toBeUndefined();
    }
  });
});

function size32(value: bigint): Hex {
  return numberToHex(value, { size: 32 });
}
