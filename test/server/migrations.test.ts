import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { readSession } from '../../server/charging/store.ts';
import { openDatabase } from '../../server/db.ts';

test('a database of version 0.1.0 keeps its rows under the tables’ new names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plugpact-migrations-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'index.sqlite');
  const before = new DatabaseSync(file);
  before.exec(await readFile(join(import.meta.dirname, 'data/database-0.1.0.sql'), 'utf8'));
  before.close();

  const db = await openDatabase(file);
  const rowOf = (table: 'signIns' | 'readings' | 'notices' | 'handovers') =>
    db.selectFrom(table).selectAll().executeTakeFirst();
  expect(await readSession(db, '0xb1')).toEqual({
    ...{ state: 'CHARGING', powerW: 7_400, detail: '', at: 1_800_000_000 },
    assuranceLevel: 'meter-signed',
  });
  expect(await rowOf('signIns')).toEqual({ tokenHash: '0xf1', address: '0xd1', expiresAt: 1_800_003_600 });
  expect(await rowOf('readings')).toMatchObject({ bookingId: '0xb1', seq: 3, reading: '{"seq":3}' });
  expect(await rowOf('notices')).toMatchObject({ bookingId: '0xb1', code: 'OCCUPIED' });
  expect(await rowOf('handovers')).toEqual({ bookingId: '0xb1', sealed: '0x5ea1' });
  await db.destroy();

  // A second start finds nothing to migrate.
  const again = await openDatabase(file);
  expect((await readSession(again, '0xb1'))?.state).toBe('CHARGING');
  await again.destroy();
});
