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

/** A quotient as decimal text, rounded half up: amounts of money and energy never pass through a float. */
export function decimalQuotient(dividend: bigint, divisor: bigint, decimals: number): string {
  const scale = 10n ** BigInt(decimals);
  const scaled = (dividend * scale * 2n + divisor) / (divisor * 2n);
  const fraction = String(scaled % scale)
    .padStart(decimals, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(scaled / scale) : `${scaled / scale}.${fraction}`;
}

/** A number that JSON writes with exactly these digits: it is never converted to a float. */
export const exactNumber = (digits: string): number =>
  (JSON as unknown as { rawJSON: (text: string) => number }).rawJSON(digits);

/** RFC 3339 in UTC, in whole seconds. */
export const isoTime = (sec: number): string => `${new Date(sec * 1_000).toISOString().slice(0, 19)}Z`;

/** The lesser of two amounts; `Math.min` takes no bigint. */
export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** The greater of two amounts. */
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
