import { PlugpactError } from '../../protocol/errors.ts';

const NUMBER = /^\+?(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Beyond this many digits nothing is left of a Wh in any unit used here: no meter sends longer exponents. */
const MAX_EXPONENT = 30;

/**
 * A decimal text times a power of ten, exactly, rounded down: `floor(text * 10^decimals)`. Never goes through
 * floating point: `0.15002000000000001` kWh are 150 Wh.
 *
 * @throws PlugpactError `meter.notNumber` for anything but digits, a fraction and an exponent; a register of
 * imported energy has no sign.
 */
export function scaleRoundedDown(text: string, decimals: number): bigint {
  const match = NUMBER.exec(text.trim());
  const exponent = Number(match?.[3] ?? 0) + decimals;
  if (match === null || Math.abs(exponent) > MAX_EXPONENT || text.length > 60) {
    throw new PlugpactError({
      code: 'meter.notNumber',
      value: text.slice(0, 60),
      rule: 'A meter value is written in digits, with an optional fraction or exponent.',
      remedy: 'Nothing is billed for it: look at the wallbox that sent it.',
    });
  }
  const [, whole = '0', fraction = ''] = match;
  const shift = exponent - fraction.length;
  const digits = BigInt(whole + fraction);
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}

const SIGNED = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * A decimal text with its point moved to the right by so many digits, written without an exponent: no digit is lost or
 * added but zeros for places. Undefined for anything but a number.
 */
export function shiftedDecimal(text: string, digits: number): string | undefined {
  const match = SIGNED.exec(text.trim());
  const shift = Number(match?.[4] ?? 0) + digits;
  if (match === null || Math.abs(shift) > MAX_EXPONENT || text.length > 60) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  const places = Math.max(0, fraction.length - shift);
  const all = `${whole}${fraction}`.padEnd(whole.length + shift, '0').padStart(places + 1, '0');
  const point = all.length - places;
  const head = all.slice(0, point).replace(/^0+(?=\d)/, '');
  return `${sign === '-' ? '-' : ''}${head}${places === 0 ? '' : `.${all.slice(point)}`}`;
}
