import { type Hex, zeroHash } from 'viem';
import { LISTING_STATUS, packLocation } from '../../../protocol/listing.ts';
import { toTermsStruct } from '../../../protocol/terms.ts';
import { lowerAddress, wordHex } from '../../../server/chain/events.ts';
import { openDatabase } from '../../../server/db/open.ts';
import type { Db } from '../../../server/db.ts';
import { testTerms } from '../../support/market.ts';
import { newDatabase } from '../support.ts';

/** A new database, on SQLite or PostgreSQL as the vitest project says. */
export async function openNewDatabase(): Promise<{ db: Db; stop(): Promise<void> }> {
  const { env, remove } = await newDatabase();
  const { DATABASE_FILE: databaseFile, DATABASE_URL: databaseUrl } = env as Record<string, string>;
  const { db, close } = await openDatabase({ databaseFile, databaseUrl });
  const stop = async () => {
    await close();
    await remove();
  };
  return { db, stop };
}

/** Deletes all rows that these tests write. */
export async function emptyTables(db: Db): Promise<void> {
  const tables = [
    'listings',
    'terms',
    'connectors',
    'mapChargers',
    'mapCells',
    'mapDirty',
    'mapRemoved',
  ] as const;
  for (const table of tables) await db.deleteFrom(table).execute();
  await db
    .updateTable('mapState')
    .set({ changeNumber: 0, forgottenTo: 0, seenTo: 0, redrawFrom: null })
    .execute();
}

/** Whether the map has drawn all that was marked, and all of a market that it draws for the first time. */
export async function isMapKept(db: Db): Promise<boolean> {
  const { redrawFrom } = await db.selectFrom('mapState').select('redrawFrom').executeTakeFirstOrThrow();
  if (redrawFrom !== null) return false;
  return (await db.selectFrom('mapDirty').select('listingId').limit(1).execute()).length === 0;
}

/** A listing as a test writes it into the index, without a ledger. */
export interface ListingRow {
  id: number;
  latitudeE6: number;
  longitudeE6: number;
  pricePerKwh?: number;
  isOpen?: boolean;
  maxPowerW?: number;
  connectorStandard?: 'IEC_62196_T2' | 'CHADEMO';
  hasMeterKey?: boolean;
}

export const listingIdFor = (id: number): Hex => `0x${id.toString(16).padStart(64, '0')}`;
const agentKeyFor = (id: number): Hex => `0x${id.toString(16).padStart(40, '0')}`;

/** Writes the current versions of listings with their terms, in place of those before. */
export async function putListingRows(db: Db, listings: readonly ListingRow[]): Promise<void> {
  for (let i = 0; i < listings.length; i += ROWS_AT_ONCE) {
    const some = listings.slice(i, i + ROWS_AT_ONCE);
    await db
      .insertInto('terms')
      .values(some.map(termsRow))
      .onConflict((c) => c.column('termsHash').doNothing())
      .execute();
    const ids = some.map(({ id }) => listingIdFor(id));
    await db.deleteFrom('listings').where('listingId', 'in', ids).execute();
    await db.insertInto('listings').values(some.map(listingRow)).execute();
  }
}

export const putListingRow = (db: Db, listing: ListingRow): Promise<void> => putListingRows(db, [listing]);

const ROWS_AT_ONCE = 500;

function termsRow(listing: ListingRow) {
  const struct = termsOf(listing);
  return {
    ...{ termsHash: termsHashOf(listing), fromBlock: 1, host: lowerAddress(struct.host) },
    agentKey: agentKeyFor(listing.id),
    tariff: wordHex(struct.tariff),
    bookingTerms: wordHex(struct.bookingTerms),
    metering: wordHex(struct.metering),
    meterKeyHash: listing.hasMeterKey ? listingIdFor(1) : zeroHash,
  };
}

const termsHashOf = ({ id, pricePerKwh, maxPowerW, hasMeterKey }: ListingRow): Hex =>
  `0x${[id, pricePerKwh, maxPowerW, hasMeterKey].join('-')}`;

function listingRow(listing: ListingRow) {
  const { id, latitudeE6, longitudeE6, isOpen = true } = listing;
  const location = packLocation({
    ...{ h3Cell: '881f1d4887fffff', resolution: 8, powerType: 'AC_3_PHASE' },
    connectorStandard: listing.connectorStandard ?? 'IEC_62196_T2',
  });
  return {
    ...{ listingId: listingIdFor(id), fromBlock: 1, untilBlock: null, termsHash: termsHashOf(listing) },
    ...{
      latitudeE6,
      longitudeE6,
      weeklyHours: wordHex((1n << 168n) - 1n),
      connector: '0x000000000001' as Hex,
    },
    ...{
      location: wordHex(location),
      placeCommitment: zeroHash,
      meterKey: '0x' as Hex,
      version: 1,
      updatedAt: 1,
    },
    status: isOpen ? LISTING_STATUS.OPEN : LISTING_STATUS.CLOSED,
  };
}

function termsOf({ pricePerKwh = 250_000, maxPowerW = 11_000 }: ListingRow) {
  const terms = testTerms(
    '0x1111111111111111111111111111111111111111',
    '0x2222222222222222222222222222222222222222',
  );
  return toTermsStruct({
    ...terms,
    tariff: { ...terms.tariff, pricePerKwh: BigInt(pricePerKwh) },
    metering: { ...terms.metering, maxPowerW: BigInt(maxPowerW) },
  });
}

/** Writes what an agent reported last of a listing's connector. */
export async function putReportRow(db: Db, id: number, status: string, receivedAt: number): Promise<void> {
  const row = { agentKey: agentKeyFor(id), host: null, status, health: null, sentAt: receivedAt, receivedAt };
  await db
    .insertInto('connectors')
    .values({ listingId: listingIdFor(id), ...row })
    .onConflict((c) => c.column('listingId').doUpdateSet(row))
    .execute();
}
