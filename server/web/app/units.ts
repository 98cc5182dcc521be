import { formatUnits } from 'viem';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { LOCALE } from './words.ts';

export type Token = ConfigResponse['token'];

/** Money for display: at least two digits after the point and at most `digits`, truncated, never rounded up. */
export function money(units: bigint | string, token: Token, digits = 2): string {
  const [whole = '0', fraction = ''] = formatUnits(BigInt(units), token.decimals).split('.');
  const shown = fraction.slice(0, digits).padEnd(Math.min(2, digits), '0');
  return shown === '' ? whole : `${whole}.${shown}`;
}

/** Money with the token's symbol, for instance `2.50 dUSD`. */
export const moneyUnit = (units: bigint | string, token: Token, digits = 2): string =>
  `${money(units, token, digits)}\u00a0${token.symbol}`;

/** Money with all its digits, without trailing zeros after the second digit. */
export const exactMoney = (units: bigint | string, token: Token): string =>
  `${money(units, token, token.decimals).replace(/(\.\d\d\d*?)0+$/, '$1')}\u00a0${token.symbol}`;

export const power = (watts: number): string =>
  watts >= 1_000 ? `${trim(watts / 1_000, 1)}\u00a0kW` : `${watts}\u00a0W`;

/** Energy in kWh. */
export const energy = (energyWh: number, digits = 2): string =>
  `${(energyWh / 1_000).toFixed(digits)}\u00a0kWh`;

const trim = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

/** Seconds as `1 h 05 min`, `12 min`, `40 s`. */
export function duration(sec: number): string {
  const minutes = Math.floor(sec / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0)
    return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.max(0, Math.floor(sec))} s`;
}

/** Seconds as a clock, `1:05:09` or `05:09`. */
export function stopwatch(sec: number): string {
  const parts = [Math.floor(sec / 3_600), Math.floor(sec / 60) % 60, Math.floor(sec) % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((n, i) => (i === 0 ? String(n) : String(n).padStart(2, '0'))).join(':');
}

const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat(LOCALE, { weekday: 'short', day: 'numeric', month: 'short' });

export const timeOf = (unixSec: number): string => clock.format(unixSec * 1_000);
export const dayOf = (unixSec: number): string => day.format(unixSec * 1_000);

/** `Sun, Nov 22, 14:30`, or `today 14:30`. */
export function whenOf(unixSec: number, nowSec = Date.now() / 1_000): string {
  const sameDay = dayOf(unixSec) === dayOf(nowSec);
  return sameDay ? `today ${timeOf(unixSec)}` : `${dayOf(unixSec)}, ${timeOf(unixSec)}`;
}

/** Capitalised, for the beginning of a line: `Today 14:30`. */
export const atBeginning = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** `0x1234…abcd`. */
export const shortHex = (hex: string): string => `${hex.slice(0, 6)}…${hex.slice(-4)}`;
