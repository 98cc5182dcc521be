import { PostgresAdapter, sql } from 'kysely';
import type { Db } from '../../../server/db.ts';

interface Index {
  name: string;
  definition: string;
}

/** Every index of the database that a statement made, with the statement. */
export async function indexCatalog(db: Db): Promise<Index[]> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  const { rows } = await (isPostgres
    ? sql<Index>`select indexname as name, indexdef as definition from pg_indexes where schemaname = 'public'`
    : sql<Index>`select name, sql as definition from sqlite_master where type = 'index' and sql is not null`
  ).execute(db);
  return rows.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
