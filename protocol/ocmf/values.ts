import type { Scalar } from './json.ts';
import { type OcmfRule, refused } from './refusal.ts';

/** Decimals of a register in millionths of a Wh, by its unit. */
const DECIMALS: Readonly<Record<string, number>> = { kWh: 9, Wh: 6 };

const NUMBER = /^(\d{1,15})(?:\.(\d{1,60}))?$/;

/** An exact decimal: no sign, no exponent; spaces may pad a text on the left. Nothing is rounded. */
function decimal({ text, isString }: Scalar, decimals: number, rule: OcmfRule): bigint {
  const [, whole, part = ''] = NUMBER.exec(isString ? text.replace(/^ +/, '') : text) ?? [];
  if (whole === undefined || /[^0]/.test(part.slice(decimals))) throw refused(rule, text);
  return BigInt(whole + part.slice(0, decimals).padEnd(decimals, '0'));
}

/** A register in millionths of a Wh. */
export function register(rv: Scalar | undefined, ru: Scalar | undefined): bigint {
  const decimals = DECIMALS[ru?.text ?? ''];
  if (decimals === undefined) throw refused('RU', ru?.text);
  if (rv === undefined) throw refused('RV');
  return decimal(rv, decimals, 'RV');
}

/** True if there is no loss compensation. */
export const isZero = (cl: Scalar): boolean => decimal(cl, 6, 'CL') === 0n;

/** `T` and a number that rises with each transaction. `F` counts readings outside of transactions. */
export function page(pg: Scalar | undefined): bigint {
  const [, number] = (pg?.isString && /^T(\d{1,14})$/.exec(pg.text)) || [];
  if (number === undefined) throw refused('PG', pg?.text);
  return BigInt(number);
}

/** OBIS `C.D.E*F`; the groups may be divided by points alone. */
const IMPORT = /^0*(?:1|B0|B1)[.*]0*8[.*]0*[1-9e]?(?:[.*]0*([^.*]*))?$/;
const CODE_BYTES_MAX = 31;

/** Whether a register counts, and whether it restarts; see `importRegister` in contracts/ocmf/OcmfValues.sol. */
export function importRegister(ri: Scalar | undefined): { counts: boolean; restarts: boolean } {
  const code = ri !== undefined && ri.text.length <= CODE_BYTES_MAX ? ri.text : '';
  const found = IMPORT.exec(code.split(':').at(-1) ?? '');
  return { counts: found !== null, restarts: found?.[1] === '198' };
}

/** Bytes that neither form names are not read. */
const TIME = /^(\d{4}).(\d\d).(\d\d).(\d\d).(\d\d).(\d\d)(?:.{4})?([+-]\d\d)(\d\d).S$/;

/** Unix seconds if the clock is synchronised (S); undefined if its time binds nothing. */
export function time(tm: Scalar | undefined): number | undefined {
  const text = tm?.text ?? '';
  const [, sync = ''] = /^(?:.{25}|.{29})([SRUI])$/.exec(text) ?? [];
  if (sync === '') throw refused('TM', text);
  if (sync !== 'S') return undefined;
  const timeSec = unixSec(TIME.exec(text));
  if (timeSec === undefined || timeSec < 0) throw refused('TM', text);
  return timeSec;
}

function unixSec(found: RegExpExecArray | null): number | undefined {
  const [
    ,
    year = 0,
    month = 0,
    day = 0,
    hour = 0,
    minute = 0,
    second = 0,
    offsetHours = 0,
    offsetMinutes = 0,
  ] = found?.map(Number) ?? [];
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const local = Date.UTC(year, month - 1, day, hour, minute, second) / 1_000;
  const side = found?.[7]?.startsWith('-') ? -1 : 1;
  return local - offsetHours * 3_600 - side * offsetMinutes * 60;
}
