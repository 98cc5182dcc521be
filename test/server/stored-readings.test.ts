import type { Hex } from 'viem';
import { expect, test } from 'vitest';
import { STORED_READINGS } from '../../server/charging/store.ts';
import { bookedWithAgent, fixtureForAllTests, inSec } from './fixture.ts';
import { readingOf } from './marketActions.ts';
import { waitFor } from './support.ts';

const fixture = fixtureForAllTests();

/** Of a session that goes on and on, the newest are kept, and what both have signed last: it decides about money. */
test('a booking keeps its newest 10,000 readings and the last that both have signed; an older one is refused', async () => {
  const { made, charger, peer } = await bookedWithAgent(fixture);
  const { bookingId } = made;
  const { db, logLines } = fixture.server;
  const reading = (seq: number) => readingOf(made, { seq, isFinal: false });
  const row = (seq: number) => ({
    ...{ bookingId, seq, reading: JSON.stringify(reading(seq)), agentSignature: '0x01' as Hex },
    ...{ sessionSignature: seq === 7 || seq === 9 ? ('0x02' as const) : null, receivedAt: inSec(0) },
  });
  const newest = STORED_READINGS + 20;
  const seqs = [7, 8, 9, 10, ...Array.from({ length: STORED_READINGS - 1 }, (_, i) => 21 + i)];
  for (let at = 0; at < seqs.length; at += 1_000)
    await db
      .insertInto('readings')
      .values(seqs.slice(at, at + 1_000).map(row))
      .execute();
  expect(seqs.at(-1)).toBe(newest - 1);
  await peer.reading(reading(newest));
  const stored = async () => {
    const rows = await db.selectFrom('readings').select('seq').where('bookingId', '=', bookingId).execute();
    return rows.map(({ seq }) => seq).sort((a, b) => a - b);
  };
  await waitFor('the newest reading', async () => (await stored()).at(-1) === newest);
  const kept = await stored();
  expect(kept).toHaveLength(STORED_READINGS + 1);
  expect(kept.slice(0, 2)).toEqual([9, 21]);
  await peer.reading(reading(20));
  const agentKey = charger.agent.address.toLowerCase();
  await waitFor('the refusal of an old one', () =>
    logLines.some((line) => line.includes('reading.tooOld') && line.includes(agentKey)),
  );
  expect(await stored()).toEqual(kept);
});
