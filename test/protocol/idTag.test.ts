import fc from 'fast-check';
import { keccak256 } from 'viem';
import { describe, expect, it } from 'vitest';
import { idTagOf, startHashOf } from '../../protocol/idTag.ts';
import { idTagOracle } from '../vectors/idTagOracle.ts';
import { address, bytes, RUNS, uintNumber } from './arbitraries.ts';

const inputs = fc.record({
  chainId: uintNumber(48),
  market: address,
  bookingId: bytes(32),
  secret: bytes(32),
});

describe('an idTag', () => {
  it('fits OCPP: 20 upper-case base32 characters, the first 100 bits of the hash', () => {
    const property = fc.property(inputs, (i) => {
      const tag = idTagOf(i, i.bookingId, i.secret);
      expect(tag).toMatch(/^[A-Z2-7]{20}$/);
      expect(tag).toBe(idTagOracle(i));
    });
    fc.assert(property, RUNS);
  });

  it('is another one for another chain, market, booking or secret', () => {
    const property = fc.property(inputs, bytes(32), (i, other) => {
      fc.pre(other !== i.secret && other !== i.bookingId);
      const market = `0x${'ee'.repeat(20)}` as const;
      const tags = [
        idTagOf(i, i.bookingId, i.secret),
        idTagOf({ ...i, chainId: i.chainId + 1 }, i.bookingId, i.secret),
        idTagOf({ ...i, market }, i.bookingId, i.secret),
        idTagOf(i, other, i.secret),
        idTagOf(i, i.bookingId, other),
      ];
      expect(new Set(tags).size).toBe(5);
    });
    fc.assert(property, RUNS);
  });
});

describe('a start hash', () => {
  it('is the keccak256 of the secret', () => {
    const secret = `0x${'07'.repeat(32)}` as const;
    expect(startHashOf(secret)).toBe(keccak256(secret));
  });
});
