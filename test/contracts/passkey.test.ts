import { readFileSync } from 'node:fs';
import { p256 } from '@noble/curves/nist.js';
import {
  type Address,
  concatHex,
  type Hex,
  hexToBigInt,
  keccak256,
  parseSignature,
  serializeCompactSignature,
  signatureToCompactSignature,
  sliceHex,
  stringToHex,
  toHex,
  zeroAddress,
} from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PasskeyAssertion, passkeySignatureOf, passkeySignerOf } from '../../protocol/passkey.ts';
import { spkiToMeterKey } from '../../protocol/proof.ts';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { newKey } from './fixture.ts';
import { deploy, type Mock, readFrom } from './mocks.ts';
import { assertion, publicKeyOf } from './signers.ts';

/** A passkey of Chromium's virtual authenticator: test/vectors/fixtures/make-passkey-vector.ts. */
const REAL = JSON.parse(
  readFileSync(new URL('../vectors/passkey.json', import.meta.url), 'utf8'),
) as PasskeyAssertion & { spki: Hex; digest: Hex };

const ACCEPTED = '0x024ad318';
const REFUSED = '0xffffffff';
const ORDER = p256.Point.Fn.ORDER;

let anvil: Anvil;
let verifier: Mock;
beforeAll(async () => {
  anvil = await startAnvil();
  verifier = await deploy(anvil.url, 'PasskeyVerifier');
});
afterAll(() => anvil.stop());

const secret = p256.utils.randomSecretKey();
const recovery = newKey();
const digest = keccak256(stringToHex('a digest'));

/** The key without the verifier before it. */
const keyOf = (publicKey: Hex, address: Address = recovery.address): Hex =>
  sliceHex(passkeySignerOf(verifier.address, publicKey, address), 20);

const verdict = (key: Hex, hash: Hex, signature: Hex) =>
  readFrom(anvil.url, verifier, 'verify', [key, hash, signature]);

const word = (data: Hex, index: number): Hex => sliceHex(data, 32 * index, 32 * (index + 1));
const withS = (signature: Hex, s: bigint): Hex =>
  concatHex([word(signature, 0), toHex(s, { size: 32 }), sliceHex(signature, 64)]);

describe('a passkey', () => {
  it('of a browser signs', async () => {
    const key = keyOf(spkiToMeterKey(REAL.spki));
    const signature = passkeySignatureOf(REAL);
    expect(await verdict(key, REAL.digest, signature)).toBe(ACCEPTED);
    expect(await verdict(key, digest, signature)).toBe(REFUSED);
    expect(await verdict(keyOf(publicKeyOf(secret)), REAL.digest, signature)).toBe(REFUSED);
  });

  it('signs with an s of either half, and with no other', async () => {
    const key = keyOf(publicKeyOf(secret));
    const signature = assertion(secret, digest);
    const s = hexToBigInt(word(signature, 1));
    for (const good of [s, ORDER - s])
      expect(await verdict(key, digest, withS(signature, good))).toBe(ACCEPTED);
    for (const bad of [0n, s + 1n, ORDER, ORDER + 1n, 2n ** 256n - 1n]) {
      expect(await verdict(key, digest, withS(signature, bad))).toBe(REFUSED);
    }
  });

  it('signs for the page of any origin: the account is not bound to one', async () => {
    const key = keyOf(publicKeyOf(secret));
    const clientData = JSON.stringify({
      type: 'webauthn.get',
      challenge: Buffer.from(digest.slice(2), 'hex').toString('base64url'),
      origin: 'https://another.example',
    });
    expect(await verdict(key, digest, assertion(secret, digest, { clientData }))).toBe(ACCEPTED);
  });

  it('needs the type of an assertion and the digest as its challenge', async () => {
    const key = keyOf(publicKeyOf(secret));
    const challenge = Buffer.from(digest.slice(2), 'hex').toString('base64url');
    const wrong = [
      { type: 'webauthn.create', challenge },
      { type: 'webauthn.get', challenge: `${challenge}A` },
      { type: 'webauthn.get', challenge: challenge.slice(1) },
      { type: 'webauthn.get' },
      { challenge },
      {},
    ];
    for (const data of wrong) {
      const signature = assertion(secret, digest, { clientData: JSON.stringify(data) });
      expect(await verdict(key, digest, signature)).toBe(REFUSED);
    }
  });

  it('needs presence and verification of its user', async () => {
    const key = keyOf(publicKeyOf(secret));
    const accepted: number[] = [];
    for (let flags = 0; flags < 32; flags++) {
      const found = await verdict(key, digest, assertion(secret, digest, { flags }));
      if (found === ACCEPTED) accepted.push(flags);
    }
    // User present 1, verified 4; backed up (16) only if it may be (8); bit 2 is reserved.
    expect(accepted).toEqual([5, 7, 13, 15, 29, 31]);
  });

  it('signs by whole encodings only', async () => {
    const key = keyOf(publicKeyOf(secret));
    const signature = assertion(secret, digest);
    const bytes = (signature.length - 2) / 2;
    const cut = [1, 31, 32, 64, bytes - 65, bytes - 1].map((by) => sliceHex(signature, 0, bytes - by));
    const bloated = ['0x00', `0x${'00'.repeat(32)}`] as const;
    const wrong = ['0x' as const, ...cut, ...bloated.map((more) => concatHex([signature, more]))];
    for (const each of wrong) expect(await verdict(key, digest, each)).toBe(REFUSED);
    const far = concatHex([
      sliceHex(signature, 0, 128),
      toHex(2n ** 255n, { size: 32 }),
      sliceHex(signature, 160),
    ]);
    expect(await verdict(key, digest, far)).toBe(REFUSED);
  });
});

describe('the recovery key', () => {
  it('signs the same digests, by 65 bytes', async () => {
    const key = keyOf(publicKeyOf(secret));
    const signature = await recovery.sign({ hash: digest });
    expect(await verdict(key, digest, signature)).toBe(ACCEPTED);
    expect(await verdict(key, REAL.digest, signature)).toBe(REFUSED);
    expect(await verdict(key, digest, await newKey().sign({ hash: digest }))).toBe(REFUSED);
  });

  it('signs in no other form', async () => {
    const key = keyOf(publicKeyOf(secret));
    const signature = await recovery.sign({ hash: digest });
    const compact = serializeCompactSignature(signatureToCompactSignature(parseSignature(signature)));
    for (const each of [compact, sliceHex(signature, 0, 64), concatHex([signature, '0x00'])] as const) {
      expect(await verdict(key, digest, each)).toBe(REFUSED);
    }
    const rubbish = concatHex([sliceHex(signature, 0, 64), '0x1d']);
    expect(await verdict(key, digest, rubbish)).toBe(REFUSED);
  });
});

describe('a key', () => {
  it('has 84 bytes', async () => {
    const key = keyOf(publicKeyOf(secret));
    const signatures = [assertion(secret, digest), await recovery.sign({ hash: digest })];
    for (const wrong of [
      '0x',
      sliceHex(key, 0, 64),
      sliceHex(key, 0, 83),
      concatHex([key, '0x00']),
    ] as const) {
      for (const signature of signatures) expect(await verdict(wrong, digest, signature)).toBe(REFUSED);
    }
  });

  it('names a recovery key that is not zero', async () => {
    const key = concatHex([publicKeyOf(secret), zeroAddress]);
    expect(await verdict(key, digest, assertion(secret, digest))).toBe(REFUSED);
    // For this signature ecrecover answers with zero.
    expect(await verdict(key, digest, `0x${'00'.repeat(64)}1b`)).toBe(REFUSED);
    expect(() => keyOf(publicKeyOf(secret), zeroAddress)).toThrow('recovery key');
  });
});
