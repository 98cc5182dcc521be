import { RecordRefused, type RecordRule } from './refusal.ts';
import type { Scalar } from './tokens.ts';

/** Registers are counted in millionths of a Wh: so many decimals has a unit. */
const DECIMALS = new Map([
  ['Wh', 6],
  ['kWh', 9],
]);

const WHOLE_DIGITS_MAX = 15;
const DECIMALS_MAX = 60;

/** A decimal without sign or exponent, exact: nothing is rounded. Spaces may pad a text on the left. */
function decimal({ text, isText }: Scalar, decimals: number, rule: RecordRule): bigint {
  const digits = isText ? text.replace(/^ */, '') : text;
  const [whole = '', part, ...more] = digits.split('.');
  const isDecimal =
    /^\d+$/.test(whole) && whole.length <= WHOLE_DIGITS_MAX && (part === undefined || /^\d+$/.test(part));
  const kept = part?.slice(0, decimals) ?? '';
  const cut = part?.slice(decimals) ?? '';
  if (!isDecimal || more.length > 0 || (part?.length ?? 0) > DECIMALS_MAX || !/^0*$/.test(cut))
    throw new RecordRefused(rule, text);
  return BigInt(whole) * 10n ** BigInt(decimals) + BigInt(kept.padEnd(decimals, '0') || '0');
}

/** RV in millionths of a Wh, by its unit RU. */
export function registerOf(rv: Scalar | undefined, ru: Scalar | undefined): bigint {
  const decimals = DECIMALS.get(ru?.text ?? '');
  if (decimals === undefined) throw new RecordRefused('RU', ru?.text);
  if (rv === undefined) throw new RecordRefused('RV');
  return decimal(rv, decimals, 'RV');
}

/** Whether CL says that no loss was compensated. */
export const isNoLoss = (cl: Scalar | undefined): boolean =>
  cl === undefined || decimal(cl, DECIMALS.get('Wh') ?? 0, 'CL') === 0n;

/** The number of PG: `T` and up to 14 digits. `F` pages are readings outside of transactions. */
export function pageOf(pg: Scalar | undefined): bigint {
  if (pg?.isText !== true || !/^T\d{1,14}$/.test(pg.text)) throw new RecordRefused('PG', pg?.text);
  return BigInt(pg.text.slice(1));
}

const OBIS_MAX = 31;
/** C of OBIS A-B:C.D.E*F for imported energy: all of it, or a meter's own and a charge point's register (OCMF 1.4). */
const IMPORTED = new Set(['1', 'B0', 'B1']);
/** E: the total, `e` as OCMF's own text writes it, or a tariff. */
const TOTAL_OR_TARIFF = /^(?:|e|[1-9])$/;

/**
 * Whether RI names a register of imported energy, and whether it begins at zero with each transaction (F is 198). Zeros
 * before a group do not matter, nor does what stands before the colon.
 */
export function importRegisterOf(ri: Scalar | undefined): { isImport: boolean; restarts: boolean } {
  const code = ri?.text ?? '';
  const groups = code
    .slice(code.lastIndexOf(':') + 1)
    .split(/[.*]/)
    .map((group) => group.replace(/^0+/, ''));
  const [medium = '', kind, tariff, storage] = groups;
  const isImport =
    code.length <= OBIS_MAX &&
    (groups.length === 3 || groups.length === 4) &&
    IMPORTED.has(medium) &&
    kind === '8' &&
    TOTAL_OR_TARIFF.test(tariff ?? '?');
  return { isImport, restarts: storage === '198' };
}

const SYNCHRONISED = 'S';
const MILLISECONDS = 4;
const LONG_FORM = 30;
const SHORT_FORM = LONG_FORM - MILLISECONDS;

/**
 * TM in unix seconds where the clock is synchronised; undefined for R, U and I, whose time binds nothing. Form:
 * `YYYY-MM-DDThh:mm:ss,mmm+zzzz S`, with or without the milliseconds.
 */
export function timeOf(tm: Scalar | undefined): number | undefined {
  const text = tm?.text ?? '';
  const state = text.slice(-1);
  if ((text.length !== LONG_FORM && text.length !== SHORT_FORM) || !'SRUI'.includes(state))
    throw new RecordRefused('TM', text);
  if (state !== SYNCHRONISED) return undefined;
  const number = (from: number, digits: number): number => {
    const found = text.slice(from, from + digits);
    if (!/^\d+$/.test(found)) throw new RecordRefused('TM', text);
    return Number(found);
  };
  const zone = text.length - 7;
  const side = { '+': 1, '-': -1 }[text.charAt(zone)];
  const [year, month, day] = [number(0, 4), number(5, 2), number(8, 2)];
  const offsetSec = number(zone + 1, 2) * 3_600 + number(zone + 3, 2) * 60;
  const clockSec = number(11, 2) * 3_600 + number(14, 2) * 60 + number(17, 2);
  const isDate = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
  const timeSec = Date.UTC(year, month - 1, day) / 1_000 + clockSec - (side ?? 0) * offsetSec;
  if (side === undefined || !isDate || timeSec < 0) throw new RecordRefused('TM', text);
  return timeSec;
}
