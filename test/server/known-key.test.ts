import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pointFromScalar, sign, verify } from 'tiny-secp256k1';
import { type Address, bytesToHex, hashTypedData, hexToBytes, keccak256, numberToHex } from 'viem';
import { publicKeyToAddress } from 'viem/accounts';
import { expect, onTestFinished, test } from 'vitest';
import { type MarketRef, typedData } from '../../protocol/signedTypes.ts';
import { packageDir } from '../../scripts/lib/paths.ts';
import { loadCompiledCurve } from '../../server/link/compiledCurve.ts';
import { helloDigest, keyAddress } from '../../server/link/digests.ts';
import { fastKeccak256 } from '../../server/link/keccak.ts';
import { isSignedByKey } from '../../server/link/knownKey.ts';

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const scalar = fc
  .bigInt({ min: 1n, max: ORDER - 1n })
  .map((value) => hexToBytes(numberToHex(value, { size: 32 })));

/** What an attacker can do to a signature, its digest or its key. */
type Change =
  | { of: 'nothing' | 'highS' }
  | { of: 'signature' | 'digest' | 'key'; at: number; bit: number }
  | { of: 'r' | 's'; value: bigint };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constant({ of: 'nothing' as const }),
  fc.record({
    of: fc.constantFrom('signature' as const, 'digest' as const, 'key' as const),
    at: fc.nat(),
    bit: fc.nat(7),
  }),
  fc.record({
    of: fc.constantFrom('r' as const, 's' as const),
    value: fc.constantFrom(0n, ORDER, 2n ** 256n - 1n),
  }),
  fc.constant({ of: 'highS' as const }),
);

function changed(signature: Uint8Array, digest: Uint8Array, key: Uint8Array, how: Change) {
  const parts = { signature: signature.slice(), digest: digest.slice(), key: key.slice() };
  const word = (at: number, value: bigint) =>
    parts.signature.set(hexToBytes(numberToHex(value, { size: 32 })), at);
  if ('bit' in how) {
    const part = parts[how.of];
    // Not the first byte: of a key it names the encoding, which the link compares.
    part[1 + (how.at % (part.length - 1))]! ^= 1 << how.bit;
  } else if ('value' in how) word(how.of === 'r' ? 0 : 32, how.value);
  else if (how.of === 'highS') word(32, ORDER - BigInt(bytesToHex(signature.subarray(32))));
  return parts;
}

test('the compiled library and WebAssembly agree on every signature, and only what was signed is accepted', () => {
  const compiled = loadCompiledCurve();
  fc.assert(
    fc.property(scalar, bytes(32), change, (secret, signed, how) => {
      const publicKey = pointFromScalar(secret, false)!;
      const { signature, digest, key } = changed(sign(signed, secret), signed, publicKey, how);
      const byWasm = (() => {
        try {
          return verify(digest, key, signature, true);
        } catch {
          return false;
        }
      })();
      expect(isSignedByKey(key, digest, `${bytesToHex(signature)}1b`)).toBe(byWasm);
      if (compiled !== undefined) expect(compiled.verify(signature, digest, key)).toBe(byWasm);
      if (how.of === 'nothing') expect(byWasm).toBe(true);
      else expect(byWasm).toBe(false);
    }),
    { seed: 20_261_130, numRuns: process.env.PLUGPACT_DEEP === undefined ? 80 : 5_000 },
  );
});

test('too short a signature, digest or key is no signature', () => {
  const secret = new Uint8Array(32).fill(7);
  const digest = new Uint8Array(32).fill(9);
  const key = pointFromScalar(secret, false)!;
  const signature = bytesToHex(sign(digest, secret));
  expect(isSignedByKey(key, digest, `${signature}1b`)).toBe(true);
  expect(isSignedByKey(key, digest, '0x')).toBe(false);
  expect(isSignedByKey(key, digest, `0x${signature.slice(4)}`)).toBe(false);
  expect(isSignedByKey(key, digest.subarray(1), `${signature}1b`)).toBe(false);
  expect(isSignedByKey(key.subarray(1), digest, `${signature}1b`)).toBe(false);
});

test('what is not a library for this platform is left alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-curve-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const prebuilds = join(folder, 'prebuilds', `${process.platform}-${process.arch}`);
  mkdirSync(prebuilds, { recursive: true });
  for (const name of ['secp256k1.node', 'secp256k1.glibc.node', 'secp256k1.musl.node'])
    writeFileSync(join(prebuilds, name), 'not a library');
  expect(loadCompiledCurve([folder])).toBeUndefined();
  expect(loadCompiledCurve([join(folder, 'nowhere')])).toBeUndefined();
});

test('there is a library where the package has one for this platform', () => {
  const folders = readdirSync(join(packageDir('secp256k1'), 'prebuilds'));
  const isCompiled = folders.includes(`${process.platform}-${process.arch}`);
  expect(loadCompiledCurve() !== undefined).toBe(isCompiled);
});

test('the fast keccak256 is viem’s, of bytes and of texts', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 600 }), fc.string({ unit: 'binary', maxLength: 300 })),
      (data) => {
        const asBytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
        expect(bytesToHex(fastKeccak256(data))).toBe(keccak256(asBytes));
      },
    ),
    { seed: 20_261_130, numRuns: process.env.PLUGPACT_DEEP === undefined ? 80 : 5_000 },
  );
});

test('the digest of a hello is that of EIP-712, for whatever market, and the address of its key is the ledger’s', () => {
  const ref: fc.Arbitrary<MarketRef> = fc.record({
    chainId: fc.constantFrom(1, 31_337),
    market: bytes(20).map((market) => bytesToHex(market) as Address),
  });
  fc.assert(
    fc.property(ref, scalar, bytes(32), fc.string({ maxLength: 60 }), (market, secret, nonce, audience) => {
      const key = pointFromScalar(secret, false)!;
      const agentKey = publicKeyToAddress(bytesToHex(key));
      expect(keyAddress(key)).toBe(agentKey.toLowerCase());
      const hello = { agentKey, nonce: bytesToHex(nonce), audience };
      const expected = hashTypedData(typedData(market, 'AgentHello', hello) as never);
      expect(bytesToHex(helloDigest(market, hello))).toBe(expected);
    }),
    { seed: 20_261_130, numRuns: 40 },
  );
});
