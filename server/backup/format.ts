import { z } from 'zod';
import { PlugpactError } from '../../protocol/errors.ts';
import type { Value } from './snapshot.ts';

/** A backup is gzipped lines of JSON: this head, for each table a line that names it and its rows, and an end. */
export const head = z.strictObject({
  plugpact: z.literal('backup'),
  format: z.literal(1),
  /** Unix seconds. */
  madeAt: z.int(),
  /** The last migration: the tables are as it left them. */
  migration: z.string(),
  /** Which ledger it is of; null where none was indexed yet. */
  chainId: z.int().nullable(),
  market: z.string().nullable(),
});
export type Head = z.infer<typeof head>;

const name = z.string().regex(/^[a-z0-9_]{1,63}$/);
const cell = z.union([z.string(), z.number(), z.null(), z.strictObject({ base64: z.base64() })]);

export const line = z.union([
  z.strictObject({ table: name, columns: z.array(name).min(1) }),
  z.array(cell),
  z.strictObject({ end: z.literal(true), rows: z.int() }),
]);

export const toCell = (value: Value): z.infer<typeof cell> =>
  value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value;

export const fromCell = (value: z.infer<typeof cell>): Value =>
  typeof value === 'object' && value !== null ? Buffer.from(value.base64, 'base64') : value;

export const damaged = (value: string): PlugpactError =>
  new PlugpactError({
    code: 'backup.damaged',
    value,
    rule: 'A backup must be whole, as "npm run backup" made it.',
    remedy: 'Take another backup. Nothing was restored.',
  });
