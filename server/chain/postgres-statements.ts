import { CompiledQuery } from 'kysely';
import { INDEX_COLUMNS, snakeCase } from './index-columns.ts';
import { ID_COLUMNS, type Statements } from './statements.ts';

/** Bounds the time that making one statement holds the event loop. */
const BATCH_ROWS = 250;

/** Rows as one JSON parameter: one text fits every count, and a parameter less for each value. */
export const postgresStatements: Statements = {
  *insert(table, rows) {
    const columns = INDEX_COLUMNS[table].map((column) => [column, snakeCase(column)] as const);
    const names = columns.map(([, name]) => name).join(', ');
    const conflict = table === 'terms' ? 'on conflict do nothing' : '';
    const text = `insert into ${snakeCase(table)} (${names})
      select ${names} from json_populate_recordset(null::${snakeCase(table)}, $1::json) ${conflict}`;
    for (const batch of batchesOf(rows)) {
      const named = batch.map((row) => renamed(row as Record<string, unknown>, columns));
      yield CompiledQuery.raw(text, [JSON.stringify(named)]);
    }
  },

  *endVersions(table, ended) {
    const id = ID_COLUMNS[table];
    const text = `update ${table} set until_block = ended."untilBlock"
      from json_to_recordset($1::json) as ended (id text, "fromBlock" bigint, "untilBlock" bigint)
      where ${table}.${id} = ended.id and ${table}.from_block = ended."fromBlock"`;
    for (const batch of batchesOf(ended)) yield CompiledQuery.raw(text, [JSON.stringify(batch)]);
  },

  *reopen(table, ids, block) {
    const text = `update ${table} set until_block = null
      where ${ID_COLUMNS[table]} = any($1::text[]) and until_block > $2`;
    for (const batch of batchesOf(ids)) yield CompiledQuery.raw(text, [batch, block]);
  },

  *select(text, ids, end = '') {
    for (const batch of batchesOf(ids)) yield CompiledQuery.raw(`${text} = any($1::text[]) ${end}`, [batch]);
  },
};

/** A loop: a list of pairs for each row would be most of the work. */
function renamed(row: Record<string, unknown>, columns: readonly (readonly [string, string])[]) {
  const named: Record<string, unknown> = {};
  for (const [column, name] of columns) named[name] = row[column];
  return named;
}

function* batchesOf<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let at = 0; at < rows.length; at += BATCH_ROWS) yield rows.slice(at, at + BATCH_ROWS);
}
