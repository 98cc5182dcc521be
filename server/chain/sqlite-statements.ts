import { CompiledQuery } from 'kysely';
import { repeatedQuery } from '../db/sqliteDialect.ts';
import { INDEX_COLUMNS, type IndexTable, snakeCase } from './index-columns.ts';
import { ID_COLUMNS, type Statements } from './statements.ts';

/** Rows that are written in one go: together they take about a millisecond. */
const BATCH_ROWS = 50;
const BATCH_IDS = 100;

/** One row at a time: of many rows in one statement, SQLite makes a table first, and takes twice as long. */
export const sqliteStatements: Statements = {
  *insert(table, rows) {
    const columns = INDEX_COLUMNS[table];
    const text = INSERTS[table];
    for (const batch of batchesOf(rows)) {
      yield repeatedQuery(
        text,
        batch.map((row) => columns.map((column) => row[column as keyof typeof row])),
      );
    }
  },

  *endVersions(table, ended) {
    const text = `update ${table} set until_block = ? where ${ID_COLUMNS[table]} = ? and from_block = ?`;
    for (const batch of batchesOf(ended)) {
      yield repeatedQuery(
        text,
        batch.map(({ id, fromBlock, untilBlock }) => [untilBlock, id, fromBlock]),
      );
    }
  },

  *reopen(table, ids, block) {
    const text = `update ${table} set until_block = null where ${ID_COLUMNS[table]} = ? and until_block > ?`;
    for (const batch of batchesOf(ids))
      yield repeatedQuery(
        text,
        batch.map((id) => [id, block]),
      );
  },

  *select(text, ids, end = '') {
    for (let at = 0; at < ids.length; at += BATCH_IDS) {
      const list = JSON.stringify(ids.slice(at, at + BATCH_IDS));
      yield CompiledQuery.raw(`${text} in (select value from json_each(?)) ${end}`, [list]);
    }
  },
};

function insertText(table: IndexTable): string {
  const columns = INDEX_COLUMNS[table];
  const conflict = table === 'terms' ? ' on conflict do nothing' : '';
  const values = columns.map(() => '?').join(', ');
  return `insert into ${snakeCase(table)} (${columns.map(snakeCase).join(', ')}) values (${values})${conflict}`;
}

const INSERTS = Object.fromEntries(
  (Object.keys(INDEX_COLUMNS) as IndexTable[]).map((table) => [table, insertText(table)]),
) as Record<IndexTable, string>;

function* batchesOf<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let at = 0; at < rows.length; at += BATCH_ROWS) yield rows.slice(at, at + BATCH_ROWS);
}
