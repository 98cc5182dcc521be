import { z } from 'zod';

/**
 * The types of OCPI 2.2.1 (chapter "Types"), written from the standard's text and from nothing of this project. Objects
 * are strict: the standard lets a platform add members, and this server adds none.
 */

/** CiString: printable ASCII. */
export const ciString = (maxChars: number) =>
  z
    .string()
    .min(1)
    .max(maxChars)
    .regex(/^[\x20-\x7e]*$/);

/** string: printable UTF-8, no line breaks, tabs and the like. */
export const text = (maxChars: number) =>
  z
    .string()
    .max(maxChars)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u);

/** DateTime: string(25), RFC 3339 in UTC, with `Z` or without; fractions of a second may be there. */
export const dateTime = z
  .string()
  .max(25)
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$/)
  .refine((time) => !Number.isNaN(Date.parse(time.endsWith('Z') ? time : `${time}Z`)));

/** number: four decimals. */
export const number = z.number().refine((value) => /^-?\d+(\.\d{1,4})?$/.test(String(value)), '4 decimals');

export const int = z.int();

/** URL: string(255). */
export const url = z.url().max(255);

export const displayText = z.strictObject({ language: z.string().regex(/^[a-z]{2}$/), text: text(512) });

/** An amount of money in this market is never negative, but for a credit record's. */
export const price = z.strictObject({ excl_vat: number, incl_vat: number.optional() });

export const party = {
  /** ISO 3166-1 alpha-2. */
  country_code: ciString(2).regex(/^[A-Z]{2}$/i),
  party_id: ciString(3).regex(/^[A-Z0-9]{3}$/i),
};

/** ISO 4217. */
export const currency = text(3).regex(/^[A-Z]{3}$/);

/** ISO 3166-1 alpha-3. */
export const country = text(3).regex(/^[A-Z]{3}$/);

/** An enumeration: its words with blanks between them. */
export const oneOf = (words: string) => z.enum(words.split(' ') as [string, ...string[]]);

/** Cardinality `*`: any number, or no list at all. */
export const many = <T extends z.ZodType>(one: T) => z.array(one).optional();

/** Cardinality `+`. */
export const some = <T extends z.ZodType>(one: T) => z.array(one).min(1);

export const isUnique = (values: readonly string[]): boolean =>
  new Set(values.map((value) => value.toLowerCase())).size === values.length;
