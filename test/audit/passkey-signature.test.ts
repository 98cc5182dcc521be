import { readFileSync } from 'node:fs';
import { p256 } from '@noble/curves/nist.js';
import fc from 'fast-check';
import { concatHex, type Hex, hexToBigInt, keccak256, sliceHex, toHex, zeroAddress } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { isSignedByPasskey } from '../../audit/authority/passkey-signature.ts';
import { type PasskeyAssertion, passkeySignatureOf } from '../../protocol/passkey.ts';
import { spkiToMeterKey } from '../../protocol/proof.ts';
import { assertion, publicKeyOf } from '../contracts/signers.ts';

/** A passkey of Chromium's virtual authenticator: test/vectors/fixtures/make-passkey-vector.ts. */
const REAL = JSON.parse(
  readFileSync(new URL('../vectors/passkey.json', import.meta.url), 'utf8'),
) as PasskeyAssertion & { spki: Hex; digest: Hex };

const ORDER = p256.Point.Fn.ORDER;
const secret = p256.utils.randomSecretKey();
const recovery = privateKeyToAccount(keccak256('0x01'));
const digest = keccak256('0x02');
const key = concatHex([publicKeyOf(secret), recovery.address]);

const withS = (signature: Hex, s: bigint): Hex =>
  concatHex([sliceHex(signature, 0, 32), toHex(s, { size: 32 }), sliceHex(signature, 64)]);

describe('a passkey’s signature', () => {
  it('of a browser is good for its digest alone', () => {
    const own = concatHex([spkiToMeterKey(REAL.spki), recovery.address]);
    const signature = passkeySignatureOf(REAL);
    expect(isSignedByPasskey(own, REAL.digest, signature)).toBe(true);
    expect(isSignedByPasskey(own, digest, signature)).toBe(false);
    expect(isSignedByPasskey(key, REAL.digest, signature)).toBe(false);
  });

  it('has an s of either half, and no other', () => {
    const signature = assertion(secret, digest);
    const s = hexToBigInt(sliceHex(signature, 32, 64));
    for (const good of [s, ORDER - s]) {
      expect(isSignedByPasskey(key, digest, withS(signature, good))).toBe(true);
    }
    for (const bad of [0n, s + 1n, ORDER, ORDER + 1n, 2n ** 256n - 1n]) {
      expect(isSignedByPasskey(key, digest, withS(signature, bad))).toBe(false);
    }
  });

  it('needs the flags of a user who is present and verified, and was backed up only where it may be', () => {
    const good = Array.from({ length: 32 }, (_, flags) => flags).filter((flags) =>
      isSignedByPasskey(key, digest, assertion(secret, digest, { flags })),
    );
    expect(good).toEqual([5, 7, 13, 15, 29, 31]);
  });

  it('needs the type of an assertion and the digest as its challenge', () => {
    const challenge = Buffer.from(digest.slice(2), 'hex').toString('base64url');
    for (const data of [
      { type: 'webauthn.create', challenge },
      { type: 'webauthn.get', challenge: `${challenge}A` },
      { type: 'webauthn.get' },
      { challenge },
    ]) {
      const signature = assertion(secret, digest, { clientData: JSON.stringify(data) });
      expect(isSignedByPasskey(key, digest, signature)).toBe(false);
    }
  });

  it('is none once any byte of it differs, and never an error', () => {
    const signature = assertion(secret, digest);
    const bytes = (signature.length - 2) / 2;
    fc.assert(
      fc.property(fc.nat({ max: bytes - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = (Number(sliceHex(signature, at, at + 1)) ^ flip).toString(16).padStart(2, '0');
        const other = `0x${signature.slice(2, 2 + 2 * at)}${changed}${signature.slice(4 + 2 * at)}` as Hex;
        // The padding behind the texts is not read, as the ledger does not read it.
        const isPadding = isSignedByPasskey(key, digest, other);
        expect(isPadding && !PADDING.test(signature.slice(2 + 2 * at))).toBe(false);
      }),
      { numRuns: 100 },
    );
    const PADDED = concatHex([signature, '0x00']);
    for (const cut of ['0x', sliceHex(signature, 0, bytes - 1), PADDED] as const) {
      expect(isSignedByPasskey(key, digest, cut)).toBe(false);
    }
  });

  it('may be the recovery key’s, unless that is zero', async () => {
    const signature = await recovery.sign({ hash: digest });
    expect(isSignedByPasskey(key, digest, signature)).toBe(true);
    expect(isSignedByPasskey(key, keccak256('0x03'), signature)).toBe(false);
    const without = concatHex([publicKeyOf(secret), zeroAddress]);
    expect(isSignedByPasskey(without, digest, assertion(secret, digest))).toBe(false);
  });
});

/** What is left of the encoding where only zeros follow up to the word's end. */
const PADDING = /^(?:00)+/;
