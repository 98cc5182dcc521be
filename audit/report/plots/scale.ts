/** Steps of an axis that people read easily: 1, 2 or 5 times a power of ten. */
export function ticksUpTo(most: number, count = 4): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const steps = Math.ceil(most / step - 1e-9);
  return Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

const THOUSAND = 1_000;

/** A tick's number, short. */
export const tickText = (value: number): string =>
  value >= 1e6 ? `${value / 1e6} M` : value >= 10 * THOUSAND ? `${value / THOUSAND} k` : String(value);
