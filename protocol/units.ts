import { formatUnits } from 'viem';
import { PlugpactError } from './errors.ts';

const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/**
 * Parses a decimal text into an integer of its smallest unit, exactly.
 *
 * @param text Digits with an optional fraction, for instance `0.25`.
 * @param decimals Digits of the unit: 6 for a USDC-like token, 3 for kWh to Wh.
 * @throws PlugpactError `units.notDecimal` or `units.tooPrecise`.
 */
export function parseDecimal(text: string, decimals: number): bigint {
  const match = DECIMAL.exec(text.trim());
  if (!match) {
    throw new PlugpactError({
      code: 'units.notDecimal',
      value: text,
      rule: 'An amount is written as digits with an optional fraction.',
      remedy: 'Write it like 0.25, without sign, unit or exponent.',
    });
  }
  const [, whole = '0', fraction = ''] = match;
  if (fraction.length > decimals) {
    throw new PlugpactError({
      code: 'units.tooPrecise',
      value: text,
      rule: `This amount has at most ${decimals} digits after the point.`,
      remedy: 'Leave out the digits beyond: nothing is rounded silently.',
    });
  }
  return BigInt(whole + fraction.padEnd(decimals, '0'));
}

/** Wh as kWh text, for instance `1234` → `1.234`. */
export const formatKwh = (energyWh: number | bigint): string => formatUnits(BigInt(energyWh), 3);

/** Token units as decimal text with at least two digits after the point, for instance `2500000` → `2.50`. */
export function formatToken(units: bigint, decimals: number): string {
  const [whole = '0', fraction = ''] = formatUnits(units, decimals).split('.');
  return `${whole}.${fraction.padEnd(2, '0')}`;
}

/** The lesser of two amounts; `Math.min` takes no bigint. */
export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** The greater of two amounts. */
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
