import type { MarketEvent } from '../../protocol/ledger/events.ts';
import type { Tx } from '../db.ts';
import { INDEX_COLUMNS } from './index-columns.ts';
import type { Pace } from './pace.ts';
import { aliased, run } from './statements.ts';
import { statementsOf } from './statements-of.ts';
import {
  type BookingRow,
  type ListingRow,
  type ReadingColumns,
  type TermsRow,
  UnitOfWork,
} from './unit-of-work.ts';

const CURRENT = 'and until_block is null';

const SELECT = {
  bookings: `select ${aliased(INDEX_COLUMNS.bookings)} from bookings where booking_id`,
  listings: `select ${aliased(INDEX_COLUMNS.listings)} from listings where listing_id`,
  terms: `select ${aliased(INDEX_COLUMNS.terms)} from terms where terms_hash`,
  readings: `select booking_id as "bookingId",
    ${aliased(['readingMeasure', 'readingEvidenceHash', 'readingRegistersCommitment'])}
    from bookings where booking_id`,
} as const;

/** Ids of the rows that the events of a range name. */
interface Needs {
  bookings: Set<string>;
  listings: Set<string>;
  termsHashes: Set<string>;
  /** Bookings whose earlier readings decide what is paid. */
  finalised: Set<string>;
  /** Bookings by an offer. */
  offered: Set<string>;
  /** Listing and terms of each new booking. */
  booked: Map<string, { listingId: string; termsHash: string }>;
}

/** Loads the rows that the handlers of these events read, with a few statements. */
export async function loadRows(tx: Tx, events: readonly MarketEvent[], pace: Pace): Promise<UnitOfWork> {
  const unit = new UnitOfWork();
  const needs = needsOf(events);
  const load = <Row>(text: string, ids: Iterable<string>, take: (row: Row) => void, end?: string) =>
    loadEach(tx, { text, ids: [...ids], end, take, pace });
  const takeListing = (row: ListingRow) => unit.listings.load(row.listingId, row);
  const takeTerms = (row: TermsRow) => unit.loadTerms(row);
  await load<BookingRow>(
    SELECT.bookings,
    needs.bookings,
    (row) => unit.bookings.load(row.bookingId, row),
    CURRENT,
  );
  await load<ListingRow>(SELECT.listings, needs.listings, takeListing, CURRENT);
  await load<TermsRow>(SELECT.terms, needs.termsHashes, takeTerms);
  await load<ReadingColumns & { bookingId: string }>(
    SELECT.readings,
    needs.finalised,
    ({ bookingId, ...reading }) => unit.loadReading(bookingId, reading),
    'and reading_measure is not null order by booking_id, from_block desc',
  );
  const listings = listingsOfOffers(needs, unit);
  await load<ListingRow>(SELECT.listings, without(listings, needs.listings), takeListing, CURRENT);
  const hashes = new Set<string>([...listings].flatMap((id) => unit.listings.current(id)?.termsHash ?? []));
  await load<TermsRow>(SELECT.terms, without(hashes, needs.termsHashes), takeTerms);
  return unit;
}

function needsOf(events: readonly MarketEvent[]): Needs {
  const needs: Needs = {
    ...{ bookings: new Set(), listings: new Set(), termsHashes: new Set() },
    ...{ finalised: new Set(), offered: new Set(), booked: new Map() },
  };
  for (const { name, args } of events) {
    if ('bookingId' in args) needs.bookings.add(args.bookingId);
    if (name === 'ListingPublished' || name === 'ListingStatusChanged') needs.listings.add(args.listingId);
    else if (name === 'Finalised') needs.finalised.add(args.bookingId);
    else if (name === 'OfferTaken') needs.offered.add(args.bookingId);
    else if (name === 'Booked') {
      needs.termsHashes.add(args.termsHash);
      needs.booked.set(args.bookingId, args);
    }
  }
  return needs;
}

/** A booking by an offer has the terms of its listing, with another tariff: they may not be stored yet. */
function listingsOfOffers({ booked, offered }: Needs, unit: UnitOfWork): Set<string> {
  const ids = new Set<string>();
  for (const { listingId, termsHash } of booked.values()) {
    if (unit.terms(termsHash) === undefined) ids.add(listingId);
  }
  for (const bookingId of offered) {
    const booking = booked.get(bookingId) ?? unit.bookings.current(bookingId);
    if (booking !== undefined) ids.add(booking.listingId);
  }
  return ids;
}

const without = (ids: ReadonlySet<string>, loaded: ReadonlySet<string>): string[] =>
  [...ids].filter((id) => !loaded.has(id));

interface Load<Row> {
  text: string;
  ids: string[];
  end: string | undefined;
  take(row: Row): void;
  pace: Pace;
}

async function loadEach<Row>(tx: Tx, { text, ids, end, take, pace }: Load<Row>): Promise<void> {
  for (const query of statementsOf(tx).select(text, ids, end)) {
    const { rows } = await run<Row>(tx, query);
    for (const row of rows) take(row);
    await pace();
  }
}
