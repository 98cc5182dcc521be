import { createHash } from 'node:crypto';
import type { Finding, Unverifiable } from '../lib/discrepancy.ts';
import { type MeterRecord, readRecord } from '../ocmf/meter-record.ts';
import { requireBound, whOf } from '../ocmf/proven-energy.ts';
import { type RecordRule, ruleOrResult } from '../ocmf/refusal.ts';
import { type MeterPublicKey, pinnedKey, verifyRecord } from '../ocmf/signature.ts';
import { tagOf } from '../ocmf/tag.ts';
import type { MarketRef } from '../rules/signed-types.ts';
import type { BundleReport } from './read-bundle.ts';
import type { PinnedMeter, SessionFacts } from './session-facts.ts';
import { isKept } from './wrapped-records.ts';

/** What contradicts the bill or another line; the code goes behind `evidence.`. */
export interface RecordFault {
  code: 'recordSignature' | 'recordOfOther' | 'recordDropped' | 'recordMissing' | 'energy';
  rule: string;
  expected: string;
  found: string;
}

/** A record that its meter signed, whatever session it names. */
export interface SignedRecord extends MeterRecord {
  /** The SHA-256 of its payload: the same record elsewhere has the same. */
  digest: string;
}

export interface RecordsReport {
  faults: RecordFault[];
  findings: Finding[];
  unverifiable: Unverifiable[];
  /** Those that the meter signed, and those of them that count for this booking. */
  signed: SignedRecord[];
  records: SignedRecord[];
}

/**
 * Between the wallbox's register, by which is billed, and the meter's own: they are rounded differently, and read a moment
 * apart.
 */
const SLACK = { energyWh: 20, perThousand: 10 };

const slackWh = (wh: number): number =>
  Math.max(SLACK.energyWh, Math.floor((wh * SLACK.perThousand) / 1_000));

/** Holds a bundle's records against the pinned key, the booking and what was billed. Without a pinned key there is none. */
export function checkRecords(report: BundleReport, facts: SessionFacts, market: MarketRef): RecordsReport {
  const made: RecordsReport = { faults: [], findings: [], unverifiable: [], signed: [], records: [] };
  const key = facts.meter && pinnedKey(facts.meter.point, facts.meter.algorithm);
  if (facts.meter === undefined || key === undefined) return { ...made, faults: droppedFrom(report) };
  const ids = idsOf(report, facts, facts.meter, market);
  for (const text of new Set(report.records)) takeRecord(made, text, { key, ids, facts });
  // A record that was changed is missing as it was.
  if (made.faults.length === 0) made.faults.push(...droppedFrom(report));
  checkEnergy(made, facts);
  return made;
}

/** Each signed value of the frames is a line of its own. */
function droppedFrom({ records, signedValues }: BundleReport): RecordFault[] {
  const dropped = signedValues.filter((value) => !isKept(value, records));
  if (dropped.length === 0) return [];
  const rule = 'Each signed meter value that a frame carries is a record of the bundle.';
  const expected = `${new Set(signedValues).size} signed values of frames among the records`;
  return [{ code: 'recordDropped', rule, expected, found: `${dropped.length} missing` }];
}

/** The texts that a record of this booking may name; undefined where no start secret says them. */
function idsOf(
  { startSecret }: BundleReport,
  { bookingId }: SessionFacts,
  { prefix }: PinnedMeter,
  { chainId, market }: MarketRef,
): ReadonlySet<string> | undefined {
  if (startSecret === undefined) return undefined;
  const tag = tagOf(chainId, market, bookingId, startSecret);
  return new Set([tag, prefix + tag].map((id) => id.toUpperCase()));
}

interface RecordCase {
  key: MeterPublicKey;
  ids: ReadonlySet<string> | undefined;
  facts: SessionFacts;
}

function takeRecord(made: RecordsReport, text: string, { key, ids, facts }: RecordCase): void {
  const { bookingId } = facts;
  if (!isSignedText(text, key)) {
    const rule = 'A record is signed by the meter key that the booked terms pin.';
    made.faults.push({ code: 'recordSignature', rule, expected: 'its signature', found: excerptOf(text) });
    return;
  }
  const read = ruleOrResult(() => readRecord(text));
  if ('rule' in read) {
    made.findings.push(refusal(bookingId, read.rule));
    return;
  }
  const record = { ...read.result, digest: digestOf(read.result.payload) };
  made.signed.push(record);
  const { id = '' } = record;
  const isNameless = id.trim() === '';
  const isBound = !isNameless && ids !== undefined;
  if (isBound && !ids.has(id.toUpperCase())) {
    const rule = 'The ID of a record is the tag of its booking.';
    const [expected = ''] = ids;
    made.faults.push({ code: 'recordOfOther', rule, expected, found: id });
  } else if (!isTimely(record, facts)) {
    const rule = 'A record whose ID does not bind it is at least of the time of its booking.';
    const [expected, found] = [`${facts.opens} to ${facts.closes}`, record.times.join(' to ')];
    if (isBound) made.findings.push(refusal(bookingId, 'TM'));
    else made.faults.push({ code: 'recordOfOther', rule, expected, found });
  } else {
    if (!isBound) addUnbound(made, bookingId, isNameless);
    made.records.push(record);
  }
}

const isTimely = (record: MeterRecord, { opens: from, closes: until }: SessionFacts): boolean =>
  'result' in ruleOrResult(() => requireBound(record, { from, until }));

/** Whether the key signed it, whatever else it says. */
function isSignedText(text: string, key: MeterPublicKey): boolean {
  const end = text.lastIndexOf('|');
  if (!text.startsWith('OCMF|') || end < 'OCMF|'.length) return false;
  const payload = Buffer.from(text.slice('OCMF|'.length, end), 'utf8');
  return verifyRecord({ payload, signature: text.slice(end + 1) }, key);
}

const excerptOf = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

const digestOf = (payload: Uint8Array): string => createHash('sha256').update(payload).digest('hex');

const refusal = (bookingId: SessionFacts['bookingId'], rule: RecordRule): Finding => ({
  code: 'evidence.recordRefused',
  bookingId,
  detail: `a signed record proves nothing: ${rule}`,
});

function addUnbound(made: RecordsReport, bookingId: SessionFacts['bookingId'], isNameless: boolean): void {
  if (made.unverifiable.length > 0) return;
  const need = isNameless ? 'a record that names its booking' : 'the start secret';
  const detail = `the records may be of another booking of the same meter: ${need} is missing`;
  made.unverifiable.push({ code: 'evidence.unbound', bookingId, need, detail });
}

/** What the driver pays for must be covered by what the meter signed. */
function checkEnergy(made: RecordsReport, { billed }: SessionFacts): void {
  const billedWh = billed?.energyWh ?? 0;
  // A record with a fault of its own says already why the energy is not covered.
  if (billedWh === 0 || made.faults.length > 0 || made.findings.length > 0) return;
  const provenWh = energyOf(made.records);
  if (made.records.length === 0) {
    const rule = 'Billed energy of a listing with a meter key has signed records.';
    made.faults.push({ code: 'recordMissing', rule, expected: 'records of the meter', found: 'none' });
  } else if (billedWh > provenWh + slackWh(provenWh)) {
    const rule = 'What is billed is no more than what the meter signed, up to 20 Wh or 1 %.';
    const expected = `at most ${provenWh + slackWh(provenWh)} Wh`;
    made.faults.push({ code: 'energy', rule, expected, found: `${billedWh} Wh` });
  }
}

/** Wh between begins and ends, each pair above the one before. */
function energyOf(records: readonly SignedRecord[]): number {
  let [begun, reached, sum]: [bigint | undefined, bigint, bigint] = [undefined, 0n, 0n];
  for (const record of records.toSorted((a, b) => Number(a.page - b.page))) {
    const { end, restarts } = record;
    const begin: bigint | undefined = record.begin ?? begun;
    if (end === undefined || begin === undefined) {
      begun = begin;
      continue;
    }
    begun = undefined;
    if (end < begin || (!restarts && begin < reached)) continue;
    sum += end - begin;
    reached = end;
  }
  return whOf(sum);
}
