import { deserialize, serialize } from 'node:v8';
import type { Hex } from 'viem';
import type { Finding } from '../lib/discrepancy.ts';
import type { TermsStruct } from '../rules/listing-terms.ts';
import { type AccountBook, type BookingAccount, emptyAccountBook } from './account-book.ts';
import { type AccountRow, accountIn, accountRow } from './booking-rows.ts';

/**
 * The accounts of a run as bytes, which only the same program on the same Node reads again. Bookings that have ended do
 * not change any more: their lines stay, and those of later ones come behind them.
 */
export interface AccountBytes {
  /** A line of JSON for each booking that ended: its place among all bookings, and its row; and for terms, before them. */
  ended: Iterable<string>;
  /** All other accounts, open bookings too. */
  rest: Buffer;
}

/** What a run that reconciled leaves to the next one. */
export interface KeptAccounts {
  book: AccountBook;
  /** Tokens that somebody sent, and that are credited to nobody. */
  uncredited: readonly Finding[];
  written: WrittenLines;
}

/** What the lines hold already. */
export interface WrittenLines {
  bookings: Set<Hex>;
  /** The numbers of terms, by their text. */
  terms: Map<string, number>;
}

export const nothingWritten = (): WrittenLines => ({ bookings: new Set(), terms: new Map() });

type Rest = Omit<AccountBook, 'causes' | 'discrepancies' | 'consequences' | 'bookings'> &
  Pick<KeptAccounts, 'uncredited'> & { open: [place: number, row: AccountRow][]; openTerms: TermsStruct[] };

type Line = ['terms', TermsRow] | [place: number, row: AccountRow];
type TermsRow = { [Name in keyof TermsStruct]: string };

const termsText = (terms: TermsStruct): string =>
  JSON.stringify(terms, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

const termsIn = (row: TermsRow): TermsStruct =>
  ({
    ...row,
    ...{
      tariff: BigInt(row.tariff),
      bookingTerms: BigInt(row.bookingTerms),
      metering: BigInt(row.metering),
    },
  }) as TermsStruct;

/** Lines that are given at once. */
const LINES_AT_ONCE = 1_000;

/** The lines of bookings that ended and are not written yet, with the terms that they need. */
function* newLines({ bookings }: AccountBook, written: WrittenLines): Generator<string> {
  let lines: string[] = [];
  let place = 0;
  for (const account of bookings.values()) {
    const at = place++;
    if (account.end === undefined || written.bookings.has(account.bookingId)) continue;
    const text = termsText(account.booking.terms);
    const number = written.terms.get(text) ?? written.terms.size;
    if (!written.terms.has(text)) lines.push(`["terms",${text}]\n`);
    written.terms.set(text, number);
    lines.push(`${JSON.stringify([at, accountRow(account, number)])}\n`);
    if (lines.length < LINES_AT_ONCE) continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
}

export function bytesOfAccounts({ book, uncredited, written }: KeptAccounts): AccountBytes {
  const { causes: _, discrepancies: __, consequences: ___, bookings, ...accounts } = book;
  const all = [...bookings.values()].map((account, place) => ({ account, place }));
  const open = all.filter(({ account }) => account.end === undefined);
  const rest: Rest = {
    ...{ ...accounts, uncredited },
    open: open.map(({ account, place }, number) => [place, accountRow(account, number)]),
    openTerms: open.map(({ account }) => account.booking.terms),
  };
  return { ended: newLines(book, written), rest: serialize(rest) };
}

/** Takes the accounts again. */
export function accountsIn(ended: Iterable<string>, bytes: Buffer): KeptAccounts {
  const { uncredited, open, openTerms, ...accounts } = deserialize(bytes) as Rest;
  const terms: TermsStruct[] = [];
  const written = nothingWritten();
  const inOrder: BookingAccount[] = [];
  for (const line of ended) {
    const [first, row] = JSON.parse(line) as Line;
    if (first === 'terms') {
      written.terms.set(JSON.stringify(row), terms.length);
      terms.push(termsIn(row as TermsRow));
    } else {
      const account = accountIn(row as AccountRow, (number) => terms[number]!);
      written.bookings.add(account.bookingId);
      inOrder[first] = account;
    }
  }
  for (const [place, row] of open) inOrder[place] = accountIn(row, (number) => openTerms[number]!);
  const bookings = new Map(inOrder.map((account) => [account.bookingId, account]));
  return { book: { ...emptyAccountBook(accounts.feeTo), ...accounts, bookings }, uncredited, written };
}
