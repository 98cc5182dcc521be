import { readAnswer, writeAnswer } from './answer-values.ts';

/** A list in an answer: the answer's path, the list's field in it, and how many rows it has. */
export interface RowList {
  of: string;
  field: string;
  count: number;
}

const FIELDS = /^(chargers|clusters|features|quotes|data|daily)$/;

/** The lists of an answer that have rows. */
export function rowListsOf(of: string, body: string): RowList[] {
  return Object.entries(readAnswer(of, body) as object).flatMap(([field, rows]) =>
    FIELDS.test(field) && Array.isArray(rows) && rows.length > 0 ? [{ of, field, count: rows.length }] : [],
  );
}

type Named = Record<string, string | Record<string, string> | undefined>;

/** A row like another one, under an id that the ledger does not have. */
function invented(row: Named): unknown {
  const inner = [row, row.charger, row.properties].flatMap((part) =>
    typeof part === 'object' ? [part] : [],
  );
  const id = inner
    .map((part) => part.listingId ?? part.id ?? part.day)
    .find((each) => typeof each === 'string');
  const text = JSON.stringify(row);
  if (id === undefined) return JSON.parse(text);
  return JSON.parse(text.replaceAll(String(id), `${String(id).slice(0, -4)}abcd`));
}

/** Ways in which a list lies: it lacks a row, has one twice, or one of no charger. */
export const LIES = {
  lacks: (rows: unknown[], at: number) => rows.toSpliced(at, 1),
  twice: (rows: unknown[], at: number) => rows.toSpliced(at, 0, rows[at]),
  invents: (rows: unknown[], at: number) => [...rows, invented(rows[at] as Named)],
} as const satisfies Record<string, (rows: unknown[], at: number) => unknown[]>;

/** The answer with another list in it. */
export function withRows(
  { of, field }: RowList,
  body: string,
  change: (rows: unknown[]) => unknown[],
): string {
  const whole = readAnswer(of, body) as Record<string, unknown[]>;
  return writeAnswer(of, { ...whole, [field]: change(whole[field] ?? []) });
}

/** The chargers that an answer quotes. */
export function quotedIn(path: string, body: string): string[] {
  if (!path.startsWith('/quotes')) return [];
  const { quotes } = JSON.parse(body) as { quotes: { charger: { listingId: string } }[] };
  return quotes.map(({ charger }) => charger.listingId);
}
