import { formatUnits } from 'viem';
import { z } from 'zod';
import type { AuditReport } from '../audit-report.ts';
import { ocpiId } from '../export/ocpi-location.ts';
import { asText } from '../export/ocpi-text.ts';
import { inChunks } from '../lib/concurrency.ts';
import { LISTING_STATUS } from '../rules/listing.ts';
import { type Difference, differences, type Expected, extra, mismatch, missing } from './differences.ts';
import { type Sample, someOf } from './drawing.ts';
import type { ChargerFacts } from './expected-charger.ts';
import {
  amountsInWords,
  CONNECTOR_ID,
  connectorFields,
  evseFields,
  hasEvse,
  locationFields,
  tariffFields,
} from './expected-ocpi.ts';
import { type AnyObject, type ApiSource, allPages, anyObject, get } from './source.ts';

const ROOT = '/ocpi/2.2.1';

/** So many locations are asked for by their ids, with their EVSE and its connector. */
const OBJECTS = 2;

const SUCCESS = z.literal(1_000);
const listed = z.looseObject({ status_code: SUCCESS, data: z.array(z.looseObject({ id: z.string() })) });
const object = z.looseObject({ status_code: SUCCESS, data: anyObject }).optional();

type Facts = ReadonlyMap<string, ChargerFacts>;

/** A list of OCPI: who is in it, and what differs in a row. */
interface Module {
  name: string;
  isIn: (facts: ChargerFacts) => boolean;
  rowDifferences: (facts: ChargerFacts, row: AnyObject) => Difference[];
}

/** Locations, tariffs, and some locations with EVSE and connector by their ids. Charge detail records are not public. */
export async function compareOcpi(
  source: ApiSource,
  report: AuditReport,
  facts: Facts,
  { draw }: Sample,
): Promise<Difference[]> {
  const modules: Module[] = [
    { name: 'locations', isIn: () => true, rowDifferences: locationDifferences },
    {
      name: 'tariffs',
      isIn: ({ listing }) => listing.status === LISTING_STATUS.OPEN,
      rowDifferences: (one, row) => tariffDifferences(one, row, report),
    },
  ];
  const lists = await inChunks(modules, (module) => compareModule(source, facts, module));
  const some = someOf(draw, [...facts.values()].filter(hasEvse), OBJECTS);
  const objects = await inChunks(some, (one) => compareObjects(source, one));
  return [...lists.flat(), ...objects.flat()];
}

async function compareModule(source: ApiSource, facts: Facts, module: Module): Promise<Difference[]> {
  const where = `OCPI ${module.name}`;
  const expected = new Map(
    [...facts.values()].filter(module.isIn).map((one) => [ocpiId(one.listing.listingId), one]),
  );
  let total: string | null = null;
  const rows = await allPages(where, async (next) => {
    const { body, headers } = await get(source, `${ROOT}/${module.name}${next ?? '?limit=100'}`, listed);
    total = headers.get('x-total-count');
    return { rows: body.data, next: nextPage(headers.get('link')) };
  });
  const seen = new Set<string>();
  const found = rows.flatMap((row): Difference[] => {
    const known = expected.get(row.id);
    const isTwice = seen.has(row.id);
    seen.add(row.id);
    if (known !== undefined && !isTwice) return named(where, module.rowDifferences(known, row));
    const subject = known === undefined ? {} : { listingId: known.listing.listingId };
    const wanted = isTwice ? `${where} with each object once` : `${where} without ${row.id}`;
    return [{ ...extra(subject, wanted, isTwice ? 'twice' : 'in the list'), sumOf: 'chargers' }];
  });
  for (const [id, { listing }] of expected)
    if (!seen.has(id))
      found.push(missing({ listingId: listing.listingId }, `${where} with ${id}`, 'not in the list'));
  return [...found, ...totalDifferences(where, rows.length, total)];
}

/** OCPI 4.1.4: how many objects the pages have together. */
const totalDifferences = (where: string, count: number, total: string | null): Difference[] =>
  total === String(count)
    ? []
    : [{ ...mismatch({}, `${where}: x-total-count ${count}`, String(total)), sumOf: 'chargers' }];

const named = (where: string, found: readonly Difference[]): Difference[] =>
  found.map((each) => ({ ...each, expected: `${where}: ${each.expected}` }));

/** The query of the next page: the host in it may be another name of the same server. */
const nextPage = (link: string | null): string | undefined =>
  /<[^>?]*(\?[^>]+)>; *rel="next"/.exec(link ?? '')?.[1];

export function locationDifferences(facts: ChargerFacts, row: AnyObject): Difference[] {
  const { listingId, status } = facts.listing;
  const evses = Array.isArray(row.evses) ? (row.evses as AnyObject[]) : [];
  const isGone = status === LISTING_STATUS.OPEN && evses[0]?.status === 'REMOVED';
  const gone = isGone ? [mismatch({ listingId }, 'status of an open charger', 'REMOVED')] : [];
  return [...differences({ listingId }, locationFields(facts, row), row), ...gone];
}

/** The text of a tariff names the token, and exactly the amounts that the elements do not hold. */
export function tariffDifferences(
  facts: ChargerFacts,
  row: AnyObject,
  report: Pick<AuditReport, 'token'>,
): Difference[] {
  const { listingId } = facts.listing;
  const { decimals } = report.token;
  const symbol = asText(report.token.symbol);
  const texts = Array.isArray(row.tariff_alt_text) ? (row.tariff_alt_text as AnyObject[]) : [];
  const text = texts.map((one) => String(one.text)).join(' ');
  const expected = amountsInWords(facts, report.token).map((units) => formatUnits(units, decimals));
  // The token's own name may have digits.
  const found = text.replace(symbol, () => '').match(/\d[\d.]*(?<!\.)/g) ?? [];
  const isSame = text.includes(symbol) && found.join() === expected.join();
  const wanted = expected.length > 0 ? expected.join(', ') : 'no amount';
  const wrong = isSame ? [] : [mismatch({ listingId }, `tariff_alt_text with ${symbol} and ${wanted}`, text)];
  return [...differences({ listingId }, tariffFields(facts, report), row), ...wrong];
}

/** A location by its id, its EVSE and its connector. */
async function compareObjects(source: ApiSource, facts: ChargerFacts): Promise<Difference[]> {
  const { listingId } = facts.listing;
  const id = ocpiId(listingId);
  const read = async (path: string, expected: (found: AnyObject) => Expected) => {
    const { body } = await get(source, `${ROOT}/locations/${path}`, object);
    if (body === undefined)
      return { found: {}, wrong: [missing({ listingId }, `OCPI ${path}`, 'not found')] };
    const found = body.data;
    return { found, wrong: named(`OCPI ${path}`, differences({ listingId }, expected(found), found)) };
  };
  const location = await read(id, (found) => locationFields(facts, found));
  const evse = await read(`${id}/${id}`, () => evseFields(facts, location.found));
  const connector = await read(`${id}/${id}/${CONNECTOR_ID}`, () => connectorFields(facts));
  return [location, evse, connector].flatMap(({ wrong }) => wrong);
}
