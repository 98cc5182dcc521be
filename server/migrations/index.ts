import * as index from './0001-index.ts';
import * as live from './0002-live.ts';

/** All migrations in order. A migration that was released is never changed: add another. */
export const migrations = { '0001-index': index, '0002-live': live };
