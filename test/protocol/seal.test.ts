import fc from 'fast-check';
import { type Hex, hexToBytes } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { open, seal } from '../../protocol/seal.ts';
import { anyText } from '../support/any-text.ts';
import { RUNS } from './arbitraries.ts';

const key = generatePrivateKey();
const { publicKey } = privateKeyToAccount(key);

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
/** Where key, nonce and tag begin and end: their bytes are changed every day, of the others each so many-th. */
const EDGES = [0, 1, 64, 65, 80, 81, 96, 97];
const STEP = 8;

describe('a sealed text', () => {
  it('is opened by the owner of the key', () => {
    const property = fc.property(anyText(400), (text) => {
      expect(open(key, seal(publicKey, text))).toBe(text);
    });
    fc.assert(property, { ...RUNS, numRuns: DEEP ? 100 : 12 });
  });

  it('looks different each time', () => {
    expect(seal(publicKey, 'start')).not.toBe(seal(publicKey, 'start'));
  });

  it('cannot be opened by any other key', () => {
    expect(() => open(generatePrivateKey(), seal(publicKey, 'start'))).toThrow();
  });

  it('is refused when any byte of it was changed', () => {
    const sealed = seal(publicKey, 'start');
    const { length } = hexToBytes(sealed);
    for (let at = 0; at < length; at += 1) {
      if (!DEEP && at % STEP > 0 && !EDGES.includes(at) && at < length - 1) continue;
      const from = 2 + 2 * at;
      const changed = (Number.parseInt(sealed.slice(from, from + 2), 16) ^ 1).toString(16).padStart(2, '0');
      const tampered = `${sealed.slice(0, from)}${changed}${sealed.slice(from + 2)}` as Hex;
      expect(() => open(key, tampered)).toThrow();
    }
  });

  it('is refused when it is cut off or not a sealed text', () => {
    const sealed = seal(publicKey, 'start');
    for (const bad of [sealed.slice(0, -2) as Hex, sealed.slice(0, 140) as Hex, '0x', '0x00'] as const) {
      expect(() => open(key, bad)).toThrow();
    }
  });
});
