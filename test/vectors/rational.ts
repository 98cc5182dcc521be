/** An exact fraction of integers; the denominator is positive. */
export interface Rational {
  num: bigint;
  den: bigint;
}

export const ratio = (num: bigint, den = 1n): Rational => ({ num, den });
export const plus = (a: Rational, b: Rational): Rational =>
  ratio(a.num * b.den + b.num * a.den, a.den * b.den);
export const times = (a: Rational, b: Rational): Rational => ratio(a.num * b.num, a.den * b.den);
export const least = (a: Rational, b: Rational): Rational => (a.num * b.den <= b.num * a.den ? a : b);

/** The greatest integer that is not greater. */
export function floor({ num, den }: Rational): bigint {
  const whole = num / den;
  return num % den !== 0n && num < 0n ? whole - 1n : whole;
}
