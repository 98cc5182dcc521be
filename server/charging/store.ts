import type { Address, Hex } from 'viem';
import type { HostedHealth, ReadingJson, SessionJson } from '../../protocol/api.ts';
import type { Coded } from '../../protocol/codes.ts';
import type { ConnectorHealth, Heartbeat } from '../../protocol/link.ts';
import { lowerAddress } from '../chain/events.ts';
import type { Db } from '../db.ts';

/** A reading that an agent signed, with the driver's co-signature once it has arrived. */
export interface StoredReading {
  reading: ReadingJson;
  agentSignature: Hex;
  sessionSignature: Hex | null;
}

/** Those of the given listings that the index has for the agent key. */
export async function listedOf(db: Db, agentKey: Address, listingIds: Hex[]): Promise<Set<Hex>> {
  if (listingIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('listings')
    .innerJoin('terms', 'terms.termsHash', 'listings.termsHash')
    .select('listingId')
    .where('listingId', 'in', listingIds)
    .where('untilBlock', 'is', null)
    .where('agentKey', '=', agentKey)
    .execute();
  return new Set(rows.map((row) => row.listingId));
}

export async function putAgent(db: Db, agentKey: Address, publicKey: Hex, seenAt: number): Promise<void> {
  await db
    .insertInto('agents')
    .values({ agentKey, publicKey, seenAt })
    .onConflict((conflict) => conflict.column('agentKey').doUpdateSet({ publicKey, seenAt }))
    .execute();
}

/** Stores an agent's report on a connector, unless a newer one is stored. */
export async function putConnector(
  db: Db,
  agentKey: Address,
  { listingId, host, status, health }: Heartbeat['connectors'][number],
  times: { sentAt: number; receivedAt: number },
): Promise<void> {
  const row = {
    agentKey,
    host: host === undefined ? null : lowerAddress(host),
    status,
    health: health === undefined ? null : JSON.stringify(health),
    ...times,
  };
  await db
    .insertInto('connectors')
    .values({ listingId, ...row })
    .onConflict((conflict) =>
      conflict.column('listingId').doUpdateSet(row).where('connectors.sentAt', '<=', times.sentAt),
    )
    .execute();
}

/** Health of all connectors of a host, as last reported; null fields where nothing was reported. */
export async function healthOfHost(
  db: Db,
  host: Address,
  linkedAt: (agentKey: Address) => number | undefined,
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
  return rows.map(({ health, agentKey, ...row }) => ({
    ...row,
    linkedAt: linkedAt(agentKey) ?? null,
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

export async function putReading(
  db: Db,
  reading: ReadingJson,
  agentSignature: Hex,
  receivedAt: number,
): Promise<void> {
  const { bookingId, seq } = reading;
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
