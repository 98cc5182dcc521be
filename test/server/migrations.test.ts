import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { noticesOfBooking } from '../../server/charging/notices.ts';
import { readSession } from '../../server/charging/store.ts';
import { openDatabase } from '../../server/db/open.ts';

test('a database of version 0.1.0 keeps what agents and people sent, and indexes its market again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plugpact-migrations-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'index.sqlite');
  const before = new DatabaseSync(file);
  before.exec(await readFile(join(import.meta.dirname, 'data/database-0.1.0.sql'), 'utf8'));
  before.exec(`insert into ledger (chain_id, genesis_hash, market, deploy_block, indexed_to)
    values (31337, '0x1', '0xa', 3, 70)`);
  before.close();

  const { db, close } = await openDatabase({ databaseFile: file });
  const rowOf = (table: 'signIns' | 'readings' | 'handovers') =>
    db.selectFrom(table).selectAll().executeTakeFirst();
  expect(await readSession(db, '0xb1')).toEqual({
    ...{ state: 'CHARGING', powerW: 7_400, detail: null, at: 1_800_000_000 },
    assuranceLevel: 'meter-signed',
    neededCost: null,
  });
  // The next request renews its token.
  const signIn = { tokenHash: '0xf1', address: '0xd1', expiresAt: 1_800_003_600, renewAt: 0 };
  expect(await rowOf('signIns')).toEqual(signIn);
  expect(await rowOf('readings')).toMatchObject({ bookingId: '0xb1', seq: 3, reading: '{"seq":3}' });
  expect(await readSession(db, '0xb2')).toMatchObject({
    detail: { code: 'TEXT', params: { text: 'The car takes no power.' } },
  });
  const said = { bookingId: '0xb1', listingId: '0x11' };
  const { notices } = await noticesOfBooking(db, '0xb1', { limit: 20 });
  expect(notices).toEqual([
    {
      ...{ ...said, to: 'driver', code: 'PAUSED_UNCONFIRMED', at: 1_800_000_003 },
      params: { text: 'The charge is paused: the ledger has not confirmed the booking yet.' },
    },
    {
      ...{ ...said, to: 'both', code: 'BOOKING_BLOCKED', at: 1_800_000_002 },
      params: { reason: 'OCCUPIED', text: 'A car is still there.' },
    },
  ]);
  expect(await rowOf('handovers')).toEqual({ bookingId: '0xb1', sealed: '0x5ea1' });
  expect(await db.selectFrom('ledger').selectAll().execute()).toEqual([]);
  await close();

  // A second start finds nothing to migrate.
  const again = await openDatabase({ databaseFile: file });
  expect((await readSession(again.db, '0xb1'))?.state).toBe('CHARGING');
  await again.close();
});
