import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { ended } from '../../scripts/lib/child.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { COPY_BYTES } from '../../server/db/checkpoints.ts';
import { type Database, openDatabase } from '../../server/db/open.ts';
import { longQuery } from '../../server/db/sqliteDialect.ts';
import { freshPostgres } from '../support/postgres.ts';
import { StablePort } from '../support/stable-port.ts';
import { listCharger } from './marketActions.ts';
import { scansOf } from './plans.ts';
import { caughtUp, get, startLedger, startServer, waitFor } from './support.ts';

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plugpact-database-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'index.sqlite');
}

async function opened(config: Parameters<typeof openDatabase>[0]): Promise<Database> {
  const database = await openDatabase(config);
  onTestFinished(() => database.close());
  return database;
}

async function openedPostgres(): Promise<Database & { url: string }> {
  const { url, drop } = await freshPostgres();
  onTestFinished(drop);
  return { ...(await opened({ databaseUrl: url })), url };
}

const newDatabases = async (): Promise<Database[]> => [
  await opened({ databaseFile: await newFile() }),
  await opened({ databaseFile: ':memory:' }),
  await openedPostgres(),
];

const agent = (agentKey: `0x${string}`, seenAt = 1) => ({ agentKey, publicKey: '0x1' as const, seenAt });

test('a read outside of a transaction sees the last commit, at once, on every database with connections for it', async () => {
  for (const { db } of [await opened({ databaseFile: await newFile() }), await openedPostgres()]) {
    const seen = async () =>
      (await db.selectFrom('agents').select('agentKey').execute()).map((row) => row.agentKey);
    await db.insertInto('agents').values(agent('0xa')).execute();
    await db.transaction().execute(async (tx) => {
      await tx.insertInto('agents').values(agent('0xb')).execute();
      expect(await seen()).toEqual(['0xa']);
      expect(await tx.selectFrom('agents').select('agentKey').execute()).toHaveLength(2);
    });
    expect((await seen()).sort()).toEqual(['0xa', '0xb']);
  }
});

test('the write-ahead log is copied when it is long, and then begins again: not copied at each write after that', async () => {
  const file = await newFile();
  const { db } = await opened({ databaseFile: file });
  await sql`create table large (content blob)`.execute(db);
  const logBytes = async () => (await stat(`${file}-wal`)).size;
  const write = () => sql`insert into large values (zeroblob(${8 * 2 ** 20}))`.execute(db);
  const lengths: number[] = [];
  for (let i = 0; i < 12; i++) {
    await write();
    lengths.push(await logBytes());
  }
  // One write may pass the length from which it is copied; the next one then finds a log that has begun again.
  const longest = COPY_BYTES + 9 * 2 ** 20;
  expect(lengths.filter((bytes) => bytes >= COPY_BYTES)).toHaveLength(1);
  expect(lengths.every((bytes) => bytes < longest)).toBe(true);
  expect(lengths.at(-1)).toBeLessThan(COPY_BYTES);
});

test('transactions and single changes take turns, and one that fails leaves nothing', async () => {
  for (const { db } of await newDatabases()) {
    const add = (key: number, fails: boolean) =>
      db.transaction().execute(async (tx) => {
        const row = await tx
          .selectFrom('agents')
          .select(({ fn }) => fn.max('seenAt').as('last'))
          .executeTakeFirst();
        await tx
          .insertInto('agents')
          .values(agent(`0x${key}`, Number(row?.last ?? 0) + 1))
          .execute();
        if (fails) throw new Error('no');
      });
    const results = await Promise.allSettled(Array.from({ length: 12 }, (_, i) => add(i, i % 3 === 0)));
    const single = db.updateTable('agents').set({ publicKey: '0x2' }).execute();
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
    await single;
    const { count } = await db
      .selectFrom('agents')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('publicKey', '=', '0x2')
      .executeTakeFirstOrThrow();
    expect(count).toBe(8);
  }
});

test('a long script runs in a transaction of its own, and one that fails leaves nothing, and no lock', async () => {
  for (const databaseFile of [await newFile(), ':memory:']) {
    const { db } = await opened({ databaseFile });
    const script = (statement: string) => longQuery(`begin immediate; ${statement}; commit`);
    const insert = "insert into agents (agent_key, public_key, seen_at) values ('0x01', '0x1', 1)";
    await expect(db.executeQuery(script(`${insert}; insert into nothing values (1)`))).rejects.toThrow(
      'nothing',
    );
    await db.insertInto('agents').values(agent('0x02')).execute();
    await db.executeQuery(script(insert));
    const rows = await db.selectFrom('agents').select('agentKey').orderBy('agentKey').execute();
    expect(rows.map(({ agentKey }) => agentKey)).toEqual(['0x01', '0x02']);
  }
});

test('a kept statement sees columns that were added after its first use', async () => {
  const { db } = await opened({ databaseFile: await newFile() });
  const read = () => sql<Record<string, unknown>>`select * from agents`.execute(db);
  await db.insertInto('agents').values(agent('0xa')).execute();
  await read();
  await db.schema.alterTable('agents').addColumn('more', 'text').execute();
  expect((await read()).rows[0]).toHaveProperty('more', null);
});

test('whole numbers come as they went in, and none that JavaScript cannot hold', async () => {
  for (const { db } of await newDatabases()) {
    const stored = fc.asyncProperty(fc.maxSafeInteger(), async (seenAt) => {
      await db.deleteFrom('agents').execute();
      await db.insertInto('agents').values(agent('0xa', seenAt)).execute();
      const { sum } = await db
        .selectFrom('agents')
        .select(({ fn }) => fn.sum<number>('seenAt').as('sum'))
        .executeTakeFirstOrThrow();
      expect((await db.selectFrom('agents').select('seenAt').executeTakeFirst())?.seenAt).toBe(seenAt);
      expect(sum).toBe(seenAt);
    });
    await fc.assert(stored, { numRuns: 20 });
    await sql`update agents set seen_at = 9007199254740993`.execute(db);
    await expect(db.selectFrom('agents').selectAll().execute()).rejects.toThrow();
  }
});

test('a file belongs to one process: the second is refused, and a killed one leaves no lock', async () => {
  const file = await newFile();
  const code = `
    const { openDatabase } = await import(${JSON.stringify(join(ROOT, 'server/db/open.ts'))});
    await openDatabase({ databaseFile: ${JSON.stringify(file)} });
    console.log('open');
    setInterval(() => {}, 1000);`;
  const first = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 2],
  });
  await once(first.stdout!, 'data');
  await expect(openDatabase({ databaseFile: file })).rejects.toMatchObject({
    code: 'database.inUse',
    retry: 'later',
  });
  first.kill('SIGKILL');
  await ended(first);
  const again = await openDatabase({ databaseFile: file });
  await expect(openDatabase({ databaseFile: file })).rejects.toMatchObject({ code: 'database.inUse' });
  await again.close();
  await opened({ databaseFile: file });
});

test('a lost database is an error for its callers, and is used again when it is back', async () => {
  const { url, drop } = await freshPostgres();
  onTestFinished(drop);
  const stable = await StablePort.open();
  onTestFinished(() => stable.close());
  stable.target = Number(new URL(url).port);
  const through = new URL(url);
  through.port = String(stable.port);
  const { db } = await opened({ databaseUrl: through.href });
  const read = () => db.selectFrom('agents').selectAll().execute();
  expect(await read()).toEqual([]);
  const during = db.transaction().execute(async (tx) => {
    stable.cut();
    await tx.insertInto('agents').values(agent('0xa')).execute();
  });
  const refusal = await during.catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'database.unreachable', retry: 'later' });
  expect(String(refusal)).not.toContain(through.password);
  await expect(read()).rejects.toMatchObject({ code: 'database.unreachable' });
  stable.target = Number(new URL(url).port);
  expect(await waitFor('the database to be used again', () => read().catch(() => undefined))).toEqual([]);
});

test('a server outlives a lost database: requests fail meanwhile, and the ledger is followed again after it', async () => {
  const { url, drop } = await freshPostgres();
  const stable = await StablePort.open();
  const through = new URL(url);
  stable.target = Number(through.port);
  through.port = String(stable.port);
  const ledger = await startLedger();
  const server = await startServer(ledger.market, { DATABASE_URL: through.href });
  onTestFinished(async () => {
    await server.stop();
    await Promise.all([ledger.stop(), drop()]);
    stable.close();
  });
  const { listingId } = await listCharger(ledger.market);
  await caughtUp(server, ledger);
  const read = (id: string) => get(`${server.api}/chargers/${id}`);
  expect((await read(listingId)).status).toBe(200);
  stable.cut();
  expect(await read(listingId)).toMatchObject({ status: 503, body: { code: 'database.unreachable' } });
  const during = await listCharger(ledger.market);
  stable.target = Number(new URL(url).port);
  await waitFor('the listing of meanwhile', async () => (await read(during.listingId)).status === 200);
  expect(server.fatal).toEqual([]);
  expect(server.logLines.join('')).not.toContain(through.href);
});

test('a database that cannot be reached is named without its password', async () => {
  const refusal = await openDatabase({ databaseUrl: 'postgres://me:secret@127.0.0.1:2/plugpact' }).catch(
    (error: unknown) => error,
  );
  expect(refusal).toMatchObject({ code: 'database.unreachable' });
  expect((refusal as Error).message).toContain('127.0.0.1:2/plugpact');
  expect((refusal as Error).message).not.toContain('secret');
});

test.each(['sqlite', 'postgres'] as const)(
  'a statement that reads a whole table is found on %s',
  async (kind) => {
    const slow = [
      'select * from bookings where cap = 1::text',
      'select * from listings where until_block is null',
      'select * from bookings order by booking_id',
    ].map((text) => (kind === 'sqlite' ? text.replace('1::text', "'1'") : text));
    const fast = ["select * from bookings where booking_id = '1'", 'select 1'];
    const scans = await scansOf(kind, [...slow, ...fast]);
    for (const text of slow) expect(scans.filter((scan) => scan.endsWith(text)).length).toBeGreaterThan(0);
    for (const text of fast) expect(scans.filter((scan) => scan.endsWith(text))).toEqual([]);
  },
);
