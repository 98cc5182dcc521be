import { type Expression, type SqlBool, sql } from 'kysely';
import type { Address } from 'viem';
import type { PairingOffer } from '../../protocol/link.ts';
import { isAlive } from '../cluster/liveness.ts';
import type { Db, Tables } from '../db.ts';

/** Statements of one write hold this many links. */
const LINKS_PER_WRITE = 500;
const KEYS_PER_READ = 1_000;

/** A connection of an agent to one of the processes. */
export interface Link {
  agentKey: Address;
  linkId: string;
  /** Unix seconds. */
  linkedAt: number;
}

export interface ReplacedLink {
  agentKey: Address;
  processId: string;
  linkId: string;
}

/**
 * Stores new links of a process; the newest one of an agent counts. Each row is replaced in one step, so that each link
 * learns exactly which one it replaces, also where several connect at the same moment.
 *
 * @returns the links of other processes that are replaced.
 */
export async function putLinks(db: Db, processId: string, links: Link[]): Promise<ReplacedLink[]> {
  const written = await upsertLinks(db, processId, links, sql<boolean>`true`);
  return written.flatMap(({ agentKey, previousProcessId, previousLinkId }) =>
    previousProcessId === null || previousLinkId === null || previousProcessId === processId
      ? []
      : [{ agentKey, processId: previousProcessId, linkId: previousLinkId }],
  );
}

/**
 * Stores links again of which the rows were lost.
 *
 * @returns those that are not the newest ones of their agents.
 */
export async function putLinksAgain(db: Db, processId: string, links: Link[]): Promise<Link[]> {
  const isNewest = sql<boolean>`${sql.ref('agentLinks.linkedAt')} <= ${sql.ref('excluded.linkedAt')}`;
  const written = await upsertLinks(db, processId, links, isNewest);
  const stored = new Set(written.map(({ agentKey }) => agentKey));
  return links.filter(({ agentKey }) => !stored.has(agentKey));
}

async function upsertLinks(db: Db, processId: string, links: Link[], isReplaced: Expression<SqlBool>) {
  const written: Pick<Tables['agentLinks'], 'agentKey' | 'previousProcessId' | 'previousLinkId'>[] = [];
  // In one order, so that two processes never wait for each other.
  const sorted = links.toSorted((a, b) => (a.agentKey < b.agentKey ? -1 : 1));
  for (let at = 0; at < sorted.length; at += LINKS_PER_WRITE) {
    const rows = await db
      .insertInto('agentLinks')
      .values(sorted.slice(at, at + LINKS_PER_WRITE).map((link) => ({ ...link, processId })))
      .onConflict((conflict) =>
        conflict
          .column('agentKey')
          .doUpdateSet((eb) => ({
            previousProcessId: eb.ref('agentLinks.processId'),
            previousLinkId: eb.ref('agentLinks.linkId'),
            processId,
            linkId: eb.ref('excluded.linkId'),
            linkedAt: eb.ref('excluded.linkedAt'),
          }))
          .where(isReplaced),
      )
      .returning(['agentKey', 'previousProcessId', 'previousLinkId'])
      .execute();
    written.push(...rows);
  }
  return written;
}

/** Deletes a link that has ended, unless a newer one of its agent has replaced it. */
export async function deleteLink(db: Db, { agentKey, linkId }: Link): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx
      .deleteFrom('pairingOffers')
      .where('agentKey', '=', agentKey)
      .where('linkId', '=', linkId)
      .execute();
    await tx.deleteFrom('agentLinks').where('agentKey', '=', agentKey).where('linkId', '=', linkId).execute();
  });
}

/** Which process holds an agent's link; undefined while none that is alive does. */
export async function processOfLink(db: Db, agentKey: Address): Promise<string | undefined> {
  const row = await db
    .selectFrom('agentLinks')
    .innerJoin('processes', 'processes.processId', 'agentLinks.processId')
    .select('agentLinks.processId')
    .where('agentKey', '=', agentKey)
    .where((eb) => isAlive(eb.ref('seenAt')))
    .executeTakeFirst();
  return row?.processId;
}

/** Since when those of the agents are linked that are, by agent key. */
export async function linkedSince(db: Db, agentKeys: Address[]): Promise<Map<Address, number>> {
  const linked = new Map<Address, number>();
  for (let at = 0; at < agentKeys.length; at += KEYS_PER_READ) {
    const rows = await db
      .selectFrom('agentLinks')
      .innerJoin('processes', 'processes.processId', 'agentLinks.processId')
      .select(['agentKey', 'linkedAt'])
      .where('agentKey', 'in', agentKeys.slice(at, at + KEYS_PER_READ))
      .where((eb) => isAlive(eb.ref('seenAt')))
      .execute();
    for (const { agentKey, linkedAt } of rows) linked.set(agentKey, linkedAt);
  }
  return linked;
}

/** Stores what an agent offers for pairing in place of what it offered before. */
export async function putOffers(db: Db, { agentKey, linkId }: Link, offers: PairingOffer[]): Promise<void> {
  const byCode = new Map(offers.map((offer) => [offer.code, offer]));
  const rows = [...byCode].map(([code, offer]) => ({ agentKey, linkId, code, offer: JSON.stringify(offer) }));
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('pairingOffers').where('agentKey', '=', agentKey).execute();
    if (rows.length > 0) await tx.insertInto('pairingOffers').values(rows).execute();
  });
}

/** Connectors of linked agents that wait to be listed: those of a code, or all. */
export async function linkedOffers(
  db: Db,
  code: string | undefined,
): Promise<{ agentKey: Address; offer: PairingOffer }[]> {
  const rows = await db
    .selectFrom('pairingOffers')
    .innerJoin('agentLinks', (join) =>
      join
        .onRef('agentLinks.agentKey', '=', 'pairingOffers.agentKey')
        .onRef('agentLinks.linkId', '=', 'pairingOffers.linkId'),
    )
    .innerJoin('processes', 'processes.processId', 'agentLinks.processId')
    .select(['pairingOffers.agentKey', 'offer'])
    .where((eb) => isAlive(eb.ref('seenAt')))
    .$if(code !== undefined, (offers) => offers.where('code', '=', code!))
    .orderBy('agentLinks.linkedAt')
    .execute();
  return rows.map(({ agentKey, offer }) => ({ agentKey, offer: JSON.parse(offer) as PairingOffer }));
}
