import { formatToken } from '../../protocol/units.ts';
import type { HistoryEntry } from '../status/history.ts';

/** Money as decimal text of the token; in plain units while the token's decimals are not known. */
export const decimalMoney = (units: bigint, token: HistoryEntry['token']): string =>
  token === null ? '' : formatToken(units, token.decimals);

/** A quotient as decimal text, rounded half up: amounts of money and energy never pass through a float. */
export function decimalQuotient(dividend: bigint, divisor: bigint, decimals: number): string {
  const scale = 10n ** BigInt(decimals);
  const scaled = (dividend * scale * 2n + divisor) / (divisor * 2n);
  const fraction = String(scaled % scale)
    .padStart(decimals, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(scaled / scale) : `${scaled / scale}.${fraction}`;
}

export const isoTime = (sec: number): string => `${new Date(sec * 1000).toISOString().slice(0, 19)}Z`;
