import { type Address, isAddress } from 'viem';

/** What is said as a code with parameters, as it travels: also what only a newer or an older program knows. */
export interface Coded {
  code: string;
  params: Record<string, string | number | boolean | null>;
}

/** What a parameter of a kind is in TypeScript. */
interface KindTypes {
  /** Unix seconds; shown in the reader's time zone. */
  time: number;
  timeOrNone: number | null;
  /** Decimal text of token units; shown in the market's token. */
  amount: string;
  /** Whole A per phase. */
  currentA: number;
  /** Whole W. */
  powerW: number;
  minutes: number;
  /** Whole Wh. */
  energyWh: number;
  flag: boolean;
  /** A word of a standard or of a vendor, for instance of OCPP's ChargePointErrorCode. */
  word: string;
  /** What a program answered, as it is. */
  quote: string;
  address: Address;
}

/** The kind of a parameter; a list of words allows just these. */
export type ParamKind = keyof KindTypes | readonly string[];
export type ParamKinds = Readonly<Record<string, ParamKind>>;
export type CodeTable = Readonly<Record<string, ParamKinds>>;

type ParamOf<Kind> = Kind extends keyof KindTypes
  ? KindTypes[Kind]
  : Kind extends readonly (infer Word)[]
    ? Word
    : never;

/** The parameters of a code, typed by their kinds. */
export type CodedParams<Kinds> = { -readonly [Name in keyof Kinds]: ParamOf<Kinds[Name]> };

const isWholeUpTo = (max: number, value: unknown): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
const isTime = (value: unknown): boolean => isWholeUpTo(2 ** 40 - 1, value);
const isText = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'string' && value.length >= min && value.length <= max;

/** Plain functions: schemas would bring a library into the first file that the page loads. */
const IS_OF_KIND: Readonly<Record<keyof KindTypes, (value: unknown) => boolean>> = {
  time: isTime,
  timeOrNone: (value) => value === null || isTime(value),
  amount: (value) => typeof value === 'string' && /^\d{1,78}$/.test(value),
  currentA: (value) => isWholeUpTo(Number.MAX_SAFE_INTEGER, value),
  powerW: (value) => isWholeUpTo(Number.MAX_SAFE_INTEGER, value),
  minutes: (value) => isWholeUpTo(Number.MAX_SAFE_INTEGER, value),
  energyWh: (value) => isWholeUpTo(Number.MAX_SAFE_INTEGER, value),
  flag: (value) => typeof value === 'boolean',
  word: (value) => isText(value, 1, 80),
  quote: (value) => isText(value, 0, 200),
  address: (value) => typeof value === 'string' && isAddress(value),
};

const isOfKind = (kind: ParamKind, value: unknown): boolean =>
  typeof kind === 'string' ? IS_OF_KIND[kind](value) : kind.some((word) => word === value);

/** Whether a table has this code with all its parameters; others beside them, of a newer program, do not matter. */
export function isCodedBy(table: CodeTable, { code, params }: Coded): boolean {
  const kinds = Object.hasOwn(table, code) ? table[code] : undefined;
  return kinds !== undefined && Object.entries(kinds).every(([name, kind]) => isOfKind(kind, params[name]));
}
