import pg from 'pg';
import { PlugpactError } from '../../protocol/errors.ts';

const { INT8, NUMERIC } = pg.types.builtins;

/** `pg` hands out 64-bit integers, and sums of them, as text. */
function toNumber(text: string): number {
  const value = Number(text);
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  throw new PlugpactError({
    code: 'database.numberTooLarge',
    value: text,
    rule: `A number in the database may be at most ${Number.MAX_SAFE_INTEGER}; larger ones are stored as text.`,
    remedy: 'Restore the database from a backup, or let the server build its index in a new one.',
  });
}

/** How values of PostgreSQL become values of JavaScript: as node:sqlite does it. */
export const postgresTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    const isNumber = format !== 'binary' && (oid === INT8 || oid === NUMERIC);
    return isNumber ? toNumber : pg.types.getTypeParser(oid, format as 'text');
  },
} as pg.CustomTypesConfig;
