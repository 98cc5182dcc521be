import { type SelectQueryBuilder, sql } from 'kysely';
import type { Hex } from 'viem';
import { LISTING_STATUS } from '../../../protocol/listing.ts';
import type { Db } from '../../db.ts';
import type { Key, KeySource, Span } from './pages.ts';

/** Locations: the open ones by the time at which the map's view of them changed, and those that were closed. */
export const locationSources = (db: Db): KeySource[] => [
  sourceOf(db, (span) => openLocations(db, span)),
  sourceOf(db, (span) => listed(db, '<>', span)),
];

/** Tariffs: of the open listings, by the time at which they were published or changed. */
export const tariffSources = (db: Db): KeySource[] => [sourceOf(db, (span) => listed(db, '=', span))];

/** Charge detail records: sessions that were paid for, and no-shows, by the time at which the ledger ended them. */
export const cdrSources = (db: Db): KeySource[] => [sourceOf(db, (span) => endedBookings(db, span))];

// biome-ignore lint/suspicious/noExplicitAny: of whichever tables
type Keys = SelectQueryBuilder<any, any, { at: number | null; id: Hex }>;

function sourceOf(db: Db, within: (span: Span) => Keys): KeySource {
  return {
    async count(span) {
      const query = db.selectFrom(within(span).as('found'));
      const row = await query.select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirst();
      return Number(row?.count ?? 0);
    },
    async keys(span, after, limit) {
      const query = db.selectFrom(within(span).as('found')).select(['at', 'id']);
      const rest =
        after === undefined
          ? query
          : query.where((eb) => eb(eb.refTuple('at', 'id'), '>', eb.tuple(after.at, after.id)));
      return (await rest.orderBy('at').orderBy('id').limit(limit).execute()) as Key[];
    },
  };
}

const openLocations = (db: Db, { from, until }: Span): Keys =>
  db
    .selectFrom('mapChargers')
    .where('changedAt', '>=', from)
    .where('changedAt', '<', until)
    .select(['changedAt as at', 'listingId as id']);

/** Those that are open, or those that are not; the status as a literal, since each has an index of its rows alone. */
const listed = (db: Db, is: '=' | '<>', { from, until }: Span): Keys =>
  db
    .selectFrom('listings')
    .where('status', is, sql.lit(LISTING_STATUS.OPEN))
    .where('updatedAt', '>=', from)
    .where('updatedAt', '<', until)
    .where('untilBlock', 'is', null)
    .where('latitudeE6', 'is not', null)
    .select(['updatedAt as at', 'listingId as id']);

const endedBookings = (db: Db, { from, until }: Span): Keys =>
  db
    .selectFrom('bookings')
    .where('endedAt', '>=', from)
    .where('endedAt', '<', until)
    .where('untilBlock', 'is', null)
    .where('reservationStatus', 'in', ['FULFILLED', 'NO_SHOW'])
    // Neither energy nor money: nothing to record.
    .where((eb) => eb.or([eb('paid', '<>', '0'), eb('energyWh', '>', 0)]))
    .select(['endedAt as at', 'bookingId as id']);

/** The listing whose id begins so; OCPI's ids are shorter. */
export async function listingIdOf(db: Db, ocpiId: string): Promise<Hex | undefined> {
  const row = await db
    .selectFrom('listings')
    .select('listingId')
    .where('listingId', '>=', `0x${ocpiId}`)
    .where('listingId', '<', `0x${ocpiId}g`)
    .where('untilBlock', 'is', null)
    .where('latitudeE6', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row?.listingId;
}
