import type { PinnedMeter } from '../evidence/session-facts.ts';
import { spkiOf } from '../ocmf/signature.ts';
import { recordRefusals } from './transparency-refusals.ts';
import { transactionRefusals } from './transparency-transaction.ts';

/** A record, and what S.A.F.E.'s transparency software (d556f1a) has against it. */
export interface ContainedRecord {
  /** PG, as the record writes it. */
  page: string;
  refusals: string[];
}

export interface Container {
  xml: string;
  records: ContainedRecord[];
}

/**
 * The records of one session in the container that outside tools read: `values.xsd` of S.A.F.E.'s transparency software. Each is
 * in it character by character, with the key that the listing pins; one with a character that XML cannot hold is left out.
 */
export function transparencyXml(given: readonly string[], meter: PinnedMeter | undefined): Container {
  const spki = meter && spkiOf(meter.point, meter.algorithm);
  const key =
    spki === undefined ? '' : `<publicKey encoding="hex">${Buffer.from(spki).toString('hex')}</publicKey>`;
  const records = given.filter((record) => record.startsWith('OCMF|'));
  const contained = records.filter((record) => characterOutsideXml(record) === undefined);
  const transactions = transactionIds(contained);
  const values = contained.map((record, index) => {
    const context = /"TX" *: *"[ELRAP]"/.test(record) ? 'Transaction.End' : 'Transaction.Begin';
    const data = `<signedData format="OCMF" encoding="plain">${escaped(record)}</signedData>`;
    return `<value transactionId="${transactions[index]}" context="${context}">${key}${data}</value>\n`;
  });
  const refusals = refusalsByRecord(contained, transactions, meter);
  return {
    xml: `<?xml version="1.0" encoding="UTF-8"?>\n<values>\n${values.join('')}</values>\n`,
    records: records.map((record) => ({
      page: pageOf(record),
      refusals: refusals.get(record) ?? [
        `${characterOutsideXml(record)}: XML cannot hold it, the file is without this record`,
      ],
    })),
  };
}

/** What is said of a transaction is said of its last record. */
function refusalsByRecord(
  records: readonly string[],
  transactions: readonly number[],
  meter: PinnedMeter | undefined,
): Map<string, string[]> {
  const refusals = new Map(records.map((record) => [record, recordRefusals(record, meter)]));
  for (const [transaction, members] of Map.groupBy(records, (_, index) => transactions[index])) {
    const last = members.at(-1);
    const isComplete = /"TX" *: *"B"/.test(members.join()) && /"TX" *: *"[ELRAP]"/.test(members.join());
    if (transaction !== undefined && last !== undefined && isComplete)
      refusals.get(last)?.push(...transactionRefusals(members));
  }
  return refusals;
}

/** XML 1.0, production 2. */
function characterOutsideXml(text: string): string | undefined {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const isInside =
      code >= 0x20
        ? (!(code >= 0xd800 && code <= 0xdfff) && code < 0xfffe) || code > 0xffff
        : [9, 10, 13].includes(code);
    if (!isInside) return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return undefined;
}

/** A carriage return would be read as a line feed, and the signature is over these bytes. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;');

const pageOf = (record: string): string => /"PG" *: *"([^"]*)"/.exec(record)?.[1] ?? '';

/** A whole record is one transaction, a begin and the end behind it are one together. Numbers from 1 (xs:integer). */
function transactionIds(records: readonly string[]): number[] {
  let last = 0;
  let isBegun = false;
  return records.map((record) => {
    const [begins, ends] = [/"TX" *: *"B"/.test(record), /"TX" *: *"[ELRAP]"/.test(record)];
    const isEndOfLast = isBegun && ends && !begins;
    isBegun = begins && !ends;
    if (!isEndOfLast) last++;
    return last;
  });
}
