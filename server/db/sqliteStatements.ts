import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { QueryResult } from 'kysely';

/** More than the server has; lists of many lengths in a condition make a text for each length. */
const MAX_KEPT = 500;

/** A statement that changes tables: what was prepared before it may have other columns after it. */
const CHANGES_TABLES = /^\s*(?:alter|create|drop)\b/i;

type Row = Record<string, unknown>;

interface Prepared {
  statement: StatementSync;
  /** Undefined where the statement returns no rows. */
  toRow: RowMaker | undefined;
}

/**
 * Makes rows of lists of values. The objects that node:sqlite itself makes are hash tables: they take twice as long, and
 * so does each copy of one.
 */
class RowMaker {
  readonly #statement: StatementSync;
  #names: string[] = [];
  #empty: Row = {};

  constructor(statement: StatementSync) {
    this.#statement = statement;
    statement.setReturnArrays(true);
  }

  rows(lists: readonly (readonly unknown[])[]): Row[] {
    // Another connection may have added a column since.
    if (lists.length > 0 && lists[0]!.length !== this.#names.length) this.#readNames();
    return lists.map((values) => this.#row(values));
  }

  #readNames(): void {
    this.#names = this.#statement.columns().map(({ name }) => name);
    this.#empty = Object.fromEntries(this.#names.map((name) => [name, null]));
  }

  #row(values: readonly unknown[]): Row {
    const row = { ...this.#empty };
    for (let i = 0; i < values.length; i++) row[this.#names[i]!] = values[i];
    return row;
  }
}

/** The statements of one connection, each prepared at its first use and kept; those unused for longest go first. */
export class SqliteStatements {
  readonly #database: DatabaseSync;
  readonly #kept = new Map<string, Prepared>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  execute<R>(text: string, parameters: readonly unknown[]): QueryResult<R> {
    const { statement, toRow } = this.#prepared(text);
    const values = parameters as SQLInputValue[];
    if (toRow !== undefined)
      return { rows: toRow.rows(statement.all(...values) as unknown as unknown[][]) as R[] };
    const { changes, lastInsertRowid } = statement.run(...values);
    if (CHANGES_TABLES.test(text)) this.#kept.clear();
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  /** Runs a statement once for each list of values: less work for SQLite than one statement over all of them. */
  executeEach(text: string, lists: readonly (readonly unknown[])[]): void {
    const { statement } = this.#prepared(text);
    for (const values of lists) statement.run(...(values as SQLInputValue[]));
  }

  /** The rows one by one. A statement of its own: a kept one could be used again before its last row. */
  iterate<R>(text: string, parameters: readonly unknown[]): Iterable<R> {
    return this.#database.prepare(text).iterate(...(parameters as SQLInputValue[])) as Iterable<R>;
  }

  #prepared(text: string): Prepared {
    let prepared = this.#kept.get(text);
    if (prepared === undefined) {
      const statement = this.#database.prepare(text);
      const returnsRows = statement.columns().length > 0;
      prepared = { statement, toRow: returnsRows ? new RowMaker(statement) : undefined };
      if (this.#kept.size >= MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    } else this.#kept.delete(text);
    this.#kept.set(text, prepared);
    return prepared;
  }
}
