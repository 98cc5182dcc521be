import { CamelCasePlugin } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { type Database, openDatabase } from '../../../server/db/open.ts';
import { ON_LEDGER } from '../../../server/people/onLedger.ts';
import { OWNERSHIP } from '../../../server/people/ownership.ts';

let database: Database;
beforeAll(async () => {
  database = await openDatabase({ databaseFile: ':memory:' });
});
afterAll(() => database?.close());

/** Names of columns are in snake case in the database. */
const camel = (name: string): string =>
  (new CamelCasePlugin() as unknown as { camelCase(text: string): string }).camelCase(name);

/** Columns that hold an account, in the tables as they are. */
const OF_ACCOUNTS = ['account', 'address', 'driver', 'host', 'reporter', 'sharedBy', 'counterparty'];

it('is said of every table of the database, and of no other', async () => {
  const tables = await database.db.introspection.getTables();
  expect(Object.keys(OWNERSHIP).sort()).toEqual(tables.map(({ name }) => camel(name)).sort());
});

it('of a table with accounts is theirs, unless the ledger has it or a reason is given', async () => {
  const tables = await database.db.introspection.getTables();
  const withAccounts = tables.filter(({ columns }) =>
    columns.some(({ name }) => OF_ACCOUNTS.includes(camel(name))),
  );
  expect(withAccounts.length).toBeGreaterThan(10);
  const unsaid = withAccounts.filter(
    ({ name }) => 'nobody' in OWNERSHIP[camel(name) as keyof typeof OWNERSHIP],
  );
  // The accounts of relayer and faucet, which are this server's own.
  expect(unsaid.map(({ name }) => camel(name))).toEqual(['senderNonces']);
});

it('has what the ledger keeps for ever: every event of the market', () => {
  const events = plugpactMarketAbi.filter(({ type }) => type === 'event') as { name: string }[];
  expect(ON_LEDGER.map(({ event }) => event)).toEqual(events.map(({ name }) => name));
  expect(ON_LEDGER.every(({ by }) => by !== undefined)).toBe(true);
});
