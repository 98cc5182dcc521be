import { z } from 'zod';
import { address, unixSec } from './schemas.ts';

/**
 * What a parameter of a coded message may be: its schema on the wire. The renderer shows `time` in the reader's time
 * zone and `amount` in the market's token; the rest goes into the message as it is.
 */
const KINDS = {
  time: unixSec,
  timeOrNone: unixSec.nullable(),
  /** Decimal text of token units. */
  amount: z.string().regex(/^\d{1,78}$/),
  currentA: z.int().min(0),
  minutes: z.int().min(0),
  flag: z.boolean(),
  /** A word of a standard or of a wallbox's vendor, for instance of OCPP's ChargePointErrorCode. */
  word: z.string().min(1).max(80),
  /** What a program said, for the log or its author. */
  quote: z.string().max(200),
  address,
} as const;

/** The kind of a parameter; a list of words allows just these. */
export type ParamKind = keyof typeof KINDS | readonly string[];
export type ParamKinds = Readonly<Record<string, ParamKind>>;
export type CodeTable = Readonly<Record<string, ParamKinds>>;

type ParamOf<Kind> = Kind extends keyof typeof KINDS
  ? z.infer<(typeof KINDS)[Kind]>
  : Kind extends readonly (infer Word)[]
    ? Word
    : never;

/** The parameters of a code, typed by their kinds. */
export type CodedParams<Kinds> = { -readonly [Name in keyof Kinds]: ParamOf<Kinds[Name]> };

/** A code and its parameters as they travel: also those that only a newer or an older program knows. */
export const coded = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z_]{2,39}$/),
  params: z
    .record(
      z.string().regex(/^[a-z]\w{0,39}$/i),
      z.union([z.string().max(300), z.number(), z.boolean(), z.null()]),
    )
    .refine((params) => Object.keys(params).length <= 16, 'must be at most 16 parameters'),
});
export type Coded = z.infer<typeof coded>;

/** The schema of a parameter's kind. */
export const schemaOf = (kind: ParamKind): z.ZodType =>
  typeof kind === 'string' ? KINDS[kind] : z.enum(kind);

/** Reads what travelled by a table of codes: parameters that the table does not name are left out. */
export function codedOf<Known extends Coded>(table: CodeTable): (said: Coded) => Known | undefined {
  const schemas = new Map<string, z.ZodType>();
  for (const [code, kinds] of Object.entries(table)) {
    schemas.set(code, z.object(mapped(kinds, schemaOf)));
  }
  return ({ code, params }) => {
    const known = schemas.get(code)?.safeParse(params);
    return known?.success ? ({ code, params: known.data } as Known) : undefined;
  };
}

const mapped = <Value, Result>(record: Readonly<Record<string, Value>>, of: (value: Value) => Result) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, of(value)]));
