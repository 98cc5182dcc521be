import type { Hex } from 'viem';
import type { BookingAccount } from '../accounting/account-book.ts';
import type { AuditReport } from '../audit-report.ts';
import type { ChargerFacts } from './expected-charger.ts';
import { isSomewhere } from './placed-charger.ts';

/** What the ledger knows of each charger that is somewhere; the others are shown nowhere. */
export function factsOf({ book, bookings, events }: AuditReport): Map<string, ChargerFacts> {
  const ofListing = Map.groupBy(bookings, ({ booking }: BookingAccount) => booking.listingId);
  const canceledByHost = new Set<Hex>();
  const updatedAt = new Map<Hex, number>();
  for (const event of events()) {
    if (event.eventName === 'Canceled' && event.args.byHost) canceledByHost.add(event.args.bookingId);
    if (event.eventName === 'ListingPublished' || event.eventName === 'ListingStatusChanged')
      updatedAt.set(event.args.listingId, event.at);
  }
  return new Map(
    [...book.listings]
      .filter(([, listing]) => isSomewhere(listing))
      .map(([listingId, listing]) => [
        listingId,
        {
          listing,
          bookings: ofListing.get(listingId) ?? [],
          canceledByHost,
          updatedAt: updatedAt.get(listingId) ?? 0,
        },
      ]),
  );
}
