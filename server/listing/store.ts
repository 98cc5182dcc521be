import type { Address, Hex } from 'viem';
import type { Db } from '../db.ts';

/** Current listings with their terms and the connector's last reported status. */
export function chargers(db: Db) {
  return db
    .selectFrom('listings')
    .innerJoin('terms', 'terms.termsHash', 'listings.termsHash')
    .leftJoin('connectors', (join) =>
      join
        .onRef('connectors.listingId', '=', 'listings.listingId')
        .onRef('connectors.agentKey', '=', 'terms.agentKey'),
    )
    .where('listings.untilBlock', 'is', null)
    .where('listings.latitudeE6', 'is not', null)
    .selectAll('listings')
    .select(['terms.host', 'terms.agentKey', 'tariff', 'bookingTerms', 'metering', 'meterKeyHash'])
    .select([
      'connectors.status as connectorStatus',
      'connectors.host as consentedHost',
      'connectors.receivedAt as heardAt',
    ]);
}

export type ChargerRow = Awaited<ReturnType<ReturnType<typeof chargers>['executeTakeFirstOrThrow']>>;

export const readCharger = (db: Db, listingId: Hex): Promise<ChargerRow | undefined> =>
  chargers(db).where('listings.listingId', '=', listingId).executeTakeFirst();

/** Public key of an agent, uncompressed; null until it has connected. */
export async function agentPublicKey(db: Db, agentKey: Hex): Promise<Hex | null> {
  const row = await db
    .selectFrom('agents')
    .select('publicKey')
    .where('agentKey', '=', agentKey)
    .executeTakeFirst();
  return row?.publicKey ?? null;
}

/** Who is behind a listing, which never changes; undefined where the index has no such listing. */
export const partiesOfListing = (
  db: Db,
  listingId: Hex,
): Promise<{ host: Address; agentKey: Address } | undefined> =>
  db
    .selectFrom('listings')
    .innerJoin('terms', 'terms.termsHash', 'listings.termsHash')
    .select(['host', 'agentKey'])
    .where('listingId', '=', listingId)
    .where('untilBlock', 'is', null)
    .executeTakeFirst();
