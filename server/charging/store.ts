import type { Address, Hex } from 'viem';
import type { HostedHealth, ReadingJson, SessionJson } from '../../protocol/api.ts';
import type { Coded } from '../../protocol/codes.ts';
import type { ConnectorHealth } from '../../protocol/link.ts';
import type { Db } from '../db.ts';

/** A reading that an agent signed, with the driver's co-signature once it has arrived. */
export interface StoredReading {
  reading: ReadingJson;
  agentSignature: Hex;
  sessionSignature: Hex | null;
}

/** Whether the index has a listing of the agent key. */
export async function isListedAgent(db: Db, agentKey: Address): Promise<boolean> {
  const row = await db
    .selectFrom('terms')
    .innerJoin('listings', 'listings.termsHash', 'terms.termsHash')
    .select('listingId')
    .where('untilBlock', 'is', null)
    .where('agentKey', '=', agentKey)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Health of all connectors of a host, as last reported; null fields where nothing was reported. */
export async function healthOfHost(
  db: Db,
  host: Address,
  linkedAt: (agentKeys: Address[]) => Promise<Map<Address, number>>,
): Promise<HostedHealth[]> {
  const rows = await db
    .selectFrom('listings')
    .innerJoin('terms', 'terms.termsHash', 'listings.termsHash')
    .leftJoin('connectors', 'connectors.listingId', 'listings.listingId')
    .select(['listings.listingId', 'terms.agentKey', 'health', 'connectors.status', 'receivedAt'])
    .where('listings.untilBlock', 'is', null)
    .where('terms.host', '=', host)
    .orderBy('listings.listingId')
    .execute();
  const linked = await linkedAt([...new Set(rows.map(({ agentKey }) => agentKey))]);
  return rows.map(({ health, agentKey, ...row }) => ({
    ...row,
    linkedAt: linked.get(agentKey) ?? null,
    health: health === null ? null : (JSON.parse(health) as ConnectorHealth),
  }));
}

export async function readReading(db: Db, bookingId: Hex, seq: number): Promise<StoredReading | undefined> {
  const row = await db
    .selectFrom('readings')
    .selectAll()
    .where('bookingId', '=', bookingId)
    .where('seq', '=', seq)
    .executeTakeFirst();
  return row && { ...row, reading: JSON.parse(row.reading) as ReadingJson };
}

export async function newestReading(db: Db, bookingId: Hex): Promise<StoredReading | undefined> {
  const row = await db
    .selectFrom('readings')
    .selectAll()
    .where('bookingId', '=', bookingId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { ...row, reading: JSON.parse(row.reading) as ReadingJson };
}

export async function newestCosigned(db: Db, bookingId: Hex): Promise<StoredReading | undefined> {
  const row = await db
    .selectFrom('readings')
    .selectAll()
    .where('bookingId', '=', bookingId)
    .where('sessionSignature', 'is not', null)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { ...row, reading: JSON.parse(row.reading) as ReadingJson };
}

/**
 * The newest readings of a booking that are stored: more than a day has at one each 10 s. Of those before them only what
 * both have signed last is kept.
 */
export const STORED_READINGS = 10_000;

export async function putReading(
  db: Db,
  reading: ReadingJson,
  agentSignature: Hex,
  receivedAt: number,
): Promise<void> {
  const { bookingId, seq } = reading;
  if (seq >= STORED_READINGS) {
    const cosigned = await newestCosigned(db, bookingId);
    await db
      .deleteFrom('readings')
      .where('bookingId', '=', bookingId)
      .where('seq', '<=', seq - STORED_READINGS)
      .where('seq', '!=', cosigned?.reading.seq ?? -1)
      .execute();
  }
  await db
    .insertInto('readings')
    .values({
      bookingId,
      seq,
      reading: JSON.stringify(reading),
      agentSignature,
      sessionSignature: null,
      receivedAt,
    })
    .execute();
}

export async function putCosignature(db: Db, bookingId: Hex, seq: number, signature: Hex): Promise<void> {
  await db
    .updateTable('readings')
    .set({ sessionSignature: signature })
    .where('bookingId', '=', bookingId)
    .where('seq', '=', seq)
    .execute();
}

export async function readSession(db: Db, bookingId: Hex): Promise<SessionJson | undefined> {
  const row = await db
    .selectFrom('sessions')
    .select(['state', 'powerW', 'detail', 'assuranceLevel', 'neededCost', 'at'])
    .where('bookingId', '=', bookingId)
    .executeTakeFirst();
  return row && { ...row, detail: row.detail === null ? null : (JSON.parse(row.detail) as Coded) };
}

/** Stores the state of a session, unless a newer one is stored. */
export async function putSession(db: Db, bookingId: Hex, session: SessionJson): Promise<void> {
  const row = { ...session, detail: session.detail === null ? null : JSON.stringify(session.detail) };
  await db
    .insertInto('sessions')
    .values({ bookingId, ...row })
    .onConflict((conflict) =>
      conflict.column('bookingId').doUpdateSet(row).where('sessions.at', '<=', session.at),
    )
    .execute();
}
