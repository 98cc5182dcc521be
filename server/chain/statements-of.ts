import { PostgresAdapter } from 'kysely';
import type { Tx } from '../db.ts';
import { postgresStatements } from './postgres-statements.ts';
import { sqliteStatements } from './sqlite-statements.ts';
import type { Statements } from './statements.ts';

/** The statements in the words of the transaction's database. */
export const statementsOf = (tx: Tx): Statements =>
  tx.getExecutor().adapter instanceof PostgresAdapter ? postgresStatements : sqliteStatements;
