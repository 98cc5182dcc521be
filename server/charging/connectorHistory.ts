import type { Hex } from 'viem';
import { type PageQuery, pageOf } from '../../protocol/api/pages.ts';
import { type ConnectorState, TIME_CURSOR } from '../../protocol/api/statistics.ts';
import type { ConnectorHealth } from '../../protocol/link.ts';
import type { Db, Tx } from '../db.ts';
import type { ConnectorReport } from './connectorsStore.ts';

/** One row at least each hour; a change has its own. */
const HOUR_SEC = 3_600;
const KEPT_SEC = 30 * 86_400;

export interface ConnectorHistory {
  /** Those of the reports that say something new of their connector. */
  due(reports: readonly ConnectorReport[]): ConnectorReport[];
}

/** Which reports are kept: nearly all of them say what the one before said. */
export function createConnectorHistory(): ConnectorHistory {
  const last = new Map<Hex, { said: string; at: number }>();
  return {
    due: (reports) =>
      reports.filter(({ connector, receivedAt: at }) => {
        const said = changesOf(connector);
        const known = last.get(connector.listingId);
        if (known?.said === said && at - known.at < HOUR_SEC) return false;
        last.set(connector.listingId, { said, at });
        return true;
      }),
  };
}

/** Temperature, voltage and clock move all the time. */
const changesOf = ({ status, health }: ConnectorReport['connector']): string =>
  JSON.stringify([
    status,
    health?.lastError,
    health?.firmware,
    health?.forward?.isOn,
    health?.forward?.reason,
  ]);

/** Stores reports, and deletes what is too old of the same connectors. */
export async function putHistory(tx: Tx, reports: readonly ConnectorReport[]): Promise<void> {
  if (reports.length === 0) return;
  const rows = reports.map(({ connector: { listingId, status, health }, receivedAt: at }) => ({
    ...{ listingId, at, status },
    health: health === undefined ? null : JSON.stringify(health),
  }));
  await tx
    .insertInto('connectorHistory')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['listingId', 'at']).doNothing())
    .execute();
  const oldest = Math.max(...rows.map(({ at }) => at)) - KEPT_SEC;
  await tx
    .deleteFrom('connectorHistory')
    .where(
      'listingId',
      'in',
      rows.map(({ listingId }) => listingId),
    )
    .where('at', '<', oldest)
    .execute();
}

/** A page of a connector's history, newest first. */
export async function historyOf(
  db: Db,
  listingId: Hex,
  { limit, cursor }: PageQuery<readonly [number]>,
): Promise<{ states: ConnectorState[]; cursor: string | null }> {
  const [before = Number.MAX_SAFE_INTEGER] = cursor ?? [];
  const found = await db
    .selectFrom('connectorHistory')
    .select(['at', 'status', 'health'])
    .where('listingId', '=', listingId)
    .where('at', '<', before)
    .orderBy('at', 'desc')
    .limit(limit + 1)
    .execute();
  const page = pageOf(found, limit, ({ at }) => TIME_CURSOR.text(at));
  return {
    states: page.rows.map(({ health, ...row }) => ({
      ...row,
      health: health === null ? null : (JSON.parse(health) as ConnectorHealth),
    })),
    cursor: page.cursor,
  };
}
