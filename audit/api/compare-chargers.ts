import type { Hex } from 'viem';
import type { BookingAccount } from '../accounting/account-book.ts';
import type { AuditReport } from '../audit-report.ts';
import { inChunks } from '../lib/concurrency.ts';
import type { Discrepancy } from '../lib/discrepancy.ts';
import { LISTING_STATUS } from '../rules/listing.ts';
import { differences, extra, missing } from './differences.ts';
import {
  boundFields,
  type ChargerFacts,
  chargerFields,
  isSomewhere,
  summaryFields,
} from './expected-charger.ts';
import { slotDifferences } from './slots.ts';
import { type AnyObject, type ApiSource, allChargers, anyObject, get } from './source.ts';

/** The whole world: west, south, east, north. */
const WORLD = 'bbox=-180,-90,180,90';

/** What the ledger knows of each charger that is somewhere; the others are shown nowhere. */
function factsOf({ book, bookings, events }: AuditReport): Map<string, ChargerFacts> {
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

/** Every charger by its id, and the lists that it is in: of its host, and of the map. */
export async function compareChargers(source: ApiSource, report: AuditReport): Promise<Discrepancy[]> {
  const facts = factsOf(report);
  source.progress?.('comparing chargers', 0, facts.size);
  const details = await inChunks([...facts.values()], (one) => compareDetail(source, report, one));
  const hosts = [
    ...new Set([...facts.values()].map(({ listing }) => listing.listing.terms.host.toLowerCase())),
  ];
  const ofHosts = await inChunks(hosts, (host) =>
    compareList(source, facts, {
      query: `host=${host}`,
      isIn: ({ listing }) => listing.listing.terms.host.toLowerCase() === host,
    }),
  );
  const isOpen = ({ listing }: ChargerFacts) => listing.status === LISTING_STATUS.OPEN;
  const ofWorld = await compareList(source, facts, { query: WORLD, isIn: isOpen });
  return [...details.flat(), ...ofHosts.flat(), ...ofWorld];
}

async function compareDetail(
  source: ApiSource,
  { pin }: AuditReport,
  facts: ChargerFacts,
): Promise<Discrepancy[]> {
  const { listingId } = facts.listing;
  const { body, at } = await get(source, `/chargers/${listingId}`, anyObject.optional());
  if (body === undefined) return [missing({ listingId }, `charger ${listingId}`, 'no such charger')];
  return [
    ...differences({ listingId }, chargerFields(facts), body),
    ...boundFields(facts, body),
    ...slotDifferences(facts.listing, body, {
      earliest: at === 0 ? pin.at : at,
      latest: Math.max(pin.at, at),
    }),
  ];
}

interface ChargerList {
  query: string;
  isIn: (facts: ChargerFacts) => boolean;
}

/** A list has each of its chargers once, and no others. */
async function compareList(
  source: ApiSource,
  facts: ReadonlyMap<string, ChargerFacts>,
  { query, isIn }: ChargerList,
): Promise<Discrepancy[]> {
  const rows = new Map<string, AnyObject>();
  const found: Discrepancy[] = [];
  const where = `list ?${query}`;
  for (const row of await allChargers(source, query)) {
    const listingId = row.listingId as Hex;
    const known = facts.get(listingId);
    if (rows.has(listingId)) found.push(extra({ listingId }, `${where} with each charger once`, 'twice'));
    else if (known === undefined || !isIn(known))
      found.push(extra({ listingId }, `${where} without charger ${listingId}`, 'in the list'));
    else found.push(...differences({ listingId }, summaryFields(known.listing), row));
    rows.set(listingId, row);
  }
  for (const one of facts.values()) {
    const { listingId } = one.listing;
    if (isIn(one) && !rows.has(listingId))
      found.push(missing({ listingId }, `${where} with charger ${listingId}`, 'not in the list'));
  }
  return found;
}
