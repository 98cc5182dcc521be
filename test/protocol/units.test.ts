import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatKwh, formatToken, parseDecimal } from '../../protocol/units.ts';
import { forAll, uint } from './arbitraries.ts';

describe('amounts', () => {
  it('are equal after formatting and parsing', () => {
    const decimals = fc.integer({ min: 2, max: 8 });
    forAll([uint(64), decimals], (units, d) => expect(parseDecimal(formatToken(units, d), d)).toBe(units));
    forAll([uint(48)], (wh) => expect(parseDecimal(formatKwh(wh), 3)).toBe(wh));
  });

  it.each([
    ['0', 6, 0n],
    ['0.25', 6, 250_000n],
    ['1.000001', 6, 1_000_001n],
    [' 12 ', 3, 12_000n],
    ['007', 0, 7n],
    ['18446744073709.551615', 6, 2n ** 64n - 1n],
  ])('%s with %i decimals is %s units', (text, decimals, units) => {
    expect(parseDecimal(text, decimals)).toBe(units);
  });

  it.each(['', '-1', '+1', '1e3', '.5', '5.', '1,5', '0x10', '1.2.3', 'NaN', '１'])(
    'are not written as %j',
    (text) => {
      expect(() => parseDecimal(text, 6)).toThrow(expect.objectContaining({ code: 'units.notDecimal' }));
    },
  );

  it('are never rounded silently', () => {
    const refusal = expect.objectContaining({ code: 'units.tooPrecise' });
    expect(() => parseDecimal('0.0000001', 6)).toThrow(refusal);
    expect(() => parseDecimal('1.0', 0)).toThrow(refusal);
  });

  it.each([
    [2_500_000n, 6, '2.50'],
    [1n, 6, '0.000001'],
    [0n, 6, '0.00'],
    [5n, 0, '5.00'],
  ])('of %s units are shown as %s', (units, decimals, text) => {
    expect(formatToken(units, decimals)).toBe(text);
  });

  it('of energy are shown in kWh', () => {
    expect(formatKwh(1_234)).toBe('1.234');
    expect(formatKwh(1_000n)).toBe('1');
  });
});
