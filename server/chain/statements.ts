import type { CompiledQuery } from 'kysely';
import type { Tables, Tx } from '../db.ts';
import { type IndexTable, snakeCase } from './index-columns.ts';
import type { EndedVersion } from './unit-of-work.ts';

/** Tables with a row per version, and the column that names the row. */
export const ID_COLUMNS = { listings: 'listing_id', bookings: 'booking_id' } as const;
export type VersionedTable = keyof typeof ID_COLUMNS;

/**
 * Batched statements over the tables of the index. Their texts are made here: Kysely would take longer to compile an
 * insert of many rows than the database to run it. There are few texts, so that a driver can keep them prepared. Each
 * statement is short, since SQLite's driver is synchronous.
 */
export interface Statements {
  /** Inserts rows; terms that exist already stay as they are. */
  insert<Table extends IndexTable>(table: Table, rows: readonly Tables[Table][]): Iterable<CompiledQuery>;
  endVersions(table: VersionedTable, ended: readonly EndedVersion[]): Iterable<CompiledQuery>;
  /** Makes those versions of the rows current that ended above a block. */
  reopen(table: VersionedTable, ids: readonly string[], block: number): Iterable<CompiledQuery>;
  /** Completes a text that ends where the list of wanted values begins: `select … where id`. */
  select(text: string, ids: readonly string[], end?: string): Iterable<CompiledQuery>;
}

/** `booking_id as "bookingId"`: rows come back with the names of the code, without a plugin that renames each. */
export const aliased = (columns: readonly string[]): string =>
  columns.map((column) => `${snakeCase(column)} as "${column}"`).join(', ');

/** Runs a statement as it is. */
export const run = <Row>(tx: Tx, query: CompiledQuery) =>
  tx.withoutPlugins().executeQuery(query as CompiledQuery<Row>);
