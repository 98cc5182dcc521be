import type { Selectable } from 'kysely';
import type { Hex } from 'viem';
import { endVersion } from '../chain/versions.ts';
import type { Db, Tables, Tx } from '../db.ts';

type ListingRow = Selectable<Tables['listings']>;

/** Writes a new version of a listing; the previous version ends at its block. */
export async function putListing(tx: Tx, listing: ListingRow): Promise<void> {
  await endVersion(tx, 'listings', listing.listingId, listing.fromBlock);
  await tx.insertInto('listings').values(listing).execute();
}

export const currentListing = (db: Db | Tx, listingId: Hex): Promise<ListingRow | undefined> =>
  db
    .selectFrom('listings')
    .selectAll()
    .where('listingId', '=', listingId)
    .where('untilBlock', 'is', null)
    .executeTakeFirst();

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
