import { type Insertable, type Selectable, sql } from 'kysely';
import type { Hex } from 'viem';
import { type TermsStruct, termsHash } from '../../../../protocol/terms.ts';
import { wordHex } from '../../../../server/chain/events.ts';
import { toTermsStruct } from '../../../../server/chain/terms.ts';
import type { Tables, Tx } from '../../../../server/db.ts';
import type { At } from './at.ts';

type BookingRow = Selectable<Tables['bookings']>;
type ListingRow = Selectable<Tables['listings']>;

const KEYS = { listings: 'listingId', bookings: 'bookingId' } as const;

/** Ends the current version of a row at `block`, so that a new version can begin there. */
async function endVersion(tx: Tx, table: keyof typeof KEYS, id: string, block: number): Promise<void> {
  const row = sql`${sql.ref(KEYS[table])} = ${id}`;
  const from = sql.ref('fromBlock');
  const until = sql.ref('untilBlock');
  await sql`delete from ${sql.table(table)} where ${row} and ${from} = ${block}`.execute(tx);
  await sql`update ${sql.table(table)} set ${until} = ${block} where ${row} and ${until} is null`.execute(tx);
}

export async function putTerms(tx: Tx, terms: Insertable<Tables['terms']>): Promise<void> {
  await tx
    .insertInto('terms')
    .values(terms)
    .onConflict((conflict) => conflict.column('termsHash').doNothing())
    .execute();
}

const termsOfHash = (tx: Tx, hash: Hex) =>
  tx.selectFrom('terms').selectAll().where('termsHash', '=', hash).executeTakeFirst();

/** The terms of a listing's current version. */
const listedTerms = (tx: Tx, listingId: Hex) =>
  tx
    .selectFrom('listings')
    .innerJoin('terms', 'terms.termsHash', 'listings.termsHash')
    .selectAll('terms')
    .where('listingId', '=', listingId)
    .where('untilBlock', 'is', null)
    .executeTakeFirstOrThrow();

export async function putListing(tx: Tx, listing: ListingRow): Promise<void> {
  await endVersion(tx, 'listings', listing.listingId, listing.fromBlock);
  await tx.insertInto('listings').values(listing).execute();
}

export const currentListing = (tx: Tx, listingId: Hex): Promise<ListingRow | undefined> =>
  tx
    .selectFrom('listings')
    .selectAll()
    .where('listingId', '=', listingId)
    .where('untilBlock', 'is', null)
    .executeTakeFirst();

export const bookedTerms = async (tx: Tx, hash: Hex, listingId: Hex): Promise<TermsStruct> =>
  toTermsStruct((await termsOfHash(tx, hash)) ?? (await listedTerms(tx, listingId)));

/** Stores the terms of a booking by an offer: the listing's, with the offered tariff. */
export async function putOfferedTerms({ tx, block }: At, bookingId: Hex, tariff: bigint): Promise<void> {
  const { listingId, termsHash: hash } = await currentBooking(tx, bookingId);
  const { fromBlock: _, ...listed } = await listedTerms(tx, listingId);
  if (termsHash({ ...toTermsStruct(listed), tariff }) !== hash)
    throw new Error(`The ledger booked ${bookingId} with other terms than those of its listing and offer.`);
  await putTerms(tx, { ...listed, termsHash: hash, fromBlock: block, tariff: wordHex(tariff) });
}

const currentBooking = (tx: Tx, bookingId: Hex): Promise<BookingRow> =>
  tx
    .selectFrom('bookings')
    .selectAll()
    .where('bookingId', '=', bookingId)
    .where('untilBlock', 'is', null)
    .executeTakeFirstOrThrow();

export async function putBooking(tx: Tx, booking: BookingRow): Promise<void> {
  await endVersion(tx, 'bookings', booking.bookingId, booking.fromBlock);
  await tx.insertInto('bookings').values(booking).execute();
}

/** Changes fields of a booking as of an event, by writing a new version. */
export async function changeBooking(
  at: At,
  bookingId: Hex,
  change: (before: BookingRow) => Partial<BookingRow>,
): Promise<void> {
  const before = await currentBooking(at.tx, bookingId);
  await putBooking(at.tx, { ...before, ...change(before), fromBlock: at.block });
  at.touched.bookings.add(bookingId);
  at.touched.listings.add(before.listingId);
}

/** The readings that were reported for a booking, newest first. */
export const readingsOf = (tx: Tx, bookingId: Hex) =>
  tx
    .selectFrom('bookings')
    .select(['readingMeasure', 'readingEvidenceHash', 'readingRegistersCommitment'])
    .where('bookingId', '=', bookingId)
    .where('readingMeasure', 'is not', null)
    .orderBy('fromBlock', 'desc')
    .execute();
