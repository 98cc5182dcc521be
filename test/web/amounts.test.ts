import fc from 'fast-check';
import { getAddress, zeroAddress } from 'viem';
import { describe, expect, it } from 'vitest';
import { readAmount, readReceiver, typedAmount } from '../../server/web/accounts/amounts.ts';
import { topUpLink } from '../../server/web/accounts/deposit.ts';
import { RUNS, uint } from '../protocol/arbitraries.ts';

const decimals = fc.integer({ min: 0, max: 8 });

describe('an amount', () => {
  it('of everything is exactly everything, however many digits the token has', () => {
    fc.assert(
      fc.property(uint(64), decimals, (units, digits) => {
        const read = readAmount(typedAmount(units, digits), digits, units);
        expect(read).toEqual(units === 0n ? { problem: 'zero' } : { problem: undefined, units });
      }),
      RUNS,
    );
  });

  it('is read digit by digit, and one unit too much is too much', () => {
    fc.assert(
      fc.property(uint(53), fc.integer({ min: 0, max: 999_999 }), (whole, fraction) => {
        const text = `${whole}.${String(fraction).padStart(6, '0')}`;
        const units = whole * 1_000_000n + BigInt(fraction);
        fc.pre(units > 0n);
        expect(readAmount(text, 6, units)).toEqual({ problem: undefined, units });
        expect(readAmount(text.replace('.', ','), 6, units)).toEqual({ problem: undefined, units });
        expect(readAmount(text, 6, units - 1n)).toEqual({ problem: 'tooMuch' });
      }),
      RUNS,
    );
  });

  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['1.000.000', 'notDecimal'],
    ['1,000.5', 'notDecimal'],
    ['-1', 'notDecimal'],
    ['1e3', 'notDecimal'],
    ['2 DUSD', 'notDecimal'],
    ['0.1234567', 'tooPrecise'],
    ['0', 'zero'],
    ['0.000000', 'zero'],
    ['5.000001', 'tooMuch'],
    ['0.02', 'fee'],
  ])('%j is refused as %s', (text, problem) => {
    expect(readAmount(text, 6, 5_000_000n, 20_000n)).toEqual({ problem });
  });
});

describe('a receiver', () => {
  const [token, market, factory, purse, account] = ['11', '22', '33', '44', '55'].map((byte) =>
    getAddress(`0x${byte.repeat(20)}`),
  ) as [`0x${string}`, `0x${string}`, `0x${string}`, `0x${string}`, `0x${string}`];
  const no = { token, market, deposit: [factory, purse], account };
  const good = '0x5FbDB2315678afecb367f032d93F642f64180aa3';

  it('is any address of somebody, with the right checksum or in one case', () => {
    for (const text of [good, ` ${good} `, good.toLowerCase()])
      expect(readReceiver(text, no)).toEqual({ problem: undefined, to: text.trim() });
    expect(readReceiver(account, { ...no, account: undefined })).toMatchObject({ problem: undefined });
  });

  it.each([
    ['', 'empty'],
    ['vitalik.eth', 'name'],
    ['0x1234', 'notAddress'],
    [`${good}0`, 'notAddress'],
    [good.replace('5Fb', '5fb'), 'checksum'],
    [zeroAddress, 'zero'],
    [token, 'token'],
    [market, 'market'],
    [factory, 'deposit'],
    [purse, 'deposit'],
    [account, 'account'],
  ])('%j is refused as %s', (text, problem) => {
    expect(readReceiver(text, no)).toEqual({ problem });
  });
});

it('a page to top up is linked with the deposit address where it asks for one', () => {
  const address = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
  expect(topUpLink('https://ramp.example/?to={address}&a={address}', address)).toBe(
    `https://ramp.example/?to=${address}&a=${address}`,
  );
  expect(topUpLink('https://ramp.example/', address)).toBe('https://ramp.example/');
});
