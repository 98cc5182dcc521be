import type { Hex } from 'viem';
import type { AuditReport } from '../audit-report.ts';
import { inChunks } from '../lib/concurrency.ts';
import type { Unverifiable } from '../lib/discrepancy.ts';
import { type Difference, missing } from './differences.ts';
import type { Sample } from './drawing.ts';
import { expectedQuote } from './expected-quote.ts';
import { isFitting } from './filters.ts';
import { drawNeeds, type Need, type QuoteOrder, quotePath } from './needs.ts';
import { chargersOnMap, type PlacedCharger } from './placed-charger.ts';
import { type Asked, compareAnswer, quotesAnswer } from './quote-answer.ts';
import { type Around, aroundOf } from './slots.ts';
import { type ApiSource, anyObject, get } from './source.ts';

export interface ComparedQuotes {
  differences: Difference[];
  unverifiable: Unverifiable[];
}

const ORDERS: readonly QuoteOrder[] = ['cost', 'finish', 'distance'];

/** A charger that an answer lacks, and the search. */
interface Lacking {
  listingId: Hex;
  where: string;
}

/** Quotes for needs around some of the chargers, each in every order, against what the ledger makes of them. */
export async function compareQuotes(
  source: ApiSource,
  report: AuditReport,
  { draw, around }: Sample,
): Promise<ComparedQuotes> {
  const chargers = chargersOnMap(report);
  const needs = drawNeeds(draw, chargers, around.latest);
  const found: Difference[] = [];
  const lacking: Lacking[] = [];
  const quoted = new Set<Hex>();
  const asked = needs.flatMap((need) => ORDERS.map((order) => ({ need, order })));
  await inChunks(asked, async ({ need, order }) => {
    const where = quotePath(need, order);
    const { body, at } = await get(source, where, quotesAnswer);
    const expected = expectedOf(chargers, need, aroundOf(report.pin, at));
    const compared = compareAnswer({ where, need, order, expected, onMap: chargers.length }, body);
    found.push(...compared.differences);
    for (const { charger } of compared.lacking) lacking.push({ listingId: charger.listingId, where });
    for (const { charger } of body.quotes) quoted.add(charger.listingId);
  });
  const { differences, unverifiable } = await judged(source, lacking, quoted);
  return { differences: [...found, ...differences], unverifiable };
}

const expectedOf = (chargers: readonly PlacedCharger[], need: Need, around: Around): Asked['expected'] =>
  new Map(
    chargers
      .filter((charger) => isFitting(need, charger))
      .map((charger) => [charger.listingId, expectedQuote(charger, need, around)]),
  );

/**
 * Quotes leave out a charger whose agent has consented to another host, which only the agent says: the API then calls its
 * status unknown, and quotes it to nobody.
 */
async function judged(
  source: ApiSource,
  lacking: readonly Lacking[],
  quoted: ReadonlySet<Hex>,
): Promise<ComparedQuotes> {
  const differences: Difference[] = [];
  const unverifiable: Unverifiable[] = [];
  for (const [listingId, [first]] of Map.groupBy(lacking, (one) => one.listingId)) {
    const { where } = first!;
    const { body } = await get(source, `/chargers/${listingId}`, anyObject.optional());
    if (quoted.has(listingId) || body?.status !== 'UNKNOWN')
      differences.push(missing({ listingId }, `${where} with charger ${listingId}`, 'no quote'));
    else
      unverifiable.push({ ...LEFT_OUT, listingId, detail: `${where} has no quote of charger ${listingId}` });
  }
  return { differences, unverifiable };
}

const LEFT_OUT = { code: 'api.quote', need: 'its agent’s word that it consented to this host' } as const;
