import type { Discrepancy, Subject } from '../lib/discrepancy.ts';
import type { AnyObject } from './source.ts';

/** What an answer should hold: a value, or what it must be one of, by the path of its field. */
export type Expected = Readonly<Record<string, unknown>>;

const at = (found: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as AnyObject | null | undefined)?.[name], found);

/** What differs between an answer and the ledger. */
export interface Difference extends Discrepancy {
  /** Of what it is a sum, where no single booking or charger explains it. */
  sumOf?: 'chargers' | 'sessions';
}

/** Every value of an object by its path, with the length of each list. */
export function byPath(value: unknown, path: string): Expected {
  if (typeof value !== 'object' || value === null) return { [path]: value };
  const parts = Object.entries(value).map(([name, part]) => byPath(part, `${path}.${name}`));
  const length = Array.isArray(value) ? { [`${path}.length`]: value.length } : {};
  return Object.assign(length, ...parts);
}

/** Text of a value as JSON has it; hex and addresses in one spelling. */
const textOf = (value: unknown): string =>
  (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? null)).toLowerCase();

/** Each field whose value differs. Fields that the audit does not know are none of its business. */
export const differences = (subject: Subject, expected: Expected, found: unknown): Discrepancy[] =>
  Object.entries(expected).flatMap(([path, value]) => {
    const got = at(found, path);
    if (textOf(value) === textOf(got)) return [];
    const name = path.replace(/^(state|terms)\./, '');
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
    return [mismatch(subject, `${name} ${text}`, shown(got))];
  });

const shown = (got: unknown): string =>
  typeof got === 'object' && got !== null ? JSON.stringify(got) : String(got ?? null);

export const mismatch = (subject: Subject, expected: string, found: string): Discrepancy => ({
  code: 'api.mismatch',
  rule: 'A public answer of the server says what the ledger says.',
  ...subject,
  expected,
  found,
});

/** A row that a list, a search, a tile or an address lacks. */
export const missing = (subject: Subject, expected: string, found: string): Discrepancy => ({
  code: 'api.missing',
  rule: 'The server shows every booking and every charger of the ledger.',
  ...subject,
  expected,
  found,
});

/** A row that nothing on the ledger stands behind. */
export const extra = (subject: Subject, expected: string, found: string): Discrepancy => ({
  code: 'api.extra',
  rule: 'The server shows no booking and no charger but those of the ledger.',
  ...subject,
  expected,
  found,
});
