import type { Selectable } from 'kysely';
import type { Tables } from '../db.ts';

export type ListingRow = Selectable<Tables['listings']>;
export type BookingRow = Selectable<Tables['bookings']>;
export type TermsRow = Selectable<Tables['terms']>;
export type AccountMoveRow = Selectable<Tables['accountMoves']>;

/** The columns of a reported reading; null where none was reported. */
export type ReadingColumns = Pick<
  BookingRow,
  'readingMeasure' | 'readingEvidenceHash' | 'readingRegistersCommitment'
>;

/** A version in the database that a newer one replaces. */
export interface EndedVersion {
  id: string;
  fromBlock: number;
  untilBlock: number;
}

interface Version {
  fromBlock: number;
  untilBlock: number | null;
}

/** The versions of rows within a range: those that it began with, and those that its events make. */
export class Versions<Row extends Version> {
  readonly #stored = new Map<string, Row>();
  readonly #made = new Map<string, Row[]>();
  readonly #ended: EndedVersion[] = [];

  /** Takes the current version of a row from the database. */
  load(id: string, row: Row): void {
    this.#stored.set(id, row);
  }

  current(id: string): Row | undefined {
    return this.#made.get(id)?.at(-1) ?? this.#stored.get(id);
  }

  /** Begins a version. The one before ends at its block; one that began in the same block is replaced. */
  put(id: string, row: Row): void {
    const made = this.#made.get(id);
    const last = made?.at(-1);
    if (last?.fromBlock === row.fromBlock) {
      made![made!.length - 1] = row;
      return;
    }
    const untilBlock = row.fromBlock;
    const stored = this.#stored.get(id);
    if (last !== undefined) last.untilBlock = untilBlock;
    else if (stored !== undefined) this.#ended.push({ id, fromBlock: stored.fromBlock, untilBlock });
    if (made === undefined) this.#made.set(id, [row]);
    else made.push(row);
  }

  /** The versions that the range made of a row, the newest first. */
  madeOf(id: string): Row[] {
    return this.#made.get(id)?.toReversed() ?? [];
  }

  /** All versions that the range made. */
  made(): Row[] {
    return [...this.#made.values()].flat();
  }

  /** The versions in the database that the range ends. */
  ended(): readonly EndedVersion[] {
    return this.#ended;
  }
}

/** The rows that a range of events needs and changes, in memory; see `applyRange`. */
export class UnitOfWork {
  readonly listings = new Versions<ListingRow>();
  readonly bookings = new Versions<BookingRow>();
  readonly moves: AccountMoveRow[] = [];
  /** Ids of what changed. */
  readonly touched = { listings: new Set<string>(), bookings: new Set<string>() };
  readonly #terms = new Map<string, TermsRow>();
  readonly #newTerms: TermsRow[] = [];
  readonly #readings = new Map<string, ReadingColumns[]>();

  /** Takes terms from the database. */
  loadTerms(terms: TermsRow): void {
    this.#terms.set(terms.termsHash, terms);
  }

  /** Takes the readings of a booking's versions from the database, the newest first. */
  loadReading(bookingId: string, reading: ReadingColumns): void {
    const readings = this.#readings.get(bookingId);
    if (readings === undefined) this.#readings.set(bookingId, [reading]);
    else readings.push(reading);
  }

  terms(termsHash: string): TermsRow | undefined {
    return this.#terms.get(termsHash);
  }

  /** Stores terms under their hash, unless they are stored already. */
  putTerms(terms: TermsRow): void {
    if (this.#terms.has(terms.termsHash)) return;
    this.#terms.set(terms.termsHash, terms);
    this.#newTerms.push(terms);
  }

  /** Terms that the database may already have: only those that events need were loaded. */
  newTerms(): readonly TermsRow[] {
    return this.#newTerms;
  }

  /** The readings that were reported for a booking, newest first. */
  readingsOf(bookingId: string): ReadingColumns[] {
    const made = this.bookings.madeOf(bookingId).filter(({ readingMeasure }) => readingMeasure !== null);
    return [...made.map(readingColumnsOf), ...(this.#readings.get(bookingId) ?? [])];
  }
}

const readingColumnsOf = (row: ReadingColumns): ReadingColumns => ({
  readingMeasure: row.readingMeasure,
  readingEvidenceHash: row.readingEvidenceHash,
  readingRegistersCommitment: row.readingRegistersCommitment,
});
