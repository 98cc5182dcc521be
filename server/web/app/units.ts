import { formatUnits } from 'viem';
import type { ConfigResponse } from '../../../protocol/api.ts';
import type { WeeklyHours } from '../../../protocol/hours.ts';
import { LOCALE, t } from './words.ts';

export type Token = ConfigResponse['token'];

/** Quantities in the reader's language. A no-break space stands before a unit. */
const SPACE = '\u00a0';

const numberFormats = new Map<string, Intl.NumberFormat>();

/** Kept, since making one takes longer than a hundred uses of it. */
function numberFormat(least: number, most: number): Intl.NumberFormat {
  const key = `${least} ${most}`;
  const known = numberFormats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: least, maximumFractionDigits: most });
  numberFormats.set(key, made);
  return made;
}

/** The reader's number with so many digits after the separator; the text of a decimal is taken exactly. */
const decimal = (text: string | number, leastDigits: number, mostDigits = leastDigits): string =>
  numberFormat(leastDigits, mostDigits).format(text as number);

/** Money for display: at least two digits after the point and at most `digits`, truncated, never rounded up. */
export function money(units: bigint | string, token: Token, digits = 2): string {
  const [whole = '0', fraction = ''] = formatUnits(BigInt(units), token.decimals).split('.');
  const shown = fraction.slice(0, digits);
  return decimal(`${whole}.${shown}0`, Math.min(2, digits), Math.max(2, digits));
}

/** Money with the token's symbol, for instance `2.50 dUSD`. */
export const moneyUnit = (units: bigint | string, token: Token, digits = 2): string =>
  `${money(units, token, digits)}${SPACE}${token.symbol}`;

/** Money with all its digits, without trailing zeros after the second digit. */
export const exactMoney = (units: bigint | string, token: Token): string =>
  moneyUnit(units, token, Math.max(2, token.decimals));

export const power = (watts: number): string =>
  watts >= 1_000 ? `${decimal(watts / 1_000, 0, 1)}${SPACE}kW` : `${watts}${SPACE}W`;

/** Energy in kWh. */
export const energy = (energyWh: number, digits = 2): string =>
  `${decimal(energyWh / 1_000, digits)}${SPACE}kWh`;

/** Metres below a kilometre, to the next fifty: a charger's place is its cell's; else kilometres. */
export function distance(metres: number): string {
  if (metres < 1_000) return `${Math.max(50, Math.round(metres / 50) * 50)}${SPACE}m`;
  return `${decimal(metres / 1_000, 0, metres < 10_000 ? 1 : 0)}${SPACE}km`;
}

/** Stars from hundredths, rounded down to a tenth. */
export const stars = (hundredths: number): string => decimal(Math.floor(hundredths / 10) / 10, 1);

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

/** The offset from UTC of a charger's place, as its weekly hours have it. */
export type Zone = Pick<WeeklyHours, 'utcOffset' | 'offsetChangesAt' | 'utcOffsetAfter'>;

const QUARTER_SEC = 900;

/** Seconds that a zone's clock is ahead of UTC. */
function aheadSec({ utcOffset, offsetChangesAt, utcOffsetAfter }: Zone, unixSec: number): number {
  const hasChanged = offsetChangesAt !== 0 && unixSec >= offsetChangesAt;
  return (hasChanged ? utcOffsetAfter : utcOffset) * QUARTER_SEC;
}

const readerAheadSec = (unixSec: number): number => -new Date(unixSec * 1_000).getTimezoneOffset() * 60;

/** Whether clocks at the charger show another time than the reader's. */
const differs = (zone: Zone | undefined, unixSec: number): zone is Zone =>
  zone !== undefined && aheadSec(zone, unixSec) !== readerAheadSec(unixSec);

const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const DAY = { weekday: 'short', day: 'numeric', month: 'short' } as const;
const formats = {
  clock: { own: new Intl.DateTimeFormat(LOCALE, CLOCK), utc: utcFormat(CLOCK) },
  day: { own: new Intl.DateTimeFormat(LOCALE, DAY), utc: utcFormat(DAY) },
};

function utcFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: 'UTC' });
}

function formatted(kind: keyof typeof formats, unixSec: number, zone?: Zone): string {
  return zone === undefined
    ? formats[kind].own.format(unixSec * 1_000)
    : formats[kind].utc.format((unixSec + aheadSec(zone, unixSec)) * 1_000);
}

/** The reader's clock; with the charger's zone that of the charger, which is said where it differs. */
export function timeOf(unixSec: number, zone?: Zone): string {
  const time = formatted('clock', unixSec, zone);
  return differs(zone, unixSec) ? t('app.time.there', { time }) : time;
}

export const dayOf = (unixSec: number, zone?: Zone): string => formatted('day', unixSec, zone);

/** `Sun, Nov 22, 14:30`, or `today 14:30`; by the charger's clock where its zone is given. */
export function whenOf(unixSec: number, nowSec = Date.now() / 1_000, zone?: Zone): string {
  const time = timeOf(unixSec, zone);
  const sameDay = dayOf(unixSec, zone) === dayOf(nowSec, zone);
  return sameDay ? t('app.time.today', { time }) : t('app.time.on', { day: dayOf(unixSec, zone), time });
}

/** Capitalised, for the beginning of a line: `Today 14:30`. */
export const atBeginning = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** `0x1234…abcd`. */
export const shortHex = (hex: string): string => `${hex.slice(0, 6)}…${hex.slice(-4)}`;
