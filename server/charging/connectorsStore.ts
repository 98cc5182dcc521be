import { sql } from 'kysely';
import type { Address, Hex } from 'viem';
import { type Heartbeat, STALE_AFTER_SEC } from '../../protocol/link.ts';
import { lowerAddress } from '../chain/events.ts';
import type { Db, Tx } from '../db.ts';

/** What an agent reported of one connector. */
export interface ConnectorReport {
  agentKey: Address;
  publicKey: Hex;
  connector: Heartbeat['connectors'][number];
  /** By the agent's clock, unix seconds. */
  sentAt: number;
  receivedAt: number;
}

/** Those of the reports whose listing the index has for the agent's key. */
export async function listedReports(db: Db, reports: ConnectorReport[]): Promise<ConnectorReport[]> {
  const rows = await db
    .selectFrom('listings')
    .innerJoin('terms', 'terms.termsHash', 'listings.termsHash')
    .select(['listingId', 'agentKey'])
    .where(
      'listingId',
      'in',
      reports.map(({ connector }) => connector.listingId),
    )
    .where('untilBlock', 'is', null)
    .execute();
  const agentOf = new Map(rows.map((row) => [row.listingId, row.agentKey]));
  return reports.filter(({ agentKey, connector }) => agentOf.get(connector.listingId) === agentKey);
}

/** Stores that agents were heard, with the keys to seal messages to. */
export async function putAgents(tx: Tx, reports: ConnectorReport[]): Promise<void> {
  const byKey = new Map(reports.map((report) => [report.agentKey, report]));
  const rows = [...byKey.values()]
    .map(({ agentKey, publicKey, receivedAt }) => ({ agentKey, publicKey, seenAt: receivedAt }))
    .sort((a, b) => (a.agentKey < b.agentKey ? -1 : 1));
  await tx
    .insertInto('agents')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('agentKey').doUpdateSet((eb) => ({
        publicKey: eb.ref('excluded.publicKey'),
        seenAt: eb.ref('excluded.seenAt'),
      })),
    )
    .execute();
}

/** What the map shows differs from the stored row: status, consented host, or the row was no longer fresh. */
const IS_CHANGE = sql<number>`case when ${sql.ref('connectors.status')} <> ${sql.ref('excluded.status')}
  or ${sql.ref('connectors.host')} is distinct from ${sql.ref('excluded.host')}
  or ${sql.ref('connectors.receivedAt')} <= ${sql.ref('excluded.receivedAt')} - ${sql.lit(STALE_AFTER_SEC)}
  then 1 else 0 end`;

/**
 * Stores reports, at most one of each listing, unless newer ones are stored. Whether a row changes is decided where it is
 * written: another process may write the same row.
 *
 * @returns the listings of which the map shows something else now.
 */
export async function putConnectors(tx: Tx, reports: ConnectorReport[]): Promise<Hex[]> {
  // In one order, so that two processes never wait for each other.
  const rows = reports.map(rowOf).sort((a, b) => (a.listingId < b.listingId ? -1 : 1));
  const written = await tx
    .insertInto('connectors')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('listingId')
        .doUpdateSet((eb) => ({
          agentKey: eb.ref('excluded.agentKey'),
          host: eb.ref('excluded.host'),
          status: eb.ref('excluded.status'),
          health: eb.ref('excluded.health'),
          sentAt: eb.ref('excluded.sentAt'),
          receivedAt: eb.ref('excluded.receivedAt'),
          isChange: IS_CHANGE,
        }))
        .whereRef('connectors.sentAt', '<=', 'excluded.sentAt'),
    )
    .returning(['listingId', 'isChange'])
    .execute();
  return written.flatMap(({ listingId, isChange }) => (isChange === 1 ? [listingId] : []));
}

function rowOf({ agentKey, connector, sentAt, receivedAt }: ConnectorReport) {
  const { listingId, host, status, health } = connector;
  return {
    ...{ listingId, agentKey, status, sentAt, receivedAt, isChange: 1 },
    host: host === undefined ? null : lowerAddress(host),
    health: health === undefined ? null : JSON.stringify(health),
  };
}
