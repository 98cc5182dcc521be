import type { DatabaseConfig } from '../../../server/db/open.ts';
import type { TestDatabase } from '../support.ts';

/** A server's environment as the configuration of its database. */
export const configOf = (env: TestDatabase['env']): DatabaseConfig =>
  'DATABASE_URL' in env ? { databaseUrl: env.DATABASE_URL } : { databaseFile: env.DATABASE_FILE };
