import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { MARKET } from '../../scripts/bench/generated/chain.ts';
import { encodeAll, serveLedger } from '../../scripts/bench/generated/start.ts';
import { backUp } from '../../server/backup/backup.ts';
import { runBackupCommand } from '../../server/backup/command.ts';
import { restore } from '../../server/backup/restore-from.ts';
import { DERIVED_TABLES, isKept, PASSING_TABLES } from '../../server/backup/tables.ts';
import { readConfig } from '../../server/config.ts';
import { openDatabase } from '../../server/db/open.ts';
import type { Db } from '../../server/db.ts';
import { createLog } from '../../server/http/log.ts';
import { serve } from '../../server/serve.ts';
import { freshPostgres } from '../support/postgres.ts';
import { indexRows } from './support/index-rows.ts';
import { waitFor } from './support.ts';

/** The requirement: an operator is back within this time. */
const BACK_WITHIN_MS = 300_000;
/** With what comes before: to make the ledger and to index it the first time is no part of the requirement. */
const LONGEST_MS = 6 * BACK_WITHIN_MS;
/** All of the requirement's in the deep run; daily a tenth, which takes the same ways. */
const SESSIONS = process.env.PLUGPACT_DEEP === undefined ? 1_000 : 10_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plugpact-backup-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Env = Record<string, string>;

/** Each kind of database by name: a backup of one goes into the other. */
async function newSqlite() {
  const own = await mkdtemp(join(folder, 'sqlite-'));
  const remove = () => rm(own, { recursive: true, force: true });
  return { env: { DATABASE_FILE: join(own, 'index.sqlite') }, remove };
}

async function newPostgres(): Promise<Env> {
  const { url, drop } = await freshPostgres();
  onTestFinished(drop);
  return { DATABASE_URL: url };
}

const storageOf = (env: Env) => ({ databaseFile: env.DATABASE_FILE, databaseUrl: env.DATABASE_URL });

async function tablesOf(db: Db): Promise<string[]> {
  return (await db.introspection.getTables()).map(({ name }) => name);
}

/** All rows that a backup has to bring back, by table. */
async function keptRows(env: Env): Promise<Record<string, string[]>> {
  const { db, close } = await openDatabase(storageOf(env));
  const plain = db.withoutPlugins() as never as Db;
  const rows: Record<string, string[]> = {};
  for (const table of (await tablesOf(db)).filter(isKept)) {
    const found = await plain
      .selectFrom(table as 'readings')
      .selectAll()
      .execute();
    rows[table] = found.map((row) => JSON.stringify(row)).sort();
  }
  await close();
  return rows;
}

/** Follows the ledger to its head with the database, and gives the index. */
async function followed(env: Env, url: string, lastBlock: number) {
  const config = readConfig({
    ...{ PORT: '0', RPC_URL: url, MARKET_ADDRESS: MARKET, DEPLOY_BLOCK: '1', ...env },
  });
  const fatal: Error[] = [];
  const server = await serve(config, {
    log: createLog('silent'),
    onFatal: (error) => void fatal.push(error),
  });
  try {
    await waitFor(
      'the index',
      async () => {
        if (fatal.length > 0) throw fatal[0];
        const ledger = await server.db.selectFrom('ledger').select('indexedTo').executeTakeFirst();
        return (ledger?.indexedTo ?? 0) >= lastBlock;
      },
      { timeoutMs: LONGEST_MS },
    );
    return await indexRows(server.db);
  } finally {
    await server.stop();
  }
}

/** What agents sent of each session: readings, states, notices. */
async function fillSessions(env: Env, bookingIds: readonly `0x${string}`[]): Promise<void> {
  const { db, close } = await openDatabase(storageOf(env));
  const at = 1_800_000_000;
  const signature = `0x${'5a'.repeat(65)}` as const;
  for (let from = 0; from < bookingIds.length; from += 200) {
    const ids = bookingIds.slice(from, from + 200);
    const readings = ids.flatMap((bookingId, i) =>
      [1, 2].map((seq) => ({
        ...{ bookingId, seq, agentSignature: signature, receivedAt: at + seq },
        reading: JSON.stringify({ bookingId, seq, energyWh: from + i }),
        sessionSignature: seq === 2 ? signature : null,
      })),
    );
    await db.insertInto('readings').values(readings).execute();
    const sessions = ids.map((bookingId) => ({
      ...{ bookingId, state: 'SETTLED' as const, powerW: 0, detail: null, neededCost: null, at },
      assuranceLevel: 'agent-signed' as const,
    }));
    await db.insertInto('sessions').values(sessions).execute();
  }
  await close();
}

test(
  'a lost disk is back within 5 minutes, from SQLite on PostgreSQL, by the ledger and the backup',
  async () => {
    const ledger = await serveLedger({
      ...{ seed: 7, listings: SESSIONS / 10, bookings: SESSIONS, eventsPerBlock: 10, keyedListings: 3 },
    });
    onTestFinished(() => ledger.end());
    await encodeAll(ledger);
    const lost = await newSqlite();
    const index = await followed(lost.env, ledger.url, ledger.lastBlock);
    const bookingIds = [...new Set(index.bookings.map(({ bookingId }) => bookingId))];
    expect(bookingIds).toHaveLength(SESSIONS);
    await fillSessions(lost.env, bookingIds);
    const before = await keptRows(lost.env);
    const file = join(folder, 'ten-thousand.jsonl.gz');
    await backUp(storageOf(lost.env), file, 1_800_000_000);
    await lost.remove();

    const next = await newPostgres();
    const began = performance.now();
    const { rows } = await restore(storageOf(next), file, { market: MARKET });
    const again = await followed(next, ledger.url, ledger.lastBlock);
    expect(performance.now() - began).toBeLessThan(BACK_WITHIN_MS);

    expect(again).toEqual(index);
    const after = await keptRows(next);
    expect(after).toEqual(before);
    expect(rows).toBe(Object.values(before).flat().length);
    expect(rows).toBeGreaterThanOrEqual(3 * SESSIONS);
  },
  LONGEST_MS,
);

describe('a backup', () => {
  /** A database with a row of bytes-like text, a null, and a sign-in. */
  async function small() {
    const database = await newSqlite();
    const { db, close } = await openDatabase(storageOf(database.env));
    await db
      .insertInto('agents')
      .values({ agentKey: `0x${'a1'.repeat(20)}`, publicKey: `0x04${'b2'.repeat(64)}`, seenAt: 5 })
      .execute();
    await db
      .insertInto('readings')
      .values({
        ...{ bookingId: '0xb1', seq: 1, reading: '{"ä":"\\n"}', agentSignature: '0x01' },
        ...{ sessionSignature: null, receivedAt: 7 },
      })
      .execute();
    await db.insertInto('signIns').values({ tokenHash: '0xf1', address: '0xd1', expiresAt: 9 }).execute();
    await close();
    const file = join(folder, `${performance.now()}.gz`);
    await backUp(storageOf(database.env), file, 1_800_000_000);
    return { database, file };
  }

  const linesOf = async (file: string) =>
    gunzipSync(await readFile(file))
      .toString()
      .trim()
      .split('\n');

  const rewritten = async (file: string, change: (lines: string[]) => string[]) => {
    const other = `${file}.changed`;
    await writeFile(other, gzipSync(`${change(await linesOf(file)).join('\n')}\n`));
    return other;
  };

  async function refusal(file: string, market?: string): Promise<string> {
    const target = await newSqlite();
    const error = await restore(storageOf(target.env), file, { market }).catch((reason) => reason);
    const rows = Object.values(await keptRows(target.env)).flat();
    expect(rows).toEqual([]);
    return (error as { code: string }).code;
  }

  test('is of everything but what is derived or passing, for the operator alone', async () => {
    const { file, database } = await small();
    const text = (await linesOf(file)).join('\n');
    expect(text).toContain('b2b2');
    expect(text).not.toContain('0xf1');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { db, close } = await openDatabase(storageOf(database.env));
    const tables = await tablesOf(db);
    await close();
    for (const table of [...DERIVED_TABLES, ...PASSING_TABLES]) expect(tables).toContain(table);
  });

  test('that is cut, changed, or of something else is refused, and nothing is restored', async () => {
    const { file } = await small();
    expect(await refusal(await rewritten(file, (lines) => lines.slice(0, -1)))).toBe('backup.damaged');
    const without = await rewritten(file, (lines) => lines.filter((one) => !one.includes('b2b2')));
    expect(await refusal(without)).toBe('backup.damaged');
    const whole = await readFile(file);
    await writeFile(`${file}.cut`, whole.subarray(0, whole.length - 9));
    expect(await refusal(`${file}.cut`)).toBe('backup.damaged');
    const intoIndex = await rewritten(file, (lines) =>
      lines.map((one) => one.replace('"agents"', '"terms"')),
    );
    expect(await refusal(intoIndex)).toBe('backup.damaged');
    const older = await rewritten(file, ([head = '', ...rest]) => [
      head.replace(/"migration":"[^"]+"/, '"migration":"0001-index"'),
      ...rest,
    ]);
    expect(await refusal(older)).toBe('backup.otherVersion');
    const ofMarket = await rewritten(file, ([head = '', ...rest]) => [
      head.replace('"market":null', `"market":"0x${'11'.repeat(20)}"`),
      ...rest,
    ]);
    expect(await refusal(ofMarket, `0x${'22'.repeat(20)}`)).toBe('backup.otherMarket');
  });

  test('goes into an empty database alone, by the commands of the program', async () => {
    const { file, database } = await small();
    await expect(runBackupCommand('restore', [file], database.env)).rejects.toMatchObject({
      code: 'backup.notEmpty',
    });
    const target = await newPostgres();
    expect(await runBackupCommand('restore', [file], target)).toMatch(/^2 rows of \d+ tables restored/);
    expect(await keptRows(target)).toEqual(await keptRows(database.env));
    const second = `${file}.second`;
    expect(await runBackupCommand('backup', [second], target)).toContain(': 2 rows of ');
    expect((await linesOf(second)).slice(1)).toEqual((await linesOf(file)).slice(1));
    await expect(runBackupCommand('backup', [], target)).rejects.toMatchObject({ code: 'backup.usage' });
  });
});
