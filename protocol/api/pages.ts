import type { Hex } from 'viem';
import { z } from 'zod';

/**
 * Lists in pages. A cursor is the values by which a list is ordered, of the last row that was sent: the next page begins
 * behind them, whatever was added in between. Clients give it back as it is.
 */

const SEPARATOR = '.';

/** One of the values in a cursor: how it looks, and how it is read and written. */
interface Part<T> {
  pattern: string;
  read(text: string): T;
  write(value: T): string;
}

const part = <T>(pattern: string, read: (text: string) => T, write: (value: T) => string): Part<T> => ({
  ...{ pattern, read, write },
});

export const NUMBER = part('\\d{1,13}', Number, String);
export const BASE36 = part(
  '[0-9a-z]{1,10}',
  (text) => Number.parseInt(text, 36),
  (n) => n.toString(36),
);
export const HEX32 = part<Hex>(
  '0x[0-9a-f]{64}',
  (text) => text as Hex,
  (id) => id,
);
export const H3_CELL = part('[0-9a-f]{15}', String, String);

type ValuesOf<Parts extends readonly Part<unknown>[]> = {
  [K in keyof Parts]: Parts[K] extends Part<infer T> ? T : never;
};

/** The cursor of a list that is ordered by these values: as a field of a query, and as text of a row. */
export function cursorOf<const Parts extends readonly Part<unknown>[]>(...parts: Parts) {
  const pattern = new RegExp(`^${parts.map((one) => one.pattern).join(`\\${SEPARATOR}`)}$`);
  return {
    field: z
      .string()
      .regex(pattern, 'must be the cursor of the answer before')
      .transform((text) => {
        const texts = text.split(SEPARATOR);
        return parts.map((one, i) => one.read(texts[i]!)) as ValuesOf<Parts>;
      })
      .describe('Of the answer before.'),
    text: (...values: ValuesOf<Parts>): string => parts.map((one, i) => one.write(values[i])).join(SEPARATOR),
  };
}

/** Of a list that is ordered by a time, or by what grows with it, and by an id among equals. */
export const TIME_AND_ID = cursorOf(NUMBER, HEX32);

/** A whole number from 1 to `most`. */
export const whole = (most: number, unit = '') => {
  const rule = `must be a whole number from 1 to ${most}${unit}`;
  return z
    .string(rule)
    .regex(/^\d{1,13}$/, rule)
    .transform(Number)
    .refine((n) => n >= 1 && n <= most, rule);
};

/** `limit` and `cursor` of a list. */
export const pageQuery = <Values extends readonly unknown[]>(
  { field }: { field: z.ZodType<Values, string> },
  { most, usual = most }: { most: number; usual?: number },
) => ({ limit: whole(most).prefault(String(usual)), cursor: field.optional() });

/** What a page is asked for: at most `limit` rows, those behind the cursor. */
export interface PageQuery<Values extends readonly unknown[]> {
  limit: number;
  cursor?: Values | undefined;
}

/** The page of rows that were read one beyond the limit, and where the next one begins. */
export function pageOf<Row>(
  found: readonly Row[],
  limit: number,
  cursorAt: (row: Row) => string,
): { rows: Row[]; cursor: string | null } {
  const rows = found.slice(0, limit);
  return { rows, cursor: found.length > limit ? cursorAt(rows.at(-1)!) : null };
}

export const nextCursor = z
  .string()
  .max(200)
  .nullable()
  .describe('Give it back for the next page; null at the end.');
