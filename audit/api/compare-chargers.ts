import type { AuditReport } from '../audit-report.ts';
import { inChunks } from '../lib/concurrency.ts';
import { LISTING_STATUS } from '../rules/listing.ts';
import { compareList } from './charger-lists.ts';
import { type Difference, differences, missing } from './differences.ts';
import { boundFields, type ChargerFacts, chargerFields } from './expected-charger.ts';
import { aroundOf, slotDifferences } from './slots.ts';
import { type ApiSource, anyObject, get } from './source.ts';

/** The whole world: west, south, east, north. */
const WORLD = 'bbox=-180,-90,180,90';

/** Every charger by its id, and the lists that it is in: of its host, and of the map. */
export async function compareChargers(
  source: ApiSource,
  report: AuditReport,
  facts: ReadonlyMap<string, ChargerFacts>,
): Promise<Difference[]> {
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
): Promise<Difference[]> {
  const { listingId } = facts.listing;
  const { body, at } = await get(source, `/chargers/${listingId}`, anyObject.optional());
  if (body === undefined) return [missing({ listingId }, `charger ${listingId}`, 'no such charger')];
  return [
    ...differences({ listingId }, chargerFields(facts), body),
    ...boundFields(facts, body),
    ...slotDifferences(facts.listing, body, aroundOf(pin, at)),
  ];
}
