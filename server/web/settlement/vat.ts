import type { VatJson } from '../../../protocol/api/profiles.ts';
import { LOCALE } from '../app/words.ts';

const WHOLE = 10_000n;

/** The tax in an amount that includes it, token units, rounded to the nearest: with the net it is the amount again. */
export function vatIncluded(gross: bigint, { basisPoints }: Pick<VatJson, 'basisPoints'>): bigint {
  const rate = BigInt(basisPoints);
  const whole = WHOLE + rate;
  return (2n * gross * rate + whole) / (2n * whole);
}

const percent = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 2 });

/** `19 %`, as the reader's language writes it. */
export const vatRate = ({ basisPoints }: Pick<VatJson, 'basisPoints'>): string =>
  percent.format(basisPoints / Number(WHOLE));

/** Hundredths of a percent of what a person wrote, such as `19` or `7,5`; undefined for what is no rate. */
export function basisPointsOf(text: string): number | undefined {
  const match = /^(\d{1,2})(?:[.,](\d{1,2}))?\s*%?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, whole = '0', fraction = ''] = match;
  const points = Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
  return points >= 1 && points <= 5_000 ? points : undefined;
}
