import type { Hex } from 'viem';
import type { Discrepancy, Finding } from '../lib/discrepancy.ts';
import { whOf } from '../ocmf/proven-energy.ts';
import type { SessionFacts } from './session-facts.ts';
import type { SignedRecord } from './session-records.ts';

/** The part of a meter's register that a booking's records sold. */
interface Span {
  facts: SessionFacts;
  register: string;
  restarts: boolean;
  firstPage: bigint;
  lastPage: bigint;
  /** Millionths of a Wh. */
  begin: bigint;
  end: bigint;
  digests: string[];
}

/**
 * One agent's use of one meter key over all bookings: a register never goes back, and neither a page nor a part of the register
 * is sold twice. The ledger cannot see it, since bookings are settled in any order.
 */
export class MeterHistory {
  readonly #spans = new Map<string, Span[]>();

  add(facts: SessionFacts, records: readonly SignedRecord[]): void {
    const { meter, billed } = facts;
    if (meter === undefined || billed === undefined) return;
    const history = `${facts.agentKey.toLowerCase()}:${meter.point.toLowerCase()}`;
    const spans = this.#spans.get(history) ?? [];
    for (const same of Map.groupBy(records, ({ register }) => register ?? '').values()) {
      const span = spanOf(facts, same);
      if (span !== undefined) spans.push(span);
    }
    this.#spans.set(history, spans);
  }

  verdict(): { discrepancies: Discrepancy[]; findings: Finding[] } {
    const judged = [...this.#spans.values()].map(judge);
    return {
      discrepancies: judged.flatMap(({ discrepancies }) => discrepancies),
      findings: judged.flatMap(({ findings }) => findings),
    };
  }
}

function spanOf(facts: SessionFacts, records: readonly SignedRecord[]): Span | undefined {
  const begins = records.flatMap(({ begin }) => begin ?? []);
  const ends = records.flatMap(({ end }) => end ?? []);
  const pages = records.map(({ page }) => page);
  const [begin, end] = [least([...begins, ...ends]), most([...ends, ...begins])];
  const [firstPage, lastPage] = [least(pages), most(pages)];
  if (begin === undefined || end === undefined || firstPage === undefined || lastPage === undefined)
    return undefined;
  const [{ register = '', restarts } = { restarts: false }] = records;
  return {
    facts,
    register,
    restarts,
    ...{ firstPage, lastPage, begin, end, digests: records.map(({ digest }) => digest) },
  };
}

const least = (numbers: readonly bigint[]): bigint | undefined =>
  numbers.toSorted((a, b) => (a < b ? -1 : 1))[0];
const most = (numbers: readonly bigint[]): bigint | undefined =>
  numbers.toSorted((a, b) => (a > b ? -1 : 1))[0];

const beganAt = ({ facts }: Span): number => facts.billed?.beganAt ?? 0;

/** What the bookings before used of a meter. */
class Used {
  /** The highest span of each register, and the one with the highest page. */
  readonly highest = new Map<string, Span>();
  last: Span | undefined;
  readonly #all: Span[] = [];
  readonly #byDigest = new Map<string, Span>();

  add(span: Span): void {
    const high = this.highest.get(span.register);
    if (high === undefined || span.end > high.end) this.highest.set(span.register, span);
    if (this.last === undefined || span.lastPage > this.last.lastPage) this.last = span;
    for (const digest of span.digests) this.#byDigest.set(digest, span);
    this.#all.push(span);
  }

  withSameRecord({ digests, facts }: Span): Span | undefined {
    return digests
      .flatMap((digest) => this.#byDigest.get(digest) ?? [])
      .find((other) => other.facts.bookingId !== facts.bookingId);
  }

  /** Another booking's span of the same register, with energy of both. */
  overlapping({ facts, register, restarts, begin, end }: Span): Span | undefined {
    const high = this.highest.get(register);
    if (restarts || high === undefined || begin >= high.end) return undefined;
    return this.#all.find(
      (other) =>
        other.facts.bookingId !== facts.bookingId &&
        other.register === register &&
        other.begin < end &&
        begin < other.end,
    );
  }
}

function judge(spans: readonly Span[]): { discrepancies: Discrepancy[]; findings: Finding[] } {
  const inOrder = spans.toSorted((a, b) => beganAt(a) - beganAt(b));
  // There are meters that give all records one number.
  const hasPages = new Set(inOrder.flatMap(({ firstPage, lastPage }) => [firstPage, lastPage])).size > 1;
  const discrepancies: Discrepancy[] = [];
  const findings: Finding[] = [];
  const before = new Used();
  for (const span of inOrder) {
    const fault = twiceSold(span, before) ?? wentBack(span, before);
    if (fault !== undefined) discrepancies.push(fault);
    else if (hasPages) discrepancies.push(...oddPage(span, before));
    else findings.push(...samePage(span, before));
    before.add(span);
  }
  return { discrepancies, findings };
}

const inWh = (energy: bigint): string => `${whOf(energy)} Wh`;

const about = ({
  facts: { bookingId, listingId, tx },
}: Span): { bookingId: Hex; listingId: Hex; tx: Hex } => ({
  bookingId,
  listingId,
  tx,
});

/** The same record, or a part of the same register, under an earlier booking. */
function twiceSold(span: Span, before: Used): Discrepancy | undefined {
  const copied = before.withSameRecord(span);
  const other = copied ?? before.overlapping(span);
  if (other === undefined) return undefined;
  const what = copied === undefined ? 'the same part' : 'the same record';
  return {
    code: 'evidence.soldTwice',
    ...about(span),
    rule: 'A record, and a part of a meter’s register, is billed under one booking.',
    expected: `nothing of booking ${other.facts.bookingId}: ${inWh(other.begin)} to ${inWh(other.end)}`,
    found: `${what}: ${inWh(span.begin)} to ${inWh(span.end)}`,
  };
}

function wentBack(span: Span, { highest }: Used): Discrepancy | undefined {
  const other = highest.get(span.register);
  if (span.restarts || other === undefined || span.begin >= other.end) return undefined;
  return {
    code: 'evidence.registerWentBack',
    ...about(span),
    rule: 'The register of a meter never goes back from one booking to the next.',
    expected: `${inWh(other.end)} or more, after booking ${other.facts.bookingId}`,
    found: inWh(span.begin),
  };
}

/** A page below an earlier one, or the same one for something else. */
function oddPage(span: Span, { last }: Used): Discrepancy[] {
  if (last === undefined || span.firstPage > last.lastPage) return [];
  if (last.facts.bookingId === span.facts.bookingId) return [];
  return [
    {
      code: span.firstPage === last.lastPage ? 'evidence.pageTwice' : 'evidence.pageWentBack',
      ...about(span),
      rule: 'The page of a meter’s records (PG) rises from one transaction to the next.',
      expected: `a page above T${last.lastPage} of booking ${last.facts.bookingId}`,
      found: `T${span.firstPage}`,
    },
  ];
}

function samePage(span: Span, { last }: Used): Finding[] {
  if (last === undefined || last.facts.bookingId === span.facts.bookingId) return [];
  const detail = `page T${span.firstPage} as in booking ${last.facts.bookingId}: this meter counts no pages`;
  return [{ code: 'evidence.pageTwice', ...about(span), detail }];
}
