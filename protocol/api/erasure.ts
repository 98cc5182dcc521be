import { z } from 'zod';
import { mineQuery } from './accounts.ts';
import { operation } from './operation.ts';
import { count } from './shapes.ts';

const onLedger = z
  .strictObject({
    event: z.string(),
    by: z
      .enum(['DRIVER', 'HOST', 'AGENT', 'ANYONE', 'MARKET'])
      .describe(
        'Whose act writes it: of the driver, of the host, of the host’s agent, of either of them or anybody.',
      ),
    fields: z.array(z.string()),
  })
  .meta({ id: 'OnLedger', description: 'An event of the market, which nobody can delete.' });
export type OnLedgerJson = z.infer<typeof onLedger>;

const here = z
  .record(z.string(), count)
  .describe('Rows of this server that belong to the account, by their table.');

export const erasure = {
  listOnLedger: operation({
    operationId: 'listOnLedger',
    method: 'get',
    path: '/ledger/permanent',
    tag: 'people',
    summary: 'What stands on the ledger for ever and cannot be erased',
    answers: {
      200: {
        description: 'Every event of the market.',
        schema: z.strictObject({ events: z.array(onLedger) }),
      },
    },
    problems: [],
  }),
  countMyData: operation({
    operationId: 'countMyData',
    method: 'get',
    path: '/me/data',
    tag: 'people',
    summary: 'What this server has of the signed-in account',
    query: mineQuery,
    answers: { 200: { description: 'Rows by table.', schema: z.strictObject({ rows: here }) } },
    problems: ['signIn.missing'],
    security: 'session',
  }),
  eraseMyData: operation({
    operationId: 'eraseMyData',
    method: 'delete',
    path: '/me/data',
    tag: 'people',
    summary: 'Deletes all that this server has of the signed-in account, and signs it out everywhere',
    description:
      'What the ledger has stays: `GET /ledger/permanent`. So do readings, which decide about money.',
    query: mineQuery,
    answers: { 200: { description: 'The deleted rows by table.', schema: z.strictObject({ rows: here }) } },
    problems: ['signIn.missing'],
    security: 'session',
  }),
};
